"""What `warmlist pack` does between the command line and the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from warmlist import clock
from warmlist.app import App, built_in_pack
from warmlist.clock import rfc3339
from warmlist.errors import BadInput
from warmlist.events.log import load_money
from warmlist.followup.views import Viewer
from warmlist.labels.pack_diff import Difference
from warmlist.labels.pack_tests import Result, run_tests
from warmlist.packs import workspace
from warmlist.plan.compile import compile_plan
from warmlist.rules.layers import layer_of
from warmlist.rules.model import Pack
from warmlist.rules.read import ToMinor, read_pack
from warmlist.rules.yaml_text import read


def is_whole(folder: Path | None) -> bool:
    """Whether a folder holds a pack of its own, and no files to be laid over the built-in one."""
    if folder is None:
        return True
    head = folder / "pack.yaml"
    return head.is_file() and "name" in read(head, "pack.yaml")


def _read(folder: Path | None, to_minor: ToMinor | None = None) -> Pack:
    layers = [] if folder is None or is_whole(folder) else [layer_of(folder)]
    place = built_in_pack() if folder is None or layers else folder
    return (
        read_pack(place, layers=layers) if to_minor is None else read_pack(place, to_minor, layers)
    )


def pack_of(app: App, folder: Path | None) -> Pack:
    """The pack of a folder, with the rates of this workspace."""
    with app.store.connect() as conn:
        return _read(folder, load_money(conn).at(clock.now_ms()))


def diff_lines(
    app: App, pack: Pack, progress: Callable[[int, int], None]
) -> tuple[Difference, Mapping[int, str]]:
    """Who would change by a pack, and the names of those who are named."""
    now = clock.now_ms()
    found = app.rules_desk.compare(pack, now, progress)
    ids = {i for m in found.moved for i in (*m.some_entering, *m.some_leaving)}
    ids |= {i for v in found.in_vain for i in v.some}
    return found, app.rules_desk.people(sorted(ids), now)


def trouble_lines(app: App, pack: Pack | None = None) -> list[str]:
    """What does not fit together, a sentence each with some of the customers concerned."""
    desk = app.rules_desk
    found = desk.troubles(pack)
    names = desk.people(sorted({i for one in found for i in one.some}), clock.now_ms())
    return [
        f"{one.says}: {_counted(one.customers, one.some, names)}; {one.do}"
        if one.customers
        else f"{one.says}: nobody; {one.do}"
        for one in found
    ]


def carried_lines(app: App, pack: Pack) -> list[str]:
    """The labels that customers carry and that a pack takes away."""
    desk = app.rules_desk
    found = desk.carried(pack)
    names = desk.people(sorted({i for one in found for i in one.some}), clock.now_ms())
    return [
        f"{one.dimension}: {one.label} would go, which is carried by "
        f"{_counted(one.customers, one.some, names)}"
        for one in found
    ]


def vain_lines(found: Difference, names: Mapping[int, str]) -> list[str]:
    """New rules that contradict older ones: who fits both and keeps the older one's label."""
    return [
        f"{vain.rule} ({vain.label}) contradicts {vain.by}, which comes first and makes them "
        f"{vain.by_label}: {_counted(vain.customers, vain.some, names)}"
        for vain in found.in_vain
    ]


def _counted(count: int, some: Sequence[int], names: Mapping[int, str]) -> str:
    told = ", ".join(names.get(i, str(i)) for i in some)
    more = ", …" if count > len(some) else ""
    return f"{count:,} customer{'' if count == 1 else 's'} ({told}{more})"


def diff_jsonl(found: Difference, names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """A line for each label that somebody comes to or goes from."""
    for one in found.moved:
        yield {
            "dimension": one.dimension, "label": one.label, "shade": one.shade,
            "entering": one.entering, "leaving": one.leaving,
            "some_entering": [names.get(i, str(i)) for i in one.some_entering],
            "some_leaving": [names.get(i, str(i)) for i in one.some_leaving],
        }  # fmt: skip
    for vain in found.in_vain:
        yield {
            "rule": vain.rule, "label": vain.label, "instead": vain.by, "gets": vain.by_label,
            "customers": vain.customers, "some": [names.get(i, str(i)) for i in vain.some],
        }  # fmt: skip


def diff_text(found: Difference, names: Mapping[int, str]) -> str:
    """The same for people."""

    def named(ids: list[int], count: int) -> str:
        told = ", ".join(names.get(i, str(i)) for i in ids)
        return f"{told}, …" if count > len(ids) else told

    lines = [f"{found.changed:,} of {found.customers:,} customers would change"]
    for one in found.moved:
        shade = f" ({one.shade})" if one.shade else ""
        lines.append(f"{one.dimension}: {one.label}{shade}")
        if one.entering:
            lines.append(f"  + {one.entering:,}: {named(one.some_entering, one.entering)}")
        if one.leaving:
            lines.append(f"  - {one.leaving:,}: {named(one.some_leaving, one.leaving)}")
    return "\n".join([*lines, *vain_lines(found, names)])


def export(app: App, folder: Path, number: int | None) -> str:
    """Write a version's files; a sentence about them. Nothing that is there is overwritten."""
    version = app.rules_desk.version(number)
    if not version.files:
        return (
            "nothing lies over the built-in pack yet; put files into a folder and run: "
            "warmlist pack import FOLDER --note WHY"
        )
    there = [path for path in version.files if (folder / path).exists()]
    if there:
        raise BadInput(f"{folder / there[0]} is there already", hint="choose an empty folder")
    for path, text in version.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return f"w{version.number}: {len(version.files)} files written to {folder}"


def bring_in(
    app: App,
    folder: Path,
    note: str,
    by: str,
    progress: Callable[[int, int], None],
    *,
    take_away: bool,
) -> str:
    """Lay a folder's files over the pack; a sentence about it, and one for all that does not fit."""
    if is_whole(folder):
        raise BadInput(
            f"{folder} holds a pack of its own",
            hint="a workspace only says what is other or new: leave out name and version of pack.yaml",
        )
    desk, now, layer = app.rules_desk, clock.now_ms(), layer_of(folder)
    pack = desk.check(layer.files, now, layer.name)
    base = desk.version().number
    contradictions = vain_lines(*diff_lines(app, pack, progress))
    doubts = [*pack.warnings, *contradictions, *carried_lines(app, pack)]
    doubts += [line for line in trouble_lines(app, pack) if line not in doubts]
    who = Viewer(0, by, "admin")
    made = desk.save(who, layer.files, note, now, base, take_away=take_away)
    told = f"w{made.number}: {len(made.files)} files lie over {app.plan.pack.name}; {_FOLLOWS}"
    return "\n".join([told, *doubts])


def back(app: App, number: int, by: str) -> str:
    """Go back to a version; a sentence about it."""
    made = app.rules_desk.back(Viewer(0, by, "admin"), number, clock.now_ms())
    return f"w{made.number}: as w{number}; {_FOLLOWS}"


def version_lines(app: App) -> list[dict[str, Any]]:
    """Every change, the newest first."""
    with app.store.connect() as conn:
        found = workspace.versions(conn, 1_000)
    return [
        {"version": f"w{v.number}", "at": rfc3339(v.made_at), "by": v.by, "note": v.note}
        for v in found
    ]


_FOLLOWS = "a running serve labels everybody by them"


def check_pack(folder: Path | None, app: App | None = None) -> str:
    """A sentence about a pack that is right, and doubts; BadPack says what is wrong.

    app: the workspace whose customers the doubts are about.
    """
    pack = _read(folder) if app is None else pack_of(app, folder)
    rules = sum(len(d.rules) for d in pack.dimensions) + len(pack.open_rules)
    doubts = [*pack.warnings]
    if app is not None:
        doubts += [*carried_lines(app, pack), *trouble_lines(app, pack)]
    told = (
        f"{pack.key}: {len(pack.keys)} dimensions, {rules} rules, {len(pack.facts)} facts, "
        f"{len(pack.playbooks)} playbooks, {len(pack.thresholds)} thresholds: "
    )
    return "\n".join([told + (f"{len(doubts)} doubts" if doubts else "all in order"), *doubts])


def test_pack(folder: Path | None) -> tuple[str, bool]:
    """The pack's dated sentences by rule, and whether all hold."""
    plan = compile_plan(_read(folder))
    results = run_tests(folder or built_in_pack(), plan)
    lines = []
    rules = {(d.key, r.id): r.label for d in plan.pack.dimensions for r in d.rules}
    rules |= {(r.dimension, r.id): "any" for r in plan.pack.open_rules}
    for key in plan.pack.keys:
        asked = [r for r in results if r.name == key]
        for (dimension, rule), label in rules.items():
            if dimension != key:
                continue
            of_rule = [r for r in asked if any(e.split()[-1] == rule for e in r.expected)]
            if not of_rule and not is_whole(folder):
                continue
            lines.append(f"{rule} ({key} {label})")
            lines += [
                f"  {'ok  ' if passed else 'FAIL'} {sentence}"
                for sentence, passed in _by_sentence(of_rule).items()
            ]
    failed = [r for r in results if not r.passed]
    lines += [str(r) for r in failed]
    lines.append(f"{len(results) - len(failed)} expectations hold, {len(failed)} do not")
    return "\n".join(lines), not failed


def _by_sentence(results: list[Result]) -> dict[str, bool]:
    """Sentence -> whether all that it expects holds."""
    found: dict[str, bool] = {}
    for result in results:
        found[result.sentence] = found.get(result.sentence, True) and result.passed
    return found
