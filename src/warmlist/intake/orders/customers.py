"""A CSV file of customers -> profile events, one a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warmlist.clock import DAY, rfc3339
from warmlist.errors import BadInput
from warmlist.events.model import Event
from warmlist.intake.lines import Door, event_of
from warmlist.intake.local_time import local_time
from warmlist.intake.orders.build import digest
from warmlist.intake.orders.cells import (
    Moments,
    country_of,
    customer_of,
    email_of,
    order_of_dates,
    phone_of,
)
from warmlist.intake.orders.columns import CUSTOMER_COLUMNS, find_columns
from warmlist.intake.orders.options import OrderOptions
from warmlist.intake.orders.table import Row, open_table
from warmlist.intake.problems import LineProblem

NOBODY = "has neither a customer number nor a phone or e-mail address that is one"
#: Columns whose words are taken as they are; the profile's model judges them.
_PLAIN = ("language", "time_zone", "customer_source", "kind", "industry", "owner")


def read_customers(path: Path, options: OrderOptions) -> Iterator[Event | LineProblem]:
    """Every customer of the file, and a report of each row or cell that could not be read.

    What a row says holds from its `at`, else from when the customer joined, else from the day of
    the import (midnight UTC, so that the same file imported twice a day says it once). BadInput
    when no column names the customer.
    """
    with open_table(path) as table:
        columns = find_columns(table.header, CUSTOMER_COLUMNS, options.columns, ())
        if not {"customer", "phone", "email"} & set(columns):
            raise BadInput(
                "no column is known to name the customer",
                hint="say which one does, as --map customer=COLUMN (or phone=, email=)",
            )
        places = [columns[name] for name in ("at", "joined_at") if name in columns]
        cells = (
            found[1][place]
            for found in table.rows
            if not isinstance(found, LineProblem)
            for place in places
        )
        decision = order_of_dates(cells, now_ms=options.now_ms, stated=options.date_order)
    moments = Moments(local_time(options.time_zone), decision.order if decision else None)
    with open_table(path) as table:
        for found in table.rows:
            if isinstance(found, LineProblem):
                yield found
            else:
                yield from _customer(found[0], _cells(found[1], columns), moments, options)


def _cells(row: Row, columns: dict[str, int]) -> dict[str, str]:
    return {name: cell for name, place in columns.items() if (cell := row[place].strip())}


def _customer(
    number: int, cells: dict[str, str], moments: Moments, options: OrderOptions
) -> Iterator[Event | LineProblem]:
    country = country_of(cells.get("country", ""))
    phone = phone_of(cells.get("phone", ""), country)
    email = email_of(cells.get("email", ""))
    doubts = [
        f"has {what} that could not be read and was left out"
        for what, cell, value in (
            ("a country", "country", country), ("a phone number", "phone", phone),
            ("an e-mail address", "email", email),
        )
        if cells.get(cell) and value is None
    ]  # fmt: skip
    try:
        own = customer_of(cells["customer"], options.source) if "customer" in cells else None
        handle = own or phone or email
        if handle is None:
            yield LineProblem(number, NOBODY)
            return
        record = _record(handle, cells, moments, options)
        if country:
            record["country"] = country
        if phone:
            record["phone"] = phone
        if email:
            record["email"] = email
        record["id"] = digest("profile", *(str(record[key]) for key in sorted(record)))
        door = Door(options.source, options.now_ms, backfill=True)
        event, warnings = event_of(record, door)
    except BadInput as error:
        yield LineProblem(number, error.message)
        return
    yield event
    for doubt in (*doubts, *warnings):
        yield LineProblem(number, doubt, kept=True)


def _record(
    handle: str, cells: dict[str, str], moments: Moments, options: OrderOptions
) -> dict[str, Any]:
    """The row as an event line of the contract."""
    at = options.now_ms - options.now_ms % DAY
    record: dict[str, Any] = {"type": "profile", "customer": handle}
    record |= {name: cells[name] for name in _PLAIN if name in cells}
    for name in ("customer_source", "kind"):
        if name in record:
            record[name] = record[name].casefold()
    if name := " ".join(cells[part] for part in ("name", "last_name") if part in cells):
        record["name"] = name
    if "joined_at" in cells:
        at = moments.instant(cells["joined_at"])[0]
        record["joined_at"] = rfc3339(at)
    if "at" in cells:
        at = moments.instant(cells["at"])[0]
    return record | {"at": rfc3339(at)}
