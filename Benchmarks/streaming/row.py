"""Replies that follow each other in one room, against the time that the homeserver itself takes for such an event."""

import itertools
import queue
import statistics
import threading
import time

import figures
from matrix import read_state, say, send, sync
from replies import answers, bridge_log, log_records

PAUSE = 2  # Seconds between the homeserver's samples: few enough for the stock limit of two accounts.


class Witness(threading.Thread):
    """An account that reads along by /sync, and tells when the events of a room arrive."""

    def __init__(self, homeserver, token, room):
        super().__init__(daemon=True)
        self.homeserver, self.token, self.room = homeserver, token, room
        self.arrivals = queue.Queue()
        _, self.since = sync(homeserver, token)

    def run(self):
        while True:
            news, self.since = sync(self.homeserver, self.token, self.since)
            now = time.time()
            for event in news.get(self.room, []):
                self.arrivals.put((event["event_id"], now))

    def arrival(self, event):
        while True:
            name, at = self.arrivals.get(timeout=30)
            if name == event:
                return at


def edit_of(event, chunks):
    """An edit such as ends a reply of that many chunks: it names the witness, and quotes the text in all its places."""
    text, mentions = " ".join(f"tide {number}" for number in range(1, chunks + 1)), {"user_ids": ["@witness:localhost"]}
    message = {"msgtype": "m.text", "body": text, "m.mentions": mentions}
    message |= {"format": "org.matrix.custom.html", "formatted_body": f"<p>{text}</p>"}
    return {**message, "m.new_content": message, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}


class Floor(threading.Thread):
    """Samples, while the replies go on, how long such an edit takes from its request to another account's /sync.

    Its accounts have nothing to do with the bot, but like every bot they read along themselves.
    """

    def __init__(self, homeserver, accounts, chunks):
        super().__init__(daemon=True)
        self.homeserver, self.accounts, self.chunks = homeserver, accounts, chunks
        self.times, self.is_over = [], threading.Event()

    def run(self):
        room, writers = self.accounts["room"], self.accounts["writers"]
        readers = [Witness(self.homeserver, token, room) for token in (self.accounts["witness"], *writers)]
        for reader in readers:
            reader.start()
        messages = [say(self.homeserver, writer, room, "tide") for writer in writers]
        for number in itertools.cycle(range(len(writers))):
            if self.is_over.wait(PAUSE):
                return
            began = time.time()
            event = send(self.homeserver, writers[number], room, edit_of(messages[number], self.chunks))
            self.times.append(readers[0].arrival(event) - began)

    def end(self):
        self.is_over.set()
        self.join()
        return self.times


def bridge_shares(log, complete, readers):
    """Seconds from the end of each answer to the request of its final text, by the bridge's log."""
    requests = [
        at - float(record["duration"].split()[0])
        for at, message, record in log_records(log)
        if message == "HTTP request ended" and "/send/m.room.message/" in record.get("url.full", "")
    ]
    ends = [complete[reader.event] for reader in readers]
    return [min((at - end for at in requests if at >= end - 0.002), default=float("nan")) for end in ends]


def measure(homeserver, state, times, chunks, pace, log, results):
    """One person asks several times, each time after the last answer."""
    known, began = read_state(state), time.time()
    question = f"/echo chunks={chunks} pace={pace} tide"
    sampler = Floor(homeserver, known["floor"], int(chunks))
    sampler.start()
    readers = [answers(homeserver, known["people"][:1], question)[0] for _ in range(int(times))]
    complete, refused = bridge_log(log, began)
    lags = [reader.ended - complete[reader.event] for reader in readers]
    floors = sampler.end()
    title = f"stock limit, {times} replies in a row in one room"
    figures.note(
        results, "the homeserver's own time for such an edit: PUT to another account's /sync",
        figures.milliseconds(floors),
    )
    ratio = statistics.median(lags) / statistics.median(floors)
    figures.note(
        results, f"{title}: slowest from END to the final text",
        f"{max(lags) * 1000:.0f} ms, median {statistics.median(lags) * 1000:.0f} ms ({ratio:.2f} of the homeserver's)",
        "≤ 1.2 of the homeserver's slowest", max(lags) <= 1.2 * max(floors),
    )
    for number, (reader, lag, share) in enumerate(zip(readers, lags, bridge_shares(log, complete, readers)), 1):
        ratio = lag / (lag - share)
        figures.note(
            results, f"{title}: final text of reply {number}, after {reader.edits} other texts",
            f"{lag * 1000:.0f} ms, {share * 1000:.0f} ms of it in the bridge, ratio {ratio:.2f}",
            "≤ 1.2 of what the homeserver took for it", ratio <= 1.2,
        )
    figures.note(results, f"{title}: refusals (429)", str(refused), "0", refused == 0)
