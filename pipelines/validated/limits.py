"""Limits of reading one delivery, and whether this machine has what they allow."""

from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 4 << 30
_SECONDS: Final = 300
_BYTES_A_SECOND: Final = 200_000


def seconds_for(size: int) -> int:
    """Seconds of processor time for a file of `size` bytes: some ten times what a sound one needs."""
    return _SECONDS + size // _BYTES_A_SECOND


def has_memory() -> bool:
    """Whether the machine has the memory that one delivery may take: then our own limit is what ended a reader."""
    with Path("/proc/meminfo").open(encoding="ascii") as lines:
        free = next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)
    return free >= MEMORY_BYTES
