"""Other processes: how much memory they take."""

from __future__ import annotations

import os
from pathlib import Path


def rss_mb(pid: int) -> float:
    """Resident memory of a process now, in MB (10^6 bytes)."""
    return _status(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """The most resident memory that a process had since it started, in MB."""
    return _status(pid, "VmHWM")


def cpu_s(pid: int) -> float:
    """Seconds of processor that a process has used since it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, key: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"/proc/{pid}/status has no {key}; Linux has")
