"""What the bridge adds: from a chunk to the request that carries it, and from END to the answered final edit.

The bridge is put between an agent and a proxy of this process, so that both ends are seen by one clock.
"""

import asyncio
import contextlib
import http.client
import os
import re
import statistics
import subprocess
import time
import urllib.parse

import figures
from agent import RecordingAgent
from matrix import read_state, say
from proxy import RecordingProxy

# A chunk each 1.5 s finds its slot free: the first edits of a message may follow each other after 1.0 to 1.3 s.
FREE_ROOMS, FREE_ROUNDS, FREE_CHUNKS, FREE_GAP = 10, 2, 5, 1.5
# 20 chunks a second for 10 s, and half a second more for each stream: the ends do not stand in each other's way.
FULL_STREAMS, FULL_CHUNKS, FULL_MORE, FULL_GAP = 20, 200, 10, 0.05


class Stage:
    """Agent, bridge and proxy, wired up."""

    def __init__(self, homeserver, state, agent, proxy):
        self.homeserver, self.people = homeserver, state["people"]
        self.agent, self.proxy = agent, proxy

    async def stream(self, questions, pause):
        """Asks one question in each room, and returns when the end of each answer is at the homeserver."""
        for (name, chunks, gap), person in zip(questions, self.people):
            text = f"stream {name} {chunks} {gap}"
            await asyncio.to_thread(say, self.homeserver, person["token"], person["room"], text)
            await asyncio.sleep(pause)
        names = [name for name, _, _ in questions]
        deadline = time.monotonic() + 120
        while not all(any(event.is_final and event.answered for event in self.events(name)) for name in names):
            if self.agent.failure or time.monotonic() > deadline:
                raise RuntimeError(self.agent.failure or "no end of the replies within 120 s")
            await asyncio.sleep(0.1)
        return names

    def events(self, name):
        mark = f"{name}-".encode()
        return [event for event in self.proxy.events if mark in event.body]


@contextlib.contextmanager
def bridge(rialto, configuration, directory, settings):
    """A `rialto run` of the benchmark's own, with settings in its environment; it ends with the block."""
    os.makedirs(directory)
    log = os.path.join(directory, "bridge.log")
    command = ["setpriv", "--pdeathsig", "TERM", "--", rialto, "run", "--config", configuration]
    with open(log, "wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env={**os.environ, **settings}
        )
    try:
        deadline = time.monotonic() + 60
        while "rialto is ready" not in open(log, encoding="utf-8").read():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("rialto run did not get ready: " + open(log, encoding="utf-8").read()[-2000:])
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(40)


def newest(name, event):
    """The number of the last chunk that an event shows."""
    return max(map(int, re.findall(rb"%s-(\d+)" % name.encode(), event.body)))


def chunk_times(stage, names):
    """From each chunk to the request that carries it; the first text is held back on purpose, and left out."""
    times = []
    for name in names:
        edits = [event for event in stage.events(name) if not event.is_final][1:]
        times += [event.arrived - stage.agent.written[name, newest(name, event)] for event in edits]
    return times


def end_times(stage, names):
    """For each END: until its final edit is requested, how long that request takes, and both together."""
    waits, requests, totals = [], [], []
    for name in names:
        final = next(event for event in stage.events(name) if event.is_final)
        waits.append(final.arrived - stage.agent.ended[name])
        requests.append(final.answered - final.arrived)
        totals.append(final.answered - stage.agent.ended[name])
    return waits, requests, totals


def get_times(port, count=100):
    """Seconds that a cheap request takes over a connection that is kept alive."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    times = []
    for _ in range(count):
        began = time.monotonic()
        connection.request("GET", "/_matrix/client/versions")
        connection.getresponse().read()
        times.append(time.monotonic() - began)
    connection.close()
    return times


def put_times(homeserver, accounts, count=20):
    """Seconds that a plain message takes when nothing else goes on."""
    times = []
    for number in range(count):
        began = time.monotonic()
        say(homeserver, accounts["writers"][0], accounts["room"], f"floor {number}")
        times.append(time.monotonic() - began)
    return times


async def note_floors(stage, accounts, proxy_port, results):
    """What the instruments and the homeserver take by themselves."""
    pings = [await stage.agent.ping() for _ in range(50)]
    direct = await asyncio.to_thread(get_times, urllib.parse.urlsplit(stage.homeserver).port)
    proxied = await asyncio.to_thread(get_times, proxy_port)
    puts = await asyncio.to_thread(put_times, stage.homeserver, accounts)
    added = (statistics.median(proxied) - statistics.median(direct)) * 1000
    figures.note(results, "instruments: what the proxy adds to a request", f"p50 {added:.2f} ms")
    figures.note(results, "instruments: ping of the benchmark's agent to the bridge's pong", figures.milliseconds(pings))
    figures.note(results, "the homeserver's own time for a PUT while nothing else goes on", figures.milliseconds(puts))


async def run(homeserver, state, rialto, configuration, directory, results):
    agent, proxy = RecordingAgent(), RecordingProxy(homeserver)
    agent_port, proxy_port = await agent.serve(), await proxy.serve()
    settings = {
        "MATRIX_HOMESERVER": f"http://127.0.0.1:{proxy_port}",
        "AGENT_WS_URL": f"ws://127.0.0.1:{agent_port}/agent_ws/",
        "RIALTO_STORE_DIRECTORY": os.path.join(directory, "data"),
        "RIALTO_BRIDGE_EDITS_PER_SECOND": "1000",
        "RIALTO_BRIDGE_EDIT_BURST": "1000",
        "RIALTO_BRIDGE_WELCOME": "false",
    }
    known = read_state(state)
    stage = Stage(homeserver, known, agent, proxy)
    started = bridge(rialto, configuration, directory, settings)
    await asyncio.to_thread(started.__enter__)
    try:
        await asyncio.wait_for(agent.connected.wait(), 30)
        await note_floors(stage, known["floor"], proxy_port, results)
        await note_free(stage, results)
        await note_full(stage, results)
    finally:
        await asyncio.to_thread(started.__exit__, None, None, None)


async def note_free(stage, results):
    times = []
    for turn in range(FREE_ROUNDS):
        questions = [(f"free{turn}x{room}", FREE_CHUNKS, FREE_GAP) for room in range(FREE_ROOMS)]
        times += chunk_times(stage, await stage.stream(questions, FREE_GAP / FREE_ROOMS))
    figures.note(
        results, f"no limit, slot free: from a chunk to the request that carries it ({len(times)} chunks)",
        figures.milliseconds(times), "p50 < 5 ms", statistics.median(times) < 0.005,
    )


async def note_full(stage, results):
    questions = [(f"full{room}x", FULL_CHUNKS + FULL_MORE * room, FULL_GAP) for room in range(FULL_STREAMS)]
    waits, requests, totals = end_times(stage, await stage.stream(questions, 0))
    title = f"no limit, {FULL_STREAMS} streams"
    figures.note(
        results, f"{title}: from END to the final edit's response", figures.milliseconds(totals),
        "p95 < 150 ms", figures.percentile(totals, 0.95) < 0.15,
    )
    figures.note(results, f"{title}: of that, until the request is made", figures.milliseconds(waits))
    figures.note(results, f"{title}: of that, in the homeserver", figures.milliseconds(requests))


def measure(homeserver, state, rialto, configuration, directory, results):
    asyncio.run(run(homeserver, state, rialto, configuration, directory, results))
