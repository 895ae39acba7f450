"""Reading and writing pcap files, without the second that it takes to import scapy."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Iterable

from .errors import LabError
from .frame import Frame

_MAGIC = 0xA1B2C3D4
_HEADER = struct.Struct("=IHHiIII")
_RECORD = struct.Struct("=IIII")
_ETHERNET = 1


class PcapReader:
    """Reads a file that another process goes on writing, in this machine's byte order."""

    def __init__(self, path: Path):
        self._path = path
        self._offset = _HEADER.size

    def read_new(self) -> list[Frame]:
        """The complete frames written since the last call; none if there is no file yet."""
        try:
            with self._path.open("rb") as file:
                header = file.read(_HEADER.size)
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        if len(header) == _HEADER.size and _HEADER.unpack(header)[0] != _MAGIC:
            raise LabError(f"{self._path} is no pcap file of this machine's byte order")
        frames: list[Frame] = []
        position = 0
        while position + _RECORD.size <= len(data):
            seconds, microseconds, size, _ = _RECORD.unpack_from(data, position)
            end = position + _RECORD.size + size
            if end > len(data):
                break
            frames.append(Frame(data[end - size:end], outgoing=True,
                                time=seconds + microseconds / 1e6))
            position = end
        self._offset += position
        return frames


def write_pcap(path: Path, frames: Iterable[Frame]) -> None:
    """Writes frames into a new file that tcpdump and Wireshark read."""
    with path.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, 2, 4, 0, 0, 1 << 18, _ETHERNET))
        for frame in frames:
            seconds, fraction = divmod(frame.time, 1)
            size = len(frame.data)
            file.write(_RECORD.pack(int(seconds), int(fraction * 1e6), size, size) + frame.data)
