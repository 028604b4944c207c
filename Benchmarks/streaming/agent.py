"""An agent of protocol 2 that streams by a timetable and notes when it wrote what: as little WebSocket as that takes."""

import asyncio
import base64
import hashlib
import json
import shlex
import struct
import time

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def word(name, number):
    """What tells a chunk from every other, wherever it is quoted."""
    return f"{name}-{number:04d} "


async def receive(reader):
    """The next message of a client as its kind and bytes, fragments joined."""
    kind, parts = None, []
    while True:
        first, second = await reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", await reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await reader.readexactly(8))
        mask = await reader.readexactly(4)
        masked = await reader.readexactly(size)
        data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
        if first & 0x0F >= CLOSE:
            return first & 0x0F, data
        kind = first & 0x0F or kind
        parts.append(data)
        if first & 0x80:
            return kind, b"".join(parts)


class RecordingAgent:
    """Answers `stream NAME CHUNKS GAP` with that many words, GAP seconds apart, and the end one GAP later."""

    def __init__(self):
        self.written = {}  # (name, number) of a chunk: when
        self.ended = {}  # name: when
        self.pong = None
        self.connected = asyncio.Event()
        self.failure = None
        self.runs = set()

    async def serve(self):
        server = await asyncio.start_server(self.converse, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    def send(self, data, kind=TEXT):
        size = struct.pack("!B", len(data)) if len(data) < 126 else struct.pack("!BH", 126, len(data))
        self.writer.write(bytes([0x80 | kind]) + size + data)

    def frame(self, **fields):
        self.send(json.dumps(fields).encode())

    async def ping(self):
        """Seconds from writing a ping to having read the bridge's pong."""
        self.pong = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        self.send(b"", PING)
        return await asyncio.wait_for(self.pong, 10) - began

    async def converse(self, reader, writer):
        self.writer = writer
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        key = next(line.split(":", 1)[1].strip() for line in head if line.lower().startswith("sec-websocket-key:"))
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
        lines.append("Sec-WebSocket-Accept: " + base64.b64encode(digest).decode())
        writer.write("\r\n".join([*lines, "", ""]).encode())
        self.frame(type="STATUS", protocol=2)
        self.connected.set()
        try:
            while await self.take(*await receive(reader)):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def take(self, kind, data):
        if kind == CLOSE:
            self.send(data, CLOSE)
        elif kind == PING:
            self.send(data, PONG)
        elif kind == PONG and self.pong is not None and not self.pong.done():
            self.pong.set_result(time.monotonic())
        elif kind == TEXT:
            frame = json.loads(data)
            if frame["type"] == "USER_MESSAGE":
                _, name, chunks, gap = shlex.split(frame["text"])
                run = asyncio.create_task(self.stream(frame["run_id"], name, int(chunks), float(gap)))
                self.runs.add(run)
            else:
                self.failure = f"the bridge sent {frame['type']}"
        return kind != CLOSE

    async def stream(self, run_id, name, chunks, gap):
        began = time.monotonic()
        for number in range(1, chunks + 1):
            self.written[name, number] = time.monotonic()
            text = word(name, number)
            self.frame(type="AGENT_EVENT_TEXT_CHUNK", run_id=run_id, seq=number, text=text)
            await asyncio.sleep(began + number * gap - time.monotonic())
        self.ended[name] = time.monotonic()
        self.frame(type="AGENT_EVENT_END", run_id=run_id, seq=chunks + 1, tokens_used=chunks)
