"""Views of the queue that people keep: filters by name, one's own or everybody's."""

from __future__ import annotations

from dataclasses import dataclass

from warmlist.errors import NotFound, Refused
from warmlist.followup.customer import Connection
from warmlist.followup.segments import checked_name
from warmlist.followup.views import QueueFilters, Viewer
from warmlist.store.sql import queries

_SQL = queries("followup/segments.sql")


@dataclass(frozen=True, slots=True)
class KeptView:
    """Filters of the queue by name. `shared`: everybody sees it; `own`: the viewer may forget it."""

    id: int
    name: str
    filters: QueueFilters
    shared: bool
    own: bool


def kept_views(conn: Connection, viewer: Viewer) -> tuple[KeptView, ...]:
    """The viewer's own views by name, then everybody's."""
    return tuple(
        KeptView(
            view_id, name, QueueFilters(colour, label, customer_owner), owner == "",
            owner == viewer.name or by == viewer.name or viewer.sees_everyone,
        )
        for view_id, name, owner, colour, label, customer_owner, by in conn.execute(
            _SQL.views, {"viewer": viewer.name}
        )
    )  # fmt: skip


def keep_view(
    conn: Connection, viewer: Viewer, name: str, filters: QueueFilters, now_ms: int, *, shared: bool
) -> int:
    """Keep filters by name; one's older view of that name is replaced. The view's id.

    Refused where everybody's view of that name is another person's and the viewer does not lead.
    """
    values = {
        "name": checked_name(name), "owner": "" if shared else viewer.name,
        "colour": filters.colour, "label": filters.label, "customer_owner": filters.owner,
        "by": viewer.name, "now": now_ms, "leads": viewer.sees_everyone,
    }  # fmt: skip
    row = conn.execute(_SQL.put_view, values).fetchone()
    if row is None:
        raise Refused(
            "everybody’s view of this name is another person’s", hint="choose another name"
        )
    return int(row[0])


def forget_view(conn: Connection, viewer: Viewer, view_id: int) -> None:
    """Keep a view no longer. Raises NotFound where there is none that the viewer may forget."""
    values = {"id": view_id, "viewer": viewer.name, "leads": viewer.sees_everyone}
    if conn.execute(_SQL.drop_view, values).fetchone() is None:
        raise NotFound("there is no such view of yours", hint="reload the page")
