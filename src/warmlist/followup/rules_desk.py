"""What pages, API and command line do with the rules: look, change, try, keep and go back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from warmlist.clock import from_ms
from warmlist.errors import BadInput, BadPack, Refused
from warmlist.events.log import load_money
from warmlist.events.model import hash64
from warmlist.followup import rule_forms
from warmlist.followup.customer import Connection
from warmlist.followup.figures import Figures
from warmlist.followup.people import load_people
from warmlist.followup.rule_files import FIGURES, RuleFiles
from warmlist.followup.troubles import Trouble, troubles
from warmlist.followup.views import Viewer
from warmlist.labels.pack_diff import Comparison, Difference, try_out
from warmlist.labels.previews import Preview, Previews
from warmlist.packs import workspace
from warmlist.packs.workspace import InForce, Version
from warmlist.rules.layers import Layer
from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack
from warmlist.store.sql import queries

SQL = queries("followup/rules.sql")


@dataclass(frozen=True, slots=True)
class Carried:
    """A label that customers have now and that the new rules do not know."""

    dimension: str
    label: str
    customers: int
    some: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force, what lies over the built-in pack, and the versions so far, newest first."""

    in_force: InForce
    versions: Sequence[Version]


class RulesDesk:
    """Every method may be called from several threads at once."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        dsn: str,
        built_in: Path,
        mirror_folder: Path,
        pack: Callable[[], Pack],
        currency: str,
        changed: Callable[[], None],
        countries: Collection[str] = frozenset(),
    ) -> None:
        """built_in: the folder of the pack below. pack: the one in force. changed: told of a new version.

        countries: of which something is known before there are data of one's own.
        """
        self._transaction, self._dsn, self._built_in = transaction, dsn, built_in
        self._mirror, self._pack, self.currency, self._changed = (
            mirror_folder,
            pack,
            currency,
            changed,
        )
        self._countries = countries
        self._previews = Previews()

    def close(self) -> None:
        """End what is under way."""
        self._previews.stop()

    @cached_property
    def below(self) -> Pack:
        """The built-in pack alone."""
        return read_pack(self._built_in)

    # Looking

    def rules(self, now_ms: int) -> Rules:
        """Everything that the page shows."""
        with self._transaction() as conn:
            found = workspace.in_force(conn, self._built_in, now_ms)
            return Rules(found, workspace.versions(conn))

    def version(self, number: int | None = None) -> Version:
        """One version, the newest by default. Raises NotFound."""
        with self._transaction() as conn:
            return workspace.newest(conn) if number is None else workspace.load(conn, number)

    def check(self, files: Mapping[str, str], now_ms: int, name: str = workspace.NAME) -> Pack:
        """The pack with these files laid over it; name: what places of them begin with.

        Raises BadPack with the place, BadInput for a file that is none of a pack.
        """
        with self._transaction() as conn:
            to_minor = load_money(conn).at(now_ms)
        try:
            pack = read_pack(self._built_in, to_minor, [Layer(name, files)])
        except RecursionError:
            raise BadPack(f"{name}: an expression is nested too deeply") from None
        Figures.of(pack)
        return pack

    # Changing

    def draft(
        self, viewer: Viewer, fields: rule_forms.Fields, now_ms: int
    ) -> tuple[Version, dict[str, str]]:
        """The newest version, and the files after the change that a form asks for."""
        _must_lead(viewer)
        with self._transaction() as conn:
            version = workspace.newest(conn)
            to_minor = load_money(conn).at(now_ms)
        drawer = rule_forms.Drawer(
            self._pack(), self.below, version.files, to_minor, viewer.name, now_ms
        )
        return version, rule_forms.changed(drawer, fields)

    def preview(
        self, viewer: Viewer, pack: Pack, files: Mapping[str, str], now_ms: int, who: str
    ) -> Preview:
        """Who would change by this pack, asked in the background. Raises Busy when too many wait."""
        _must_lead(viewer)
        before = self._pack()
        text = "\x1e".join(part for one in sorted(files.items()) for part in one)
        key = f"{before.laid_over}:{hash64(text):x}"
        asked = Comparison(self._dsn, self._mirror, before, pack, now_ms + 1)
        return self._previews.ask(key, asked, f"{viewer.name}:{who}")

    def compare(
        self, pack: Pack, now_ms: int, progress: Callable[[int, int], None] | None = None
    ) -> Difference:
        """Who would change by this pack, now."""
        return Comparison(self._dsn, self._mirror, self._pack(), pack, now_ms + 1).answer(progress)

    def carried(self, pack: Pack) -> list[Carried]:
        """The labels that customers have and that this pack takes away."""
        with self._transaction() as conn:
            return _carried(conn, self._pack(), pack)

    def troubles(self, pack: Pack | None = None) -> list[Trouble]:
        """What does not fit together in this workspace, by a pack, else by the one in force."""
        with self._transaction() as conn:
            return troubles(conn, pack or self._pack(), self._countries)

    def save(
        self,
        viewer: Viewer,
        files: Mapping[str, str],
        note: str,
        now_ms: int,
        base: int,
        *,
        take_away: bool = False,
    ) -> Version:
        """Lay these files over the pack from now on.

        base: the version that they were made from. take_away: labels that customers carry may go.
        Raises BadPack, BadInput where labels would go, Busy where somebody was quicker, Refused.
        """
        with self._transaction() as conn:
            made = self.keep(conn, viewer, files, note, now_ms, base, take_away=take_away)
        self._changed()
        return made

    def keep(
        self,
        conn: Connection,
        viewer: Viewer,
        files: Mapping[str, str],
        note: str,
        now_ms: int,
        base: int,
        *,
        take_away: bool = False,
    ) -> Version:
        """`save` in the caller's transaction; the caller tells of the new version afterwards."""
        _must_lead(viewer)
        pack = self.check(files, now_ms)
        try_out(pack)
        if not take_away and (gone := _carried(conn, self._pack(), pack)):
            raise BadInput(
                "; ".join(_told(conn, one, now_ms) for one in gone[:5]),
                hint="say that these labels may go, or keep them",
            )
        return workspace.save(conn, files, viewer.name, note, now_ms, base)

    def set_figures(
        self, conn: Connection, figures: Mapping[str, str], by: str, why: str, now_ms: int
    ) -> Version:
        """Other values for figures of the pack, as a version of its own, in the caller's transaction.

        figures: name -> value as packs write it. Raises BadPack for one that does not fit.
        """
        version = workspace.newest(conn)
        files = RuleFiles(version.files)
        since = f"{from_ms(now_ms):%Y-%m-%d}"
        for name, value in figures.items():
            files.table(FIGURES)[name] = {"value": value, "since": since, "source": f"{why}; {by}"}
        texts = files.texts()
        self.check(texts, now_ms)
        return workspace.save(conn, texts, by, why, now_ms, version.number)

    def back(self, viewer: Viewer, number: int, now_ms: int) -> Version:
        """Lay over what lay over in an earlier version, as a version of its own. Labels may go."""
        _must_lead(viewer)
        with self._transaction() as conn:
            files, base = workspace.load(conn, number).files, workspace.number(conn)
        return self.save(viewer, files, f"back to w{number}", now_ms, base, take_away=True)

    def people(self, ids: Sequence[int], now_ms: int) -> dict[int, str]:
        """Customer -> name, for samples; a lead sees everyone."""
        with self._transaction() as conn:
            found = load_people(conn, ids, now_ms, messages=False)
        return {one: person.customer.name for one, person in found.items()}


def _carried(conn: Connection, before: Pack, after: Pack) -> list[Carried]:
    gone: list[tuple[str, str]] = []
    kept = {d.key: d.labels for d in after.dimensions}
    opened = {o.dimension for o in after.open_rules}
    for d in before.dimensions:
        if d.key not in opened:
            gone += [(d.key, label) for label in d.labels if label not in kept.get(d.key, ())]
    gone += [(o.dimension, "") for o in before.open_rules if o.dimension not in after.keys]
    if not gone:
        return []
    values = {"dimensions": [d for d, _ in gone], "labels": [label for _, label in gone]}
    return [Carried(d, x, n, tuple(some)) for d, x, n, some in conn.execute(SQL.carried, values)]


def _told(conn: Connection, one: Carried, now_ms: int) -> str:
    names = [p.customer.name for p in load_people(conn, one.some, now_ms, messages=False).values()]
    more = ", …" if one.customers > len(names) else ""
    return f"{one.customers} carry {one.dimension}: {one.label} ({', '.join(names)}{more})"


def _must_lead(viewer: Viewer) -> None:
    if not viewer.sees_everyone:
        raise Refused("rules are changed by leads and admins", hint="ask one of them")
