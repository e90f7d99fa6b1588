"""Sends prepared webhooks at a steady rate from a process of its own, and may watch the live stream.

wrk sends as fast as it is answered, so a slow server lowers the load and hides what it did to those
who would have come meanwhile. Here every request has its moment, whatever became of the others, and
its time counts from that moment.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import uvloop

from bench import webhooks

#: How long answers, and labels on the stream, are waited for behind the last request, in seconds.
PATIENCE = 20.0


@dataclass(frozen=True)
class Load:
    """What to send. cookie: of a signed-in person whose stream is watched; '' = nobody's."""

    host: str
    port: int
    file: str
    rate: float  # requests/s
    connections: int
    cookie: str = ""


@dataclass
class Sent:
    """What came of it; times in seconds, -1 where something never came."""

    statuses: dict[str, int] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)  # request's moment -> answer
    visible: list[float] = field(default_factory=list)  # request's moment -> label on the stream
    refetches: int = 0  # times the stream said only "fetch the list again"
    took: float = 0.0  # first request's moment -> last answer
    late: float = 0.0  # the most that a request left behind its moment, for want of a connection


def send(load: Load) -> Sent:
    """Run a load in another process and wait for its end."""
    process = start(load)
    return finish(process)


def start(load: Load) -> subprocess.Popen[str]:
    """Start a load in another process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sender"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(load)))
    process.stdin.close()
    return process


def finish(process: subprocess.Popen[str]) -> Sent:
    """Wait for a load and read what came of it."""
    assert process.stdout is not None
    told = process.stdout.read()
    if process.wait():
        raise RuntimeError("the sender failed; see above")
    return Sent(**json.loads(told))


class _Connection(asyncio.Protocol):
    """One kept-alive connection: a request, its answer, the next request."""

    def __init__(self, run: _Run) -> None:
        self.run = run
        self.request: int | None = None
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.run.free(self)

    def send(self, number: int, content: bytes) -> None:
        self.request = number
        self.transport.write(content)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        self.buffer = b""
        self._answered(head[9:12].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        if self.request is not None:
            self._answered("broken", free=False)

    def _answered(self, status: str, *, free: bool = True) -> None:
        number, self.request = self.request, None
        assert number is not None
        self.run.answered(number, status)
        if free:
            self.run.free(self)


class _Run:
    """One load under way."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.requests = webhooks.prepared(Path(load.file))
        self.due = [0.0] * len(self.requests)
        self.sent = Sent(answers=[-1.0] * len(self.requests), visible=[-1.0] * len(self.requests))
        self.idle: deque[_Connection] = deque()
        self.waiting: deque[int] = deque()
        self.open = len(self.requests)
        self.all_answered = asyncio.Event()
        self.unseen: dict[int, list[int]] = {}  # customer -> requests whose label is not seen yet
        self.all_seen = asyncio.Event()

    def free(self, connection: _Connection) -> None:
        if self.waiting:
            self._send(connection, self.waiting.popleft())
        else:
            self.idle.append(connection)

    def answered(self, number: int, status: str) -> None:
        now = monotonic()
        self.sent.statuses[status] = self.sent.statuses.get(status, 0) + 1
        self.sent.answers[number] = now - self.due[number]
        self.open -= 1
        if not self.open:
            self.sent.took = now - self.due[0]
            self.all_answered.set()

    async def run(self) -> Sent:
        loop, load = asyncio.get_running_loop(), self.load
        watching = None
        if load.cookie:
            ready = asyncio.Event()
            watching = asyncio.create_task(self._watch(ready))
            await ready.wait()
        for _ in range(load.connections):
            await loop.create_connection(lambda: _Connection(self), load.host, load.port)
        begin = monotonic() + 0.2
        for number in range(len(self.requests)):
            self.due[number] = begin + number / load.rate
            wait = self.due[number] - monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self._dispatch(number)
        await asyncio.wait_for(self.all_answered.wait(), PATIENCE)
        if watching is not None:
            self.last = True
            if self.unseen:
                await _at_most(self.all_seen.wait(), PATIENCE)
            watching.cancel()
        return self.sent

    def _dispatch(self, number: int) -> None:
        if self.load.cookie:
            self.unseen.setdefault(self.requests[number][0], []).append(number)
        if self.idle:
            self._send(self.idle.popleft(), number)
        else:
            self.waiting.append(number)

    def _send(self, connection: _Connection, number: int) -> None:
        self.sent.late = max(self.sent.late, monotonic() - self.due[number])
        connection.send(number, self.requests[number][1])

    async def _watch(self, ready: asyncio.Event) -> None:
        """Read the event stream as a browser would."""
        reader, writer = await asyncio.open_connection(self.load.host, self.load.port, limit=2**24)
        writer.write(
            f"GET /live HTTP/1.1\r\nHost: {self.load.host}:{self.load.port}\r\n"
            f"Cookie: {self.load.cookie}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"the stream was refused: {head[:40]!r}")
        text = b""
        while size := int(await reader.readline(), 16):  # chunked
            text += (await reader.readexactly(size + 2))[:-2]
            *messages, text = text.split(b"\n\n")
            now = monotonic()
            for message in messages:
                self._heard(message, now)
            ready.set()

    def _heard(self, message: bytes, now: float) -> None:
        lines = dict(line.partition(b": ")[::2] for line in message.split(b"\n"))
        if lines.get(b"event") == b"refetch":
            self.sent.refetches += 1
        if lines.get(b"event") != b"changes":
            return
        for customer in json.loads(lines[b"data"])["touched"]:
            for number in self.unseen.pop(customer, ()):
                self.sent.visible[number] = now - self.due[number]
        if not self.unseen:
            self.all_seen.set()


async def _at_most(waiting: Any, seconds: float) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return


def main() -> None:
    load = Load(**json.load(sys.stdin))
    sent = uvloop.run(_Run(load).run())
    json.dump(asdict(sent), sys.stdout)


if __name__ == "__main__":
    main()
