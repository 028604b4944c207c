#!/usr/bin/env python3
"""An agent for Rialto in Python: protocol 2 with RESUME kept in memory, and the base protocol for older bridges.

It needs the package `websockets` only. It says back what it hears, word by word:

    python3 agent.py [--host 127.0.0.1] [--port 8790] [--delay 0.05]
"""

import argparse
import asyncio
import collections
import datetime
import json
import sys

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

MAXIMUM_MESSAGE_BYTES = 2**20
KEPT_RUNS = 64

# The models that people can choose with !model, the default first; an agent without a choice names none in STATUS.
MODELS = {"echo": "Says it back", "shout": "Says it back, louder"}
DEFAULT_MODEL = "echo"


class Run:
    """One run: its frames by number, for readers that come, go and come back."""

    def __init__(self, run_id):
        self.run_id = run_id
        self.frames = []
        self.is_over = False
        self.changed = asyncio.Condition()
        self.task = None

    async def add(self, type, **fields):
        """Adds an event with the next number."""
        async with self.changed:
            self.frames.append({"type": type, "run_id": self.run_id, "seq": len(self.frames) + 1, **fields})
            self.is_over = type == "AGENT_EVENT_END"
            self.changed.notify_all()

    async def fail(self, code, details):
        """Ends the run by an error, which has no number."""
        async with self.changed:
            if not self.is_over:
                self.frames.append({"type": "ERROR", "run_id": self.run_id, "code": code, "details": details})
                self.is_over = True
                self.changed.notify_all()

    async def read(self, after):
        """Each frame after the cursor, as it comes, to the end of the run, which is said again where it was seen."""
        place = min(after, len(self.frames) - self.is_over)
        if after > len(self.frames):
            text = "".join(frame.get("text", "") for frame in self.frames[:place])
            yield {"type": "RESET", "run_id": self.run_id, "as_of": place, "text": text}
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda: place < len(self.frames) or self.is_over)
            if place >= len(self.frames):
                return
            yield self.frames[place]
            place += 1


class Agent:
    """The runs, which belong to the agent and not to a connection."""

    def __init__(self, delay):
        self.delay = delay
        self.runs = collections.OrderedDict()
        self.spent = collections.Counter()

    async def words(self, text, model):
        """The answer of one of MODELS, piece by piece: put your model here."""
        for word in text.split():
            await asyncio.sleep(self.delay)
            yield (word.upper() if model == "shout" else word) + " "

    async def perform(self, run, text, model, user_id, thread_id):
        """Makes the answer to its end, whether anybody reads it or not."""
        today = datetime.datetime.now(datetime.timezone.utc).date()
        try:
            count = 0
            async for word in self.words(text, model):
                count += 1
                self.spent[user_id, thread_id, today] += 1
                await run.add("AGENT_EVENT_TEXT_CHUNK", text=word)
            await run.add("AGENT_EVENT_END", tokens_used=count)
        except Exception as error:  # the run has to end, whatever happens in it
            print(f"run {run.run_id} failed: {error!r}", file=sys.stderr)
            await run.fail("AGENT_ERROR", "the agent failed; its log says more")

    def usage(self, user_id, thread_id):
        """What a user has spent since the process began; what is older than this month counts no more."""
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for key in [key for key in self.spent if key[2] < today.replace(day=1)]:
            del self.spent[key]
        own = [(thread, day, count) for (user, thread, day), count in self.spent.items() if user == user_id]
        return {
            "today": {"tokens": sum(count for _, day, count in own if day == today)},
            "month": {"tokens": sum(count for _, _, count in own)},
            "thread": {"tokens": sum(count for thread, _, count in own if thread == thread_id)},
        }

    def begin(self, run_id, text, model, user_id="", thread_id="default"):
        """The run of that id, started where there is none yet."""
        run = self.runs.get(run_id)
        if run is None:
            run = self.runs[run_id] = Run(run_id)
            run.task = asyncio.create_task(self.perform(run, text, model, user_id, thread_id))
            finished = [key for key, kept in self.runs.items() if kept.is_over]
            for key in finished[: max(0, len(self.runs) - KEPT_RUNS)]:
                del self.runs[key]
        return run


class Session:
    """One connection of a bridge."""

    def __init__(self, agent, socket):
        self.agent = agent
        self.socket = socket
        self.deliveries = {}
        self.answer = None

    async def send(self, frame):
        await self.socket.send(json.dumps(frame, ensure_ascii=False))

    async def refuse(self, code, details, **fields):
        await self.send({"type": "ERROR", "code": code, "details": details, **fields})

    async def deliver(self, run, after, answers_resume):
        """Sends a run's frames; the first one that answers a RESUME says which."""
        try:
            async for frame in run.read(after):
                if answers_resume and frame["type"] != "ERROR":
                    frame = {**frame, "after": after}
                answers_resume = False
                await self.send(frame)
        except ConnectionClosed:
            pass

    async def begin_delivery(self, run, after, answers_resume=False):
        """Delivers a run, in place of an earlier delivery of it on this connection."""
        earlier = self.deliveries.pop(run.run_id, None)
        if earlier is not None:
            earlier.cancel()
            await asyncio.gather(earlier, return_exceptions=True)
        task = asyncio.create_task(self.deliver(run, after, answers_resume))
        self.deliveries[run.run_id] = task

    async def answer_base(self, text):
        """The base protocol: one answer at a time, without run and number."""
        count = 0
        try:
            async for word in self.agent.words(text, DEFAULT_MODEL):
                count += 1
                await self.send({"type": "AGENT_EVENT_TEXT_CHUNK", "text": word})
            last = {"type": "AGENT_EVENT_END", "tokens_used": count}
        except ConnectionClosed:
            return
        except Exception as error:  # the answer has to end, whatever happens in it
            print(f"an answer failed: {error!r}", file=sys.stderr)
            last = {"type": "ERROR", "code": "AGENT_ERROR", "details": "the agent failed; its log says more"}
        self.answer = None
        await self.send(last)

    async def receive(self, frame):
        type, run_id = frame.get("type"), frame.get("run_id")
        if type == "USER_MESSAGE" and isinstance(frame.get("text"), str):
            model = frame.get("model", DEFAULT_MODEL)
            if isinstance(run_id, str) and model not in MODELS:
                # Never another model than the one that was asked for.
                await self.refuse("MODEL_NOT_ALLOWED", "there is no such model", run_id=run_id)
            elif isinstance(run_id, str):
                who = (frame.get("user_id", ""), frame.get("thread_id", "default"))
                await self.begin_delivery(self.agent.begin(run_id, frame["text"], model, *map(str, who)), 0)
            elif self.answer is not None:
                await self.refuse("BUSY", "one message at a time: wait for AGENT_EVENT_END")
            else:
                self.answer = asyncio.create_task(self.answer_base(frame["text"]))
        elif type == "RESUME" and isinstance(run_id, str) and isinstance(frame.get("after", 0), int):
            run = self.agent.runs.get(run_id)
            if run is None:
                await self.refuse("UNKNOWN_RUN", "there is no such run, or no longer", run_id=run_id)
            else:
                await self.begin_delivery(run, max(0, frame.get("after", 0)), answers_resume=True)
        elif type == "CANCEL" and isinstance(run_id, str):
            run = self.agent.runs.get(run_id)
            if run is not None and not run.is_over:
                run.task.cancel()
                # A task that has not begun yet would never notice.
                await run.fail("CANCELLED", "the run was stopped")
        elif type == "USAGE" and isinstance(frame.get("request_id"), str) and isinstance(frame.get("user_id"), str):
            usage = self.agent.usage(frame["user_id"], str(frame.get("thread_id", "default")))
            await self.send({"type": "AGENT_USAGE", "request_id": frame["request_id"], **usage})
        elif type in ("USER_MESSAGE", "RESUME", "CANCEL", "APPROVAL", "USAGE"):
            await self.refuse("BAD_REQUEST", "a field is missing or has the wrong type")
        else:
            await self.refuse("UNKNOWN_TYPE", "unknown type")

    async def run(self):
        try:
            models = [{"name": name, "title": title} for name, title in MODELS.items()]
            await self.send({"type": "STATUS", "protocol": 2, "models": models, "default_model": DEFAULT_MODEL})
            async for message in self.socket:
                try:
                    frame = json.loads(message)
                except ValueError:
                    frame = None
                if isinstance(frame, dict):
                    await self.receive(frame)
                else:
                    await self.refuse("BAD_REQUEST", "not a frame")
        except ConnectionClosed:
            pass
        finally:
            # Deliveries end with the connection, runs do not.
            for task in [*self.deliveries.values(), self.answer]:
                if task is not None:
                    task.cancel()


async def main():
    arguments = argparse.ArgumentParser(description="An agent for Rialto that says back what it hears.")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8790)
    arguments.add_argument("--delay", type=float, default=0.05, help="seconds before each word")
    options = arguments.parse_args()
    agent = Agent(options.delay)

    async def connection(socket):
        await Session(agent, socket).run()

    # No origin but none: browsers let any web page connect to this machine, and bridges say no origin.
    async with serve(
        connection, options.host, options.port, max_size=MAXIMUM_MESSAGE_BYTES, origins=[None]
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
