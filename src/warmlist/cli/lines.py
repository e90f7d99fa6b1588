"""What the longer commands do between the command line and the parts: lines in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from warmlist import clock
from warmlist.app import App, open_app
from warmlist.cli.cluster import on_spark
from warmlist.clock import rfc3339
from warmlist.engines.mirror import Mirror
from warmlist.engines.relations import Fetcher
from warmlist.errors import BadInput
from warmlist.events import rates
from warmlist.followup.views import QueueFilters, QueueRow, Viewer
from warmlist.intake.identity import canonical
from warmlist.labels import explain, replay
from warmlist.labels.assign import SQL as ASSIGN
from warmlist.labels.bulk import Bulk
from warmlist.settings import Settings
from warmlist.understanding.preferences.model import Window as Hours
from warmlist.worker import BATCH, BULK

WAITING = ASSIGN.waiting
#: The command line sees everyone's customers.
OPERATOR = Viewer(0, "command line", "admin")


def label_lines(
    app: App, as_of: int, handle: str | None, engine: str = "duckdb"
) -> Iterator[dict[str, Any]]:
    """Label lines as of a moment, everybody's (by duckdb, or by spark) or one customer's."""
    if handle is not None:
        name = canonical(handle)
        with app.store.connect() as conn:
            customer = explain.find(conn, name)
        labeller = app.labeller()
        try:
            yield from replay.one(labeller, customer, name, as_of, app.currency)
        finally:
            labeller.close()
        return
    with Fetcher(app.store.dsn) as fetcher, Mirror(app.mirror_folder, fetcher) as mirror:
        mirror.advance()
        with ExitStack() as stack:
            over = stack.enter_context(on_spark(app, mirror, as_of)) if engine == "spark" else None
            yield from replay.everybody(app.store.dsn, app.plan, app.currency, mirror, as_of, over)


def label_news(app: App, progress: Callable[[int], None]) -> int:
    """Label whoever has news, so that queue and labels are right though no `serve` runs.

    Beside a running worker both share the work. Returns how many customers were labelled.
    """
    done = 0
    with app.store.connect() as conn:
        row = conn.execute(WAITING, {"limit": BULK + 1}).fetchone()
    if row is not None and row[0] > BULK:
        bulk = Bulk(
            app.store.dsn, app.plan, app.currency, app.mirror_folder, clock.now_ms(), clock.tick
        )
        done = bulk.run(lambda so_far, _: progress(so_far)).customers
    labeller = app.labeller()
    try:
        with app.store.connect() as conn:
            while news := labeller.claim_news(conn, BATCH):
                labeller.relabel(conn, news, clock.now_ms())
                conn.commit()
                done += len(news)
                progress(done)
    finally:
        labeller.close()
    return done


def set_rate(settings: Settings, currency: str, value: str, first_day: str) -> str:
    """Set a rate; a sentence about what was valued anew."""
    try:
        rate, day = Decimal(value), date.fromisoformat(first_day)
    except (InvalidOperation, ValueError):
        raise BadInput(
            f"{value!r} from {first_day!r} is no rate; write: warmlist rate EUR 1.08 --from 2026-01-01"
        ) from None
    with open_app(settings) as app, app.store.connect() as conn:
        count = rates.set_rate(conn, currency.upper(), rate, day, clock.now_ms())
        return (
            f"1 {currency.upper()} = {value} {app.currency} from {day}: {count:,} events valued anew; "
            "restart serve, so that thresholds are too"
        )


def queue_lines(app: App, as_of: int | None, owner: str | None) -> Iterator[dict[str, Any]]:
    """The queue, most urgent first; a past moment is replayed."""
    moment = clock.now_ms() if as_of is None else as_of
    filters = QueueFilters(owner=owner)
    rows = (
        _pages(app, filters, moment)
        if as_of is None
        else app.desk.queue_as_of(OPERATOR, filters, moment)
    )
    for row in rows:
        yield {
            "customer": row.handle, "name": row.name, "owner": row.owner, "colour": row.colour,
            "shade": row.shade, "labels": {c.dimension: c.label for c in row.chips},
            "playbook": row.playbook, "why": row.why, "from": rfc3339(row.due_from),
            "by": rfc3339(row.due_by), "overdue": row.overdue, "how": row.how,
            "when": row.window.text, "best": best_of(row),
            "not_before": rfc3339(row.window.next_open),
            "held": list(row.held), "brings": row.brings, "what": row.what, "missed": row.missed,
        }  # fmt: skip


def _pages(app: App, filters: QueueFilters, moment: int) -> Iterator[QueueRow]:
    """What is open at once, what opens later in order at the end: no worker may have asked the guard yet."""
    later: list[QueueRow] = []
    cursor: str | None = None
    while True:
        page = app.desk.queue(OPERATOR, filters, moment, cursor)
        yield from (row for row in page.rows if not row.opens)
        later += [row for row in page.rows if row.opens]
        cursor = page.next_cursor
        if cursor is None:
            break
    yield from sorted(later, key=lambda row: row.sort_key)


def best_of(row: QueueRow) -> dict[str, Any] | None:
    """When the customer is most likely to answer, as the doors tell it."""
    best = row.window.best
    if best is None:
        return None
    hours = Hours(best.days, best.begin, best.end).as_json()
    return hours | {"at": rfc3339(best.at), "because": best.source}


def why_json(app: App, handle: str, at: int | None) -> dict[str, Any]:
    """Everything recorded about a customer's labels."""
    name = canonical(handle)
    return {"customer": name, "labels": [w.line(name) for w in _why(app, name, at)]}


def why_text(app: App, handle: str, at: int | None) -> str:
    """The same for people."""
    name = canonical(handle)
    lines = [name]
    for w in _why(app, name, at):
        shade = f" ({w.shade})" if w.shade else ""
        since = rfc3339(w.since) or "unknown"
        lines.append(f"\n{w.dimension}: {w.label}{shade}\n  because {w.because}")
        lines.append(
            f"  rule {w.rule} of {w.pack}: {w.when}" if w.when else f"  {w.rule}, {w.pack}"
        )
        lines.append(f"  since {since}" + (f", until {rfc3339(w.until)}" if w.until else ""))
        for fact, value in w.facts.items():
            unit = app.plan.pack.facts[fact].unit if fact in app.plan.pack.facts else "number"
            shown = rfc3339(value) if unit == "moment" and value is not None else value
            lines.append(f"  {fact} = {'unknown' if shown is None else shown}")
        for event in w.events:
            said = f": {event.text[:120]}" if event.text else ""
            lines.append(f"  {event.type} {event.id} at {rfc3339(event.at)}{said}")
    if len(lines) == 1:
        lines.append("no labels are recorded at that moment")
    return "\n".join(lines)


def _why(app: App, name: str, at: int | None) -> list[explain.Why]:
    with app.store.connect() as conn:
        customer = explain.find(conn, name)
        return explain.explain(conn, app.plan.pack, app.currency, customer, at, clock.now_ms())
