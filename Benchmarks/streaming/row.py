"""Replies that follow each other in one room, against the time that the homeserver itself takes for such an event."""

import queue
import statistics
import threading
import time

import figures
from matrix import read_state, say, send, sync
from replies import answers, bridge_log, log_records

EDITS_OF_A_WRITER = 9  # With the message that they edit, as many events as the stock limit allows at once.


class Witness(threading.Thread):
    """Reads along by /sync, and tells when the events of a room arrive."""

    def __init__(self, homeserver, accounts):
        super().__init__(daemon=True)
        self.homeserver, self.token, self.room = homeserver, accounts["witness"], accounts["room"]
        self.arrivals = queue.Queue()
        _, self.since = sync(homeserver, self.token)

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


def edit_of(event, final):
    """The content of a reply's last edit, as an edit of another event that names the witness."""
    mentions = {"user_ids": ["@witness:localhost"]}
    inner = {**final.get("m.new_content", final), "m.mentions": mentions}
    return {**final, "m.new_content": inner, "m.mentions": mentions,
            "m.relates_to": {"rel_type": "m.replace", "event_id": event}}


def floor(homeserver, accounts, final):
    """Seconds from the request of such an edit to its arrival, made by accounts that have nothing to do with the bot."""
    witness, taken = Witness(homeserver, accounts), []
    witness.start()
    for writer in accounts["writers"]:
        first = say(homeserver, writer, accounts["room"], "tide")
        witness.arrival(first)
        for _ in range(EDITS_OF_A_WRITER):
            time.sleep(1)  # The last edit of a reply, too, comes after a pause.
            began = time.time()
            event = send(homeserver, writer, accounts["room"], edit_of(first, final))
            taken.append(witness.arrival(event) - began)
    return taken


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
    readers = [answers(homeserver, known["people"][:1], question)[0] for _ in range(int(times))]
    complete, refused = bridge_log(log, began)
    lags = [reader.ended - complete[reader.event] for reader in readers]
    floors = floor(homeserver, known["floor"], readers[-1].final)
    title = f"stock limit, {times} replies in a row in one room"
    figures.note(
        results, "the homeserver's own time for such an edit: PUT to another account's /sync",
        figures.milliseconds(floors),
    )
    usual, slowest, middle = statistics.median(floors), max(floors), statistics.median(lags)
    figures.note(
        results, f"{title}: from END to the final text, median", f"{middle * 1000:.0f} ms, ratio {middle / usual:.2f}",
        "≤ 1.2 of the homeserver's median", middle <= 1.2 * usual,
    )
    for number, (reader, lag) in enumerate(zip(readers, lags), 1):
        figures.note(
            results, f"{title}: from END to the final text of reply {number}, after {reader.edits} other texts",
            f"{lag * 1000:.0f} ms, ratio {lag / slowest:.2f}", "≤ 1.2 of the homeserver's slowest",
            lag <= 1.2 * slowest,
        )
    shares = ", ".join(f"{share * 1000:.0f} ms" for share in bridge_shares(log, complete, readers))
    figures.note(results, f"{title}: of that, in the bridge", shares)
    figures.note(results, f"{title}: refusals (429)", str(refused), "0", refused == 0)
