"""A reverse proxy before the homeserver that notes when each event of the bridge came by, and when it was answered."""

import asyncio
import time
import urllib.parse
from dataclasses import dataclass


@dataclass
class SentEvent:
    """A PUT …/send/… as it came by; times are of the monotonic clock."""

    body: bytes
    arrived: float
    answered: float = 0.0
    status: int = 0

    @property
    def is_final(self):
        return b'"tokens_used"' in self.body


def header(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return None


async def read_body(reader, head):
    """A message's body as it stands on the wire, also when it comes in chunks."""
    if header(head, b"transfer-encoding") != b"chunked":
        return await reader.readexactly(int(header(head, b"content-length") or 0))
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(line.split(b";")[0], 16) + 2)
        parts += [line, chunk]
        if chunk == b"\r\n":
            return b"".join(parts)


class RecordingProxy:
    """One connection to the homeserver for each of the bridge's, both kept alive."""

    def __init__(self, homeserver):
        self.target = urllib.parse.urlsplit(homeserver)
        self.events = []

    async def serve(self):
        server = await asyncio.start_server(self.converse, "127.0.0.1", 0, limit=2**20)
        return server.sockets[0].getsockname()[1]

    async def converse(self, reader, writer):
        upstream = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                arrived = time.monotonic()
                body = await read_body(reader, head)
                if upstream is None or upstream[0].at_eof():
                    upstream = await asyncio.open_connection(self.target.hostname, self.target.port, limit=2**20)
                await self.exchange(head, body, arrived, upstream, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # Either side has hung up; the bridge asks again where it has to.
        finally:
            writer.close()
            if upstream is not None:
                upstream[1].close()

    async def exchange(self, head, body, arrived, upstream, writer):
        event = None
        if head.startswith(b"PUT ") and b"/send/" in head.split(b"\r\n", 1)[0]:
            event = SentEvent(body, arrived)
            self.events.append(event)
        upstream[1].write(head + body)
        answer = await upstream[0].readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        if status not in (204, 304):
            answer += await read_body(upstream[0], answer)
        writer.write(answer)
        if event:
            event.answered, event.status = time.monotonic(), status
