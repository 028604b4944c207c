"""How much memory the bridge takes with many rooms, each of which has had a question answered."""

import sys
import threading
import time

import figures
from matrix import BOT, create_room, ends_reply, is_reply, register, say, sync

PEOPLE = 8
LIMIT_MEGABYTES = 60
QUESTION = "/echo chunks=8 pace=50 tide"


class Person(threading.Thread):
    """Makes rooms, one after the other, and has a question answered in each."""

    def __init__(self, homeserver, token, rooms):
        super().__init__(daemon=True)
        self.homeserver, self.token, self.rooms = homeserver, token, rooms
        self.failure = None

    def run(self):
        try:
            _, self.since = sync(self.homeserver, self.token)
            for _ in range(self.rooms):
                self.talk()
        except Exception as error:  # A thread's failure is told by the main thread.
            self.failure = error

    def talk(self):
        room = create_room(self.homeserver, self.token, BOT)
        self.wait(room, lambda event: event.get("state_key") == BOT and event["content"]["membership"] == "join")
        say(self.homeserver, self.token, room, QUESTION)
        self.wait(room, lambda event: is_reply(event) and ends_reply(event["content"]))

    def wait(self, room, condition):
        deadline = time.monotonic() + 120
        while True:
            news, self.since = sync(self.homeserver, self.token, self.since)
            if any(map(condition, news.get(room, []))):
                return
            if time.monotonic() > deadline:
                raise TimeoutError("a room waited 120 s in vain")


def memory(pid):
    """Peak and present resident memory of a process in MB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return [int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmHWM", "VmRSS")]


def measure(homeserver, password, rooms, pid, results):
    rooms, began = int(rooms), time.monotonic()
    shares = [rooms // PEOPLE + (number < rooms % PEOPLE) for number in range(PEOPLE)]
    people = [
        Person(homeserver, register(homeserver, password, f"resident{number}"), share)
        for number, share in enumerate(shares)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
        if person.failure:
            sys.exit(f"error: a person's rooms failed: {person.failure!r}")
    peak, now = memory(pid)
    print(f"==> {rooms} rooms have had their answer after {time.monotonic() - began:.0f} s", file=sys.stderr)
    figures.note(
        results, f"{rooms} rooms, a question answered in each: peak and present memory of `rialto run`",
        f"VmHWM {peak:.1f} MB, VmRSS {now:.1f} MB", f"both < {LIMIT_MEGABYTES} MB", max(peak, now) < LIMIT_MEGABYTES,
    )
