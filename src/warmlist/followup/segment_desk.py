"""What pages, API and command line do with segments: everything in transactions of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from warmlist.errors import BadInput
from warmlist.followup import actions, exports, operations, views_kept
from warmlist.followup.customer import Connection
from warmlist.followup.operations import Operation
from warmlist.followup.segments import SavedSegment, Segments
from warmlist.followup.views import QueueFilters, Viewer
from warmlist.followup.views_kept import KeptView
from warmlist.labels.segment_text import Segment
from warmlist.labels.sentences import in_language
from warmlist.rules.model import Pack

Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Word:
    """What a segment may name. `kind`: fact, dimension (one label), set (several) or threshold."""

    kind: str
    name: str
    says: str
    unit: str = ""  # of facts: moment, number, money; of thresholds: duration, number, money


class SegmentDesk:
    """Every method may be called from several threads at once."""

    def __init__(self, ask: Segments, transaction: Transaction, pack: Pack, currency: str) -> None:
        """currency: ISO 4217, of sums."""
        self.ask, self._transaction, self._pack = ask, transaction, pack
        self.currency = currency

    def close(self) -> None:
        """End what is under way."""
        self.ask.close()

    # Many at once

    def begin(
        self, viewer: Viewer, segment: Segment, deed: operations.Deed, now_ms: int, key: str | None
    ) -> Operation:
        """Have something done to everybody in a segment, a rep's own customers only.

        key: see `operations.begin`. Facts are asked and waited for where they are not known yet.
        """
        found = self.ask.find(segment, now_ms + 1)
        with self._transaction() as conn:
            batches = self.ask.ids(conn, viewer, found, own=True)
            begun = operations.begin(
                conn, self.ask.look, viewer, deed, segment.text, batches, now_ms, key
            )
            return operations.load(conn, viewer, begun)

    def undo(self, viewer: Viewer, operation_id: int) -> Operation:
        """Have an operation taken back."""
        with self._transaction() as conn:
            operations.undo(conn, viewer, operation_id)
            return operations.load(conn, viewer, operation_id)

    def operation(self, viewer: Viewer, operation_id: int) -> Operation:
        """How far it is. Raises NotFound for one that the viewer may not see."""
        with self._transaction() as conn:
            return operations.load(conn, viewer, operation_id)

    def operations(
        self, viewer: Viewer, before: int | None = None, count: int = 20
    ) -> tuple[Operation, ...]:
        """The newest ones, or those before an id."""
        with self._transaction() as conn:
            return operations.listed(conn, viewer, before, count)

    # Taking out

    def export(
        self, viewer: Viewer, segment: Segment, form: str, now_ms: int, *, mark: bool = False
    ) -> Iterator[str]:
        """The customers of a segment that the viewer may see, as lines of a file.

        form: csv or ndjson; mark: see `exports.csv_lines`. Facts are asked before this returns. Who
        took out which segment is written down first.
        """
        if form not in exports.FORMATS:
            raise BadInput(
                f"there is no format {form!r}", hint=f"one of {', '.join(exports.FORMATS)}"
            )
        found = self.ask.find(segment, now_ms)
        with self._transaction() as conn:
            noted = operations.note_export(conn, viewer, segment.text, form, now_ms)

        def lines() -> Iterator[str]:
            with self._transaction() as conn:
                batches = self.ask.ids(conn, viewer, found, size=1_000)
                told = exports.exported(conn, viewer, batches, now_ms)
                if form == "csv":
                    yield from exports.csv_lines(counted(told), self._pack.keys, mark=mark)
                else:
                    yield from exports.ndjson_lines(counted(told))
                operations.exported(conn, noted, total, now_ms)

        total = 0

        def counted(told: Iterator[exports.Exported]) -> Iterator[exports.Exported]:
            nonlocal total
            for total, one in enumerate(told, 1):  # noqa: B007 - what is counted is told afterwards
                yield one

        return lines()

    # Keeping

    def save(self, viewer: Viewer, name: str, text: str, now_ms: int) -> SavedSegment:
        """Keep a segment by name."""
        with self._transaction() as conn:
            return self.ask.save(conn, viewer, name, text, now_ms)

    def forget(self, viewer: Viewer, segment_id: int) -> SavedSegment:
        """Keep it no longer."""
        with self._transaction() as conn:
            return self.ask.forget(conn, viewer, segment_id)

    def views(self, viewer: Viewer) -> tuple[KeptView, ...]:
        """The viewer's own views of the queue, then everybody's."""
        with self._transaction() as conn:
            return views_kept.kept_views(conn, viewer)

    def keep_view(
        self, viewer: Viewer, name: str, filters: QueueFilters, now_ms: int, *, shared: bool
    ) -> int:
        """Keep filters of the queue by name."""
        with self._transaction() as conn:
            return views_kept.keep_view(conn, viewer, name, filters, now_ms, shared=shared)

    def forget_view(self, viewer: Viewer, view_id: int) -> None:
        """Keep a view no longer."""
        with self._transaction() as conn:
            views_kept.forget_view(conn, viewer, view_id)

    # Words

    def words(self, language: str) -> Sequence[Word]:
        """What a segment may name, in the viewer's language; labels are `label_choices` of the desk."""
        pack, spoken = self._pack, language.replace("_", "-")
        found = [
            Word("dimension" if d.exclusive else "set", d.key, in_language(d.names, spoken))
            for d in pack.dimensions
        ]
        there = {word.name for word in found}
        found += [
            Word("dimension" if o.exclusive else "set", o.dimension, in_language(o.names, spoken))
            for o in pack.open_rules
            if o.dimension not in there
        ]
        found += [
            Word("fact", fact.name, in_language(fact.says, spoken), fact.unit)
            for fact in pack.facts.values()
        ]
        return found + [Word("threshold", t.name, t.text, t.kind) for t in pack.thresholds.values()]

    def owners(self) -> tuple[str, ...]:
        """Names of all users that may own customers, in order."""
        with self._transaction() as conn:
            return actions.users(conn)
