"""What a fact is, and the streams that facts are taken from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sqlglot import exp

#: What a fact's value is measured in.
UNITS = ("moment", "number", "money")


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared fact.

    Either taken from a stream (`source`, `take`, optionally narrowed), or combined from other facts
    (`of`, with `take` naming how).
    `where`: which rows count. `after`: facts; only rows later than all known ones count. `follows`:
    facts; likewise, but none counts while one is unknown. `before`: like `follows`, for earlier rows.
    `window`: (oldest, newest) ages in ms of rows that count: over the newest, at most the oldest;
    None = any age.
    `unit`: moment (a position, see events.model), number, or money (minor units, workspace currency).
    """

    name: str
    says: Mapping[str, str]
    unit: str
    take: str
    source: str = ""
    where: exp.Expr | None = None
    of: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    window: tuple[int, int] | None = None
    place: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Other facts that must be known first."""
        return (*self.of, *self.after, *self.follows, *self.before)


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows about each (customer_id, as_of), made by one SQL view.

    Every stream has `event_id` (the event behind the row) and `pos` (its moment). `needs` are the
    streams and facts it reads, by the names of their CTEs. `base`: the stream is just the rows of
    the log that pass this test, so that facts can be taken from the log itself. `horizon`: the SQL
    holds `{horizon}`, the largest age in ms that any fact in use asks of it.
    """

    name: str
    says: str
    columns: Mapping[str, str]
    needs: tuple[str, ...]
    facts: tuple[str, ...]
    base: str
    sql: str

    @property
    def horizon(self) -> bool:
        return "{horizon}" in self.sql


_HEAD = re.compile(r"^-- (says|needs|facts|base|column (\w+)): (.*)$")


def _parse(name: str, text: str) -> Stream:
    head: dict[str, str] = {}
    columns = {"event_id": "the event behind the row", "pos": "its moment"}
    body = []
    for line in text.splitlines():
        found = _HEAD.match(line)
        if found and found[2]:
            columns[found[2]] = found[3]
        elif found:
            head[found[1]] = found[3]
        else:
            body.append(line)
    return Stream(
        name=name,
        says=head["says"],
        columns=columns,
        needs=tuple(head.get("needs", "").replace(",", " ").split()),
        facts=tuple(head.get("facts", "").replace(",", " ").split()),
        base=head.get("base", ""),
        sql="\n".join(body).strip().replace("{base}", head.get("base", "")),
    )


@cache
def streams() -> Mapping[str, Stream]:
    """Every stream by name, read from `facts/streams/*.sql`."""
    folder = resources.files("warmlist.facts") / "streams"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return {f.name[:-4]: _parse(f.name[:-4], f.read_text(encoding="utf-8")) for f in files}
