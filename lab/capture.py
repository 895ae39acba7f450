"""Captures: frames from an interface in a namespace, complete with their VLAN tags."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from pathlib import Path
from typing import Callable

from .errors import LabError
from .frame import Frame
from .netns import Namespace
from .pcap import write_pcap
from .wait import Deadline, WaitTimeout

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_AUXDATA = 8
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6
_AUXDATA = struct.Struct("=IIIHHHH")
_TIMESPEC = struct.Struct("=qq")
_BUFFER_BYTES = 32 << 20


class Capture:
    """All frames through one interface, both ways, from the moment the object exists.

    Frames arrive in order of the kernel's sight of them. A frame that has passed the interface
    before stop() is called is among those that stop() returns. What is still under way in a switch
    is not: wait for it with expect(), or for a later frame on the same path.
    """

    def __init__(self, namespace: Namespace, interface: str):
        self.interface = interface
        self.namespace = namespace
        self._frames: list[Frame] = []
        self._changed = threading.Condition()
        self._error: str | None = None
        self._stopped = False
        self._socket = namespace.call(self._open)
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._read, name=f"capture-{interface}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<capture of {self.interface} in {self.namespace.name}: {len(self._frames)} frames>"

    def frames(self, match: Callable[[Frame], bool] | None = None, *,
               outgoing: bool | None = None) -> list[Frame]:
        """The frames so far that `match`; `outgoing` selects one direction."""
        with self._changed:
            found = list(self._frames)
        if outgoing is not None:
            found = [frame for frame in found if frame.outgoing == outgoing]
        return [frame for frame in found if match(frame)] if match else found

    def expect(self, match: Callable[[Frame], bool], timeout: float = 5.0,
               what: str = "a frame", count: int = 1) -> list[Frame]:
        """Returns the matching frames as soon as there are `count`; else WaitTimeout that shows
        what was there instead."""
        deadline = Deadline(timeout)
        with self._changed:
            while True:
                found = [frame for frame in self._frames if match(frame)]
                if len(found) >= count:
                    return found
                if deadline.passed or self._stopped:
                    seen = "\n".join(f"  {frame}" for frame in self._frames[-40:]) or "  nothing"
                    raise WaitTimeout(
                        f"waited {deadline.timeout:g} s for {count} x {what} on {self.interface} "
                        f"in {self.namespace.name}; found {len(found)}. Seen there:\n{seen}")
                self._changed.wait(deadline.left)

    def clear(self) -> None:
        """Forgets the frames so far."""
        with self._changed:
            self._frames.clear()

    def stop(self) -> list[Frame]:
        """Ends the capture; returns its frames. LabError if the kernel had to drop some."""
        if not self._stopped:
            self._stopped = True
            os.write(self._wake_write, b"x")
            self._thread.join()
            seen, dropped = struct.unpack(
                "=II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
            self._socket.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            if dropped:
                raise LabError(f"the capture of {self.interface} lost {dropped} of {seen} frames")
        return self.frames()

    def write(self, path: Path) -> None:
        """Keeps the frames so far in a file for tcpdump and Wireshark."""
        write_pcap(path, self.frames())

    def _open(self) -> socket.socket:
        # Protocol 0 receives nothing: no frame of another interface slips in before bind().
        packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            packet.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            packet.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            packet.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _BUFFER_BYTES)
            packet.bind((self.interface, ETH_P_ALL))
        except OSError as error:
            packet.close()
            raise LabError(f"cannot capture {self.interface} in {self.namespace.name}: {error}; "
                           f"there are {', '.join(n for _, n in socket.if_nameindex())}") from error
        packet.setblocking(False)
        return packet

    def _read(self) -> None:
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        poller.register(self._wake_read, select.POLLIN)
        stopping = False
        while not stopping:
            stopping = any(fd == self._wake_read for fd, _ in poller.poll())
            self._drain()

    def _drain(self) -> None:
        while True:
            try:
                received = self._socket.recvmsg(1 << 16, 256)
            except BlockingIOError:
                return
            except OSError:
                # The interface went down or away; it may come back, and the socket stays.
                continue
            frame = _frame(*received)
            with self._changed:
                self._frames.append(frame)
                self._changed.notify_all()


def _frame(data: bytes, ancillary: list, _flags: int, address: tuple) -> Frame:
    """A frame from recvmsg()'s answer; the kernel has put an outer tag aside, which is put back."""
    time = 0.0
    for level, kind, value in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = _AUXDATA.unpack_from(value)
            if status & TP_STATUS_VLAN_VALID:
                tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        elif level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            time = seconds + nanoseconds / 1e9
    return Frame(data, outgoing=address[2] == socket.PACKET_OUTGOING, time=time)
