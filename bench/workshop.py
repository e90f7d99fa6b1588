"""What benchmarks share: the big database, built once; a copy of it that a run may change.

Everything lies in `bench/.cache`, one folder for each scale and seed. Deleting it costs a few minutes.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import everybody_child, loading, population
from bench.figures import Outcome
from bench.population import Population, populate
from warmlist import clock
from warmlist.app import App, built_in_pack, open_app
from warmlist.clock import DAY
from warmlist.settings import Settings, load
from warmlist.store.database import Store, migrate, migrations
from warmlist.store.embedded import Embedded

HERE = Path(__file__).parent
TEMPLATE, COPY = "bench_template", "bench_run"
#: An older shop has fallen too silent to be an example; it is built anew.
OLDEST = 7 * DAY


@dataclass
class Workshop:
    """One run of benchmarks. `say` tells what takes long."""

    scale: float
    seed: int
    folder: Path
    server: Embedded
    shop: dict[str, Any]
    say: Any = print
    _state: str = "none"  # of the copy: none, fresh, filled
    _messages: list[Any] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)  # MB, by what was measured

    @property
    def home(self) -> Path:
        """WARMLIST_HOME of this run: the mirror lies in it."""
        return self.folder / "run"

    @property
    def dsn(self) -> str:
        """Address of the copy."""
        return self.server.dsn(COPY)

    @property
    def full(self) -> bool:
        """Whether figures at this scale may be judged; smaller ones only try the benchmark out."""
        return self.scale >= 1

    def outcome(self) -> Outcome:
        """An outcome to be filled, about this shop."""
        return Outcome(data=dict(self.shop), tell=self.say)

    def settings(self) -> Settings:
        """Of commands that run in this process."""
        given = {"DATABASE_URL": self.dsn, "HOME": str(self.home), "LOG_LEVEL": "warning"}
        return load({f"WARMLIST_{name}": value for name, value in given.items()})

    def fresh(self) -> None:
        """A new copy of the big database, nobody labelled and no mirror."""
        if self._state != "fresh":
            self.say("copying the big database")
            shutil.rmtree(self.home, ignore_errors=True)
            self.home.mkdir()
            with self.admin() as conn:
                drop(conn, COPY)
                conn.execute(f"CREATE DATABASE {COPY} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        self._state = "fresh"

    def filled(self) -> None:
        """The copy with everybody labelled as of this moment, nothing left to do."""
        if self._state == "none":
            self.fresh()
        if self._state == "fresh":
            self.say("labelling everybody for the first time")
        self.run_everybody("fill" if self._state == "fresh" else "time")
        self.forget_history()
        self._state = "filled"

    def forget_history(self) -> None:
        """Take the replay of everybody's past off the list: hours of work that belong to an import."""
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            conn.execute("TRUNCATE history_due, dirty")
            conn.execute("VACUUM ANALYZE assignments, standings")

    def run_everybody(self, cause: str, as_of: int | None = None) -> dict[str, Any]:
        """A run over everybody in a process of its own; see `everybody_child`."""
        return everybody_child.run(
            {
                "dsn": self.dsn,
                "pack": str(built_in_pack()),
                "mirror": str(self.home / "mirror"),
                "as_of": clock.now_ms() if as_of is None else as_of,
                "cause": cause,
            }
        )

    @contextmanager
    def app(self) -> Iterator[App]:
        """The workspace of the copy, opened in this process."""
        with open_app(self.settings()) as app:
            yield app

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that may create and drop databases."""
        with psycopg.connect(self.server.dsn("postgres"), autocommit=True) as conn:
            yield conn

    def busy_customers(self, count: int, seed: int) -> list[int]:
        """Different customers drawn as messages draw them: who wrote much writes again."""
        rows = self._activity()
        rng = random.Random(f"{self.seed} {seed}")
        # The greatest of these are a weighted draw without putting back.
        drawn = sorted(rows, key=lambda row: rng.random() ** (1 / row[1]), reverse=True)
        return [int(row[0]) for row in drawn[:count]]

    def _activity(self) -> list[tuple[int, int]]:
        """(customer, messages) of everybody, as the shop was built."""
        if not self._messages:
            with psycopg.connect(self.dsn) as conn:
                self._messages = conn.execute(
                    "SELECT handle_id, count(*) FROM events WHERE type = 'message' "
                    "AND source = 'bench' GROUP BY handle_id ORDER BY handle_id"
                ).fetchall()
        return self._messages


@contextmanager
def open_workshop(
    scale: float, seed: int, say: Any, *, rebuild: bool = False
) -> Iterator[Workshop]:
    """Start the private server and build the big database unless it is there."""
    folder = HERE / ".cache" / f"{scale:g}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    server = Embedded(folder / "server")
    try:
        shop = _built(folder, server)
        if rebuild or shop is None:
            shop = _build(folder, server, scale, seed, say)
        workshop = Workshop(scale, seed, folder, server, shop, say)
        try:
            yield workshop
        finally:
            with workshop.admin() as conn:
                drop(conn, COPY)
            shutil.rmtree(workshop.home, ignore_errors=True)
    finally:
        server.close()


def drop(conn: psycopg.Connection[Any], name: str) -> None:
    conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _built(folder: Path, server: Embedded) -> dict[str, Any] | None:
    """What stands in the note beside the big database, unless it is stale."""
    note = folder / "built.json"
    if not note.is_file():
        return None
    found: dict[str, Any] = json.loads(note.read_text())
    with psycopg.connect(server.dsn("postgres")) as conn:
        there = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
    young = clock.now_ms() - int(found["end_ms"]) < OLDEST
    return found if there and young and found["made_by"] == _fingerprint() else None


def _fingerprint() -> str:
    """Changes with the schema and with what generates."""
    parts = [m.checksum for m in migrations()]
    parts += [Path(str(m.__file__)).read_text("utf-8") for m in (population, loading)]
    parts.append((HERE / "words.py").read_text("utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _build(folder: Path, server: Embedded, scale: float, seed: int, say: Any) -> dict[str, Any]:
    began, end_ms = time.perf_counter(), clock.now_ms()
    say(f"building the big database at scale {scale:g}: a few minutes, once")
    shop: Population = populate(scale, seed, end_ms)
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as conn:
        drop(conn, COPY)
        drop(conn, TEMPLATE)
        conn.execute(f"CREATE DATABASE {TEMPLATE}")
    store = Store(server.dsn(TEMPLATE))
    migrate(store)
    with store.connect() as conn:
        conn.execute("SET maintenance_work_mem = '512MB'")
        loading.load(conn, shop)
    with psycopg.connect(store.dsn, autocommit=True) as conn:
        conn.execute("VACUUM (FREEZE, ANALYZE)")
        conn.execute("CHECKPOINT")
        size = conn.execute("SELECT pg_database_size(current_database())").fetchone()
    assert size is not None
    note = {
        "scale": scale, "seed": seed, "end_ms": end_ms, **shop.sizes(),
        "database_mb": size[0] // 2**20, "build_seconds": round(time.perf_counter() - began, 1),
        "made_by": _fingerprint(),
    }  # fmt: skip
    (folder / "built.json").write_text(json.dumps(note))
    say(f"built in {note['build_seconds']} s: {note}")
    return note
