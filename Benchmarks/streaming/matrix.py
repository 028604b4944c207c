"""What the benchmark's people do at the homeserver, with the standard library only."""

import json
import sys
import time
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


def register(homeserver, password, name):
    account = {"username": name, "password": password, "auth": {"type": "m.login.dummy"}}
    return call(homeserver, None, "POST", "register", account)["access_token"]


def create_room(homeserver, token, *invited):
    room = {"preset": "trusted_private_chat", "is_direct": True, "invite": invited}
    return call(homeserver, token, "POST", "createRoom", room)["room_id"]


def send(homeserver, token, room, content):
    """Sends a message event and returns its id."""
    path = f"rooms/{urllib.parse.quote(room)}/send/m.room.message/say-{time.time_ns()}"
    return call(homeserver, token, "PUT", path, content)["event_id"]


def say(homeserver, token, room, text):
    return send(homeserver, token, room, {"msgtype": "m.text", "body": text})


def sync(homeserver, token, since=None, timeout=10_000):
    """Returns what is new, by room, and where to go on."""
    place = "timeout=0" if since is None else f"timeout={timeout}&since={since}"
    batch = call(homeserver, token, "GET", "sync?" + place)
    rooms = batch.get("rooms", {}).get("join", {})
    return {room: news.get("timeline", {}).get("events", []) for room, news in rooms.items()}, batch["next_batch"]


def is_reply(event):
    return event["sender"] == BOT and event["type"] == "m.room.message"


def ends_reply(content):
    return "tokens_used" in content.get("m.new_content", content).get("io.rialto.reply", {})


def make_rooms(homeserver, password, count, state):
    """People with a room each; returns when the bot is in all of them."""
    people = []
    for number in range(int(count)):
        token = register(homeserver, password, f"reader{number}")
        people.append({"token": token, "room": create_room(homeserver, token, BOT)})
    for person in people:
        path = f"rooms/{urllib.parse.quote(person['room'])}/joined_members"
        deadline = time.monotonic() + 60
        while BOT not in call(homeserver, person["token"], "GET", path)["joined"]:
            if time.monotonic() > deadline:
                sys.exit("error: the bot did not join a room within 60 s")
            time.sleep(0.1)
    with open(state, "w", encoding="utf-8") as file:
        json.dump({"people": people, "floor": make_floor(homeserver, password)}, file)


def make_floor(homeserver, password):
    """Accounts that have nothing to do with the bot, in a room of theirs: they tell what the homeserver itself takes."""
    witness, *writers = [register(homeserver, password, name) for name in ("witness", "writer0", "writer1")]
    room = create_room(homeserver, witness, "@writer0:localhost", "@writer1:localhost")
    for writer in writers:
        call(homeserver, writer, "POST", f"rooms/{urllib.parse.quote(room)}/join", {})
    return {"witness": witness, "writers": writers, "room": room}


def read_state(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
