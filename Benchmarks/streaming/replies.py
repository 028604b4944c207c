"""Replies as people see them: they ask in their rooms, and read along by /sync. Times are the machine's wall clock."""

import datetime
import json
import statistics
import sys
import threading
import time

import figures
from matrix import ends_reply, is_reply, read_state, say, sync

BURST, RATE = 10, 0.2  # Synapse's own rc_message.


class Reader(threading.Thread):
    """Asks in one room and notes when what comes arrives."""

    def __init__(self, homeserver, person, question, start):
        super().__init__(daemon=True)
        self.homeserver, self.token, self.room = homeserver, person["token"], person["room"]
        self.person = person
        self.question, self.start_line = question, start
        self.asked = self.first = self.ended = self.event = self.failure = None
        self.edits = 0

    def run(self):
        try:
            self.read()
        except Exception as error:  # A thread's failure is told by the main thread.
            self.failure = error

    def read(self):
        # Synapse answers a second initial /sync from its cache, so a person goes on from the last one.
        since = self.person.get("since") or sync(self.homeserver, self.token)[1]
        self.start_line.wait()
        self.asked = time.time()
        self.event = say(self.homeserver, self.token, self.room, self.question)
        deadline = time.monotonic() + 600
        while self.ended is None:
            if time.monotonic() > deadline:
                raise TimeoutError("no end of the reply within 600 s")
            news, since = sync(self.homeserver, self.token, since)
            for event in filter(is_reply, news.get(self.room, [])):
                self.note(event["content"])
        self.person["since"] = since

    def note(self, content):
        now = time.time()
        self.first = self.first or now
        if ends_reply(content):
            self.ended = now
        else:
            self.edits += 1


def answers(homeserver, people, question):
    """Lets people ask at once, and returns their readers when all have their answers."""
    start = threading.Barrier(len(people))
    readers = [Reader(homeserver, person, question, start) for person in people]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
        if reader.failure:
            sys.exit(f"error: a reader failed: {reader.failure}")
    return readers


def log_records(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            at = datetime.datetime.fromisoformat(record["ts"].replace("Z", "+00:00")).timestamp()
            yield at, record.get("message", record.get("msg", "")), record


def bridge_log(path, since):
    """When the last chunk of each answer was there, by question, and how often the homeserver asked for a pause."""
    complete, refused = {}, 0
    for at, message, record in log_records(path):
        if message == "the answer is complete":
            complete[record["turn"].removeprefix("turn-")] = at
        if message == "the homeserver asked for a pause" and at >= since:
            refused += 1
    return complete, refused


def least_end(ends):
    """When the last of these ends could have been sent at the earliest, if nothing but ends were."""
    level, at = float(BURST), min(ends)
    for end in sorted(ends):
        ready = max(at, end)
        level = min(BURST, level + (ready - at) * RATE)
        at = ready + max(0.0, (1 - level) / RATE)
        level = max(level, 1) - 1
    return at


def ask(homeserver, state, count, chunks, pace, log, name, results):
    """People ask in `count` rooms at once; prints a row, and notes the figures that have a target."""
    began = time.time()
    people = read_state(state)["people"][: int(count)]
    readers = answers(homeserver, people, f"/echo chunks={chunks} pace={pace} tide")
    complete, refused = bridge_log(log, began)
    ends = [complete[reader.event] for reader in readers]
    endings = [reader.ended - end for reader, end in zip(readers, ends)]
    firsts = [reader.first - reader.asked for reader in readers]
    print(
        f"| {name} | {count} | {statistics.median(firsts):.2f} | {figures.percentile(firsts, 0.95):.2f} "
        f"| {statistics.median(endings):.3f} | {figures.percentile(endings, 0.95):.3f} | {max(endings):.3f} "
        f"| {statistics.mean(reader.edits for reader in readers):.1f} | {refused} |",
        flush=True,
    )
    if name != "none" and count == "20":
        note_overload(results, readers, ends)
    if name != "none" and count == "5":
        note_few(results, firsts, endings, int(pace) / 1000, refused)


def note_overload(results, readers, ends):
    """More replies than the bucket has tokens for: the ends must come as soon as it allows."""
    actual, least = max(reader.ended for reader in readers) - max(ends), least_end(ends) - max(ends)
    title = f"stock limit, {len(readers)} replies at once"
    figures.note(
        results, f"{title}: from the last END to the last final text",
        f"{actual:.1f} s, least possible {least:.1f} s, ratio {actual / least:.2f}", "ratio ≤ 1.2",
        actual <= 1.2 * least,
    )
    edits = [reader.edits for reader in readers]
    figures.note(
        results, f"{title}: texts shown before the end, least and most of any reply",
        f"{min(edits)} and {max(edits)}", "at most 1 apart", max(edits) - min(edits) <= 1,
    )


def note_few(results, firsts, endings, pace, refused):
    """As many replies as fit twice into the burst: nobody waits."""
    title = f"stock limit, {len(firsts)} replies at once"
    # The agent says its first word one pace after it was asked; all other time is the bridge's and the homeserver's.
    first = max(firsts) - pace
    figures.note(results, f"{title}: slowest first text", f"{first:.2f} s", "≤ 1 s", first <= 1)
    figures.note(results, f"{title}: slowest final text", f"{max(endings):.3f} s", "≤ 1 s", max(endings) <= 1)
    figures.note(results, f"{title}: refusals (429)", str(refused), "0", refused == 0)
