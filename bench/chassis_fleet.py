"""Southbound sessions of many chassis in one process: real monitors, no switch behind them."""

from __future__ import annotations

import json
import select
import socket
import time
from collections import deque
from pathlib import Path
from typing import Any, Callable, Iterable, Sequence

from lab import LabError
from lab.wait import Deadline

from .chassis_wire import Framer, Request, encode

_CHUNK = 1 << 18
_PARSED = 1 << 16  # replies longer than this are contents and not worth the time

# What an update holds: {table: {row uuid: {"insert" or "modify": {column: value}}}}.
Update = dict[str, dict[str, dict[str, Any]]]


class Session:
    """A client of one database server, on a unix socket: counts what it gets and parses little.

    Requests go out one after the other, each when the one before is answered. An error in a reply
    is a LabError. Unix sockets are never probed, so nothing but changes moves a byte.
    """

    def __init__(self, name: str, path: Path, *, opening: Sequence[Request] = (),
                 watched: bytes = b"", on_update: Callable[[Update], None] | None = None):
        """`on_update` gets the updates that contain the bytes `watched`."""
        self.name = name
        self.path = path
        self.opening = opening
        self.socket: socket.socket | None = None
        self.bytes = 0            # received since reset()
        self.updates = 0          # notifications among them
        self.last_update = 0.0    # time.monotonic() of the last
        self._watched = watched
        self._on_update = on_update
        self._framer = Framer()
        self._queue: deque[Request] = deque()
        self._number = 0
        self._waiting = False     # for the reply to request _number
        self._unsent = b""
        self.blocked = False      # waits for room to send more
        self.reply: Any = None    # the last result that was parsed

    def connect(self, timeout: float = 60.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(str(self.path))
        except OSError as error:
            raise LabError(f"{self.name}: no connection to {self.path}: {error}") from error
        self.socket.setblocking(False)

    def reset(self) -> None:
        self.bytes = self.updates = 0
        self.last_update = 0.0

    @property
    def idle(self) -> bool:
        """Whether everything that was sent is answered."""
        return not self._waiting and not self._queue

    def send(self, *requests: Request) -> None:
        self._queue.extend(requests)
        if not self._waiting:
            self._next()

    def _next(self) -> None:
        self._waiting = bool(self._queue)
        if self._waiting:
            self._number += 1
            self._write(encode(self._number, self._queue.popleft()))

    def _write(self, data: bytes) -> None:
        self._unsent += data
        self.flush()

    def flush(self) -> bool:
        """Sends what the kernel takes; returns whether that was all."""
        if not self._unsent:
            return True
        assert self.socket
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        self._unsent = self._unsent[sent:]
        return not self._unsent

    def receive(self) -> None:
        """Takes what has arrived, at most a chunk of it."""
        assert self.socket
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            raise LabError(f"{self.name}: the server has closed the connection")
        self.bytes += len(chunk)
        for message in self._framer.feed(chunk):
            self._handle(message)

    def _handle(self, message: bytes) -> None:
        if message.startswith(b'{"id":null'):
            self.updates += 1
            self.last_update = time.monotonic()
            if self._on_update and self._watched in message:
                self._on_update(json.loads(message)["params"][-1])
        elif message.startswith(b'{"id":"echo"'):
            self._write(b'{"id":"echo","result":[],"error":null}')
        else:
            self._answered(message)

    def _answered(self, message: bytes) -> None:
        if not message.startswith(b'{"id":%d,' % self._number):
            raise LabError(f"{self.name}: unexpected message {message[:200]!r}")
        if len(message) <= _PARSED:
            self.reply = _result(self.name, message)
        elif not message.endswith(b'"error":null}'):
            raise LabError(f"{self.name}: the server refuses: {message[-200:]!r}")
        self._next()

    def close(self) -> None:
        if self.socket:
            self.socket.close()
            self.socket = None


def _result(name: str, message: bytes) -> Any:
    reply = json.loads(message)
    result = reply["result"]
    failed = [part for part in result if isinstance(part, dict) and "error" in part] \
        if isinstance(result, list) else []
    if reply["error"] is not None or failed:
        raise LabError(f"{name}: the server refuses: {reply['error'] or failed}")
    return result


class Fleet:
    """Sessions that are served together. Those given to open() are counted; see counted."""

    def __init__(self) -> None:
        self.counted: list[Session] = []
        self._epoll = select.epoll()
        self._by_descriptor: dict[int, Session] = {}

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._epoll.close()

    def attach(self, session: Session) -> Session:
        """Connects a session that is served and not counted."""
        session.connect()
        assert session.socket
        self._by_descriptor[session.socket.fileno()] = session
        self._epoll.register(session.socket, select.EPOLLIN)
        return session

    def open(self, sessions: Iterable[Session], *, window: int, timeout: float) -> None:
        """Connects `sessions` and runs their opening requests, `window` of them at a time."""
        left, opening = deque(sessions), set[Session]()
        deadline = Deadline(timeout)
        while left or opening:
            while left and len(opening) < window:
                session = self.attach(left.popleft())
                self.counted.append(session)
                opening.add(session)
                self.send(session, *session.opening)
            self.poll(1.0)
            opening = {session for session in opening if not session.idle}
            if deadline.passed:
                raise LabError(f"{len(left) + len(opening)} of {len(self.counted) + len(left)} "
                               f"sessions did not get their contents within {timeout:g} s")

    def send(self, session: Session, *requests: Request) -> None:
        session.send(*requests)
        self._arm(session)

    def call(self, session: Session, *requests: Request, timeout: float = 60.0) -> Any:
        """Sends, and serves all sessions until the last reply is there; returns its result."""
        self.send(session, *requests)
        self.wait(lambda: session.idle, timeout, f"the server's reply to {session.name}")
        return session.reply

    def wait(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Serves all sessions until `condition`; LabError after `timeout` seconds."""
        deadline = Deadline(timeout)
        while not condition():
            if deadline.passed:
                raise LabError(f"waited {deadline.timeout:g} s for {what}")
            self.poll(0.01)

    def poll(self, timeout: float) -> bool:
        """Serves what is ready, waiting `timeout` seconds for it; whether anything was."""
        events = self._epoll.poll(timeout)
        for descriptor, event in events:
            session = self._by_descriptor[descriptor]
            if event & ~select.EPOLLOUT:
                session.receive()
            self._arm(session)
        return bool(events)

    def reset(self) -> None:
        for session in self.counted:
            session.reset()

    def _arm(self, session: Session) -> None:
        """Sends what is left to send, and asks to be told when there is room for the rest."""
        assert session.socket
        blocked = not session.flush()
        if blocked != session.blocked:
            session.blocked = blocked
            room = select.EPOLLOUT if blocked else 0
            self._epoll.modify(session.socket, select.EPOLLIN | room)

    def close(self) -> None:
        """Ends all sessions."""
        for session in self._by_descriptor.values():
            session.close()
        self._by_descriptor.clear()
        self.counted.clear()
