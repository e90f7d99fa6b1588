"""Customers as a file: CSV for people and their spreadsheets, NDJSON for programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from warmlist.followup.customer import Connection
from warmlist.followup.people import held_labels, load_people
from warmlist.followup.views import Viewer

#: What a spreadsheet takes for the beginning of a formula, the wide forms of East Asia too.
_FORMULA = re.compile(r"^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]")
_PHONE = re.compile(r"\+[0-9]{5,20}", re.ASCII)
#: Tells Excel that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"

FORMATS: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
COLUMNS = ("customer", "name", "handle", "handles", "owner", "country", "language")


@dataclass(frozen=True, slots=True)
class Exported:
    """One customer. `labels`: dimension -> labels that hold."""

    customer: int
    name: str
    handles: tuple[str, ...]
    owner: str | None
    country: str | None
    language: str | None
    labels: Mapping[str, Sequence[str]]


def exported(
    conn: Connection, viewer: Viewer, batches: Iterable[Sequence[int]], as_of: int
) -> Iterator[Exported]:
    """The customers of these ids, in order, as far as the viewer may see them by now."""
    for ids in batches:
        people, held = load_people(conn, ids, as_of, messages=False), held_labels(conn, ids)
        for one in ids:
            if one not in people or not viewer.sees(people[one].customer.owner):
                continue
            customer = people[one].customer
            labels: dict[str, list[str]] = {}
            for dimension, label, _, _ in sorted(held.get(one, ()), key=lambda h: h[:2]):
                labels.setdefault(dimension, []).append(label)
            yield Exported(
                one, customer.name, tuple(customer.handles.values()), customer.owner,
                customer.country, customer.profile.get("language"), labels,
            )  # fmt: skip


def csv_lines(
    customers: Iterable[Exported], dimensions: Sequence[str], *, mark: bool = False
) -> Iterator[str]:
    """RFC 4180, a column `label:DIMENSION` for each dimension; no cell can be taken for a formula.

    mark: begin with the byte order mark, for spreadsheets.
    """
    line = io.StringIO()
    writer = csv.writer(line)

    def written(cells: Iterable[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow([harmless(cell) for cell in cells])
        return line.getvalue()

    yield (BYTE_ORDER_MARK if mark else "") + written(
        [*COLUMNS, *(f"label:{d}" for d in dimensions)]
    )
    for one in customers:
        told = (
            str(one.customer), one.name, one.handles[0], " ".join(one.handles), one.owner or "",
            one.country or "", one.language or "",
        )  # fmt: skip
        yield written([*told, *("; ".join(one.labels.get(d, ())) for d in dimensions)])


def ndjson_lines(customers: Iterable[Exported]) -> Iterator[str]:
    """One JSON object a line."""
    for one in customers:
        yield orjson.dumps(
            {
                "customer": one.customer, "name": one.name, "handles": one.handles,
                "owner": one.owner, "country": one.country, "language": one.language,
                "labels": one.labels,
            }
        ).decode() + "\n"  # fmt: skip


def harmless(cell: str) -> str:
    """A cell that no spreadsheet computes: an apostrophe before what looks like a formula.

    Phone numbers stay as they are: +39 333 is but a number.
    """
    text = cell.replace("\0", "")
    numbers = text.split(" ")
    if not _FORMULA.search(text) or all(_PHONE.fullmatch(number) for number in numbers):
        return text
    return "'" + text
