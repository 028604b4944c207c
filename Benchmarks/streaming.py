"""Drives the streaming benchmark: people in rooms of a homeserver who ask the bot at once, and read along by /sync.

    streaming.py rooms HOMESERVER PASSWORD N STATE   makes N people with a room each, waits for the bot to join
    streaming.py ask HOMESERVER STATE N CHUNKS PACE BRIDGE_LOG NAME   asks in N of them, prints a row of the table

Only the standard library is used. Times are the wall clock of one machine, the bridge's log included.
"""

import datetime
import json
import statistics
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

BOT = "@rialto:localhost"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(homeserver, token, method, path, body=None, timeout=40):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(homeserver + "/_matrix/client/v3/" + path, data, headers, method=method)
    with opener.open(request, timeout=timeout) as answer:
        return json.load(answer)


def make_rooms(homeserver, password, count, state):
    people = []
    for number in range(int(count)):
        account = {"username": f"reader{number}", "password": password, "auth": {"type": "m.login.dummy"}}
        token = call(homeserver, None, "POST", "register", account)["access_token"]
        room = {"preset": "trusted_private_chat", "is_direct": True, "invite": [BOT]}
        people.append({"token": token, "room": call(homeserver, token, "POST", "createRoom", room)["room_id"]})
    for person in people:
        path = f"rooms/{urllib.parse.quote(person['room'])}/joined_members"
        deadline = time.monotonic() + 60
        while BOT not in call(homeserver, person["token"], "GET", path)["joined"]:
            if time.monotonic() > deadline:
                sys.exit("error: the bot did not join a room within 60 s")
            time.sleep(0.1)
    with open(state, "w", encoding="utf-8") as file:
        json.dump(people, file)


class Reader(threading.Thread):
    """Asks in one room and notes when what comes arrives."""

    def __init__(self, homeserver, person, question, start):
        super().__init__(daemon=True)
        self.homeserver, self.token, self.room = homeserver, person["token"], person["room"]
        self.question, self.start_line = question, start
        self.asked = self.first = self.ended = self.event = self.failure = None
        self.edits = 0

    def run(self):
        try:
            self.read()
        except Exception as error:  # A thread's failure is told by the main thread.
            self.failure = error

    def read(self):
        since = call(self.homeserver, self.token, "GET", "sync?timeout=0")["next_batch"]
        self.start_line.wait()
        self.asked = time.time()
        path = f"rooms/{urllib.parse.quote(self.room)}/send/m.room.message/ask-{time.time_ns()}"
        sent = call(self.homeserver, self.token, "PUT", path, {"msgtype": "m.text", "body": self.question})
        self.event = sent["event_id"]
        deadline = time.monotonic() + 600
        while self.ended is None:
            if time.monotonic() > deadline:
                raise TimeoutError("no end of the reply within 600 s")
            batch = call(self.homeserver, self.token, "GET", f"sync?timeout=10000&since={since}")
            since = batch["next_batch"]
            timeline = batch.get("rooms", {}).get("join", {}).get(self.room, {}).get("timeline", {})
            for event in timeline.get("events", []):
                if event["sender"] == BOT and event["type"] == "m.room.message":
                    self.note(event["content"])

    def note(self, content):
        now = time.time()
        self.first = self.first or now
        if "tokens_used" in content.get("m.new_content", content).get("io.rialto.reply", {}):
            self.ended = now
        else:
            self.edits += 1


def log_records(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                continue


def seconds_since_epoch(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ask(homeserver, state, count, chunks, pace, log, name):
    with open(state, encoding="utf-8") as file:
        people = json.load(file)[: int(count)]
    start = threading.Barrier(len(people))
    question = f"/echo chunks={chunks} pace={pace} tide"
    readers = [Reader(homeserver, person, question, start) for person in people]
    began = time.time()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
        if reader.failure:
            sys.exit(f"error: a reader failed: {reader.failure}")
    # The bridge's log tells when the last chunk of each answer was there.
    complete, refused = {}, 0
    for record in log_records(log):
        at, message = seconds_since_epoch(record["ts"]), record.get("message", record.get("msg", ""))
        if message == "the answer is complete":
            complete[record["turn"]] = at
        if message == "the homeserver asked for a pause" and at >= began:
            refused += 1
    endings = [reader.ended - complete["turn-" + reader.event] for reader in readers]
    firsts = [reader.first - reader.asked for reader in readers]
    print(
        f"| {name} | {count} | {statistics.median(firsts):.2f} | {percentile(firsts, 0.95):.2f} "
        f"| {statistics.median(endings):.3f} | {percentile(endings, 0.95):.3f} | {max(endings):.3f} "
        f"| {statistics.mean(reader.edits for reader in readers):.1f} | {refused} |",
        flush=True,
    )


if __name__ == "__main__":
    commands = {"rooms": make_rooms, "ask": ask}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
