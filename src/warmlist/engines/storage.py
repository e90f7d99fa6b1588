"""The folder that Warmlist and a Spark cluster share: parts of the mirror, and what a run makes.

Layout: `part-<digest>/type=.../rows.parquet`, a copy of each part of the mirror, unless the cluster can
read the mirror itself; `run/`, the tables of the run under way.
"""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from warmlist.engines.mirror import Manifest
from warmlist.errors import BadSettings, Busy
from warmlist.store.closing import Closing

#: Names under which Spark knows the same storage as Arrow does.
_SCHEMES = {"s3a": "s3", "s3n": "s3"}
#: Written last, so that half a copy is never taken for a part; Spark passes over such names.
_WHOLE = "_SUCCESS"


class Storage(Closing):
    """One run's use of the shared folder. Raises Busy while another run uses the same mirror.

    mirror: its folder, and what it holds. address: a folder, or such as `s3a://bucket/warmlist` or
    `hdfs://namenode/warmlist`; what follows a `?` is for Arrow alone (`region`, `endpoint_override`).
    None = beside the mirror, which every worker must then read and write under the same path.
    """

    def __init__(self, mirror: Path, manifest: Manifest, address: str | None = None) -> None:
        mirror.mkdir(parents=True, exist_ok=True)
        self._mirror, self._manifest = mirror.resolve(), manifest
        self._copies = address is not None
        address = address or str(mirror / "spark")
        if not urlsplit(address).scheme:
            address = str(Path(address).resolve())
        self._ours, self._base = _open(address)
        self._theirs = address.partition("?")[0].rstrip("/")
        self._lock = (mirror / "spark.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Busy("another run with --engine spark is under way") from None
        self._clear()

    def part(self, name: str) -> str:
        """Where the cluster finds a part of the mirror; copied there first where it is missing."""
        folder = self._mirror / name
        if not self._copies:
            return str(folder)
        copy = self._copy_of(name)
        there = f"{self._base}/{copy}"
        if self._ours.get_file_info(f"{there}/{_WHOLE}").type is pafs.FileType.NotFound:
            for file in sorted(folder.glob("*/*.parquet")):
                self._ours.create_dir(f"{there}/{file.parent.name}")
                pafs.copy_files(
                    str(file), f"{there}/{file.parent.name}/{file.name}",
                    source_filesystem=pafs.LocalFileSystem(), destination_filesystem=self._ours,
                )  # fmt: skip
            with self._ours.open_output_stream(f"{there}/{_WHOLE}"):
                pass
        return f"{self._theirs}/{copy}"

    def put(self, name: str, rows: pa.Table) -> str:
        """Write a relation; returns where the cluster finds it."""
        folder = f"{self._base}/run/{name}"
        self._ours.create_dir(folder)
        pq.write_table(rows, f"{folder}/rows.parquet", filesystem=self._ours)
        return self.place(name)

    def place(self, name: str) -> str:
        """Where the cluster keeps an answer of this name."""
        return f"{self._theirs}/run/{name}"

    def close(self) -> None:
        """Remove what this run made; copies of parts stay for the next."""
        self._clear()
        self._lock.close()

    def _clear(self) -> None:
        """Remove what runs made, broken ones too, and copies of parts that no longer count."""
        kept = {self._copy_of(name) for name in self._manifest.parts}
        everything = pafs.FileSelector(self._base, allow_not_found=True)
        for info in self._ours.get_file_info(everything):
            old = info.base_name.startswith("part-") and info.base_name not in kept
            if info.type is pafs.FileType.Directory and (old or info.base_name == "run"):
                self._ours.delete_dir(info.path)

    def _copy_of(self, part: str) -> str:
        """Two databases, or a mirror built anew, may give different parts the same name."""
        made = self._manifest
        what = f"{made.database}/{made.format}/{part}/{made.sizes[part]}"
        return f"part-{hashlib.sha256(what.encode()).hexdigest()[:16]}"


def _open(address: str) -> tuple[pafs.FileSystem, str]:
    """Arrow's view of an address: (file system, path in it)."""
    scheme = urlsplit(address).scheme
    if not scheme:
        return pafs.LocalFileSystem(), address
    try:
        ours, base = pafs.FileSystem.from_uri(_SCHEMES.get(scheme, scheme) + address[len(scheme) :])
    except (pa.ArrowException, OSError) as error:
        raise BadSettings(
            f"WARMLIST_SPARK_STORAGE: {scheme}:// cannot be opened: {str(error).splitlines()[0]}",
            hint="name a folder or an address that this machine and the cluster can both write",
        ) from None
    return ours, base.rstrip("/")
