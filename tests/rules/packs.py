"""A small pack as text, to be changed in one place and read again."""

from __future__ import annotations

from pathlib import Path

from warmlist.rules.model import Pack
from warmlist.rules.read import read_pack

SAY = "{en: a, zh-Hans: b, it: c, de: d}"
FILES = {
    "pack.yaml": """name: small
version: "1"
says: A pack for tests.
worth: {red: 50}
""",
    "thresholds.yaml": """day: {value: 24h, since: 2026-01-01, source: test}
few: {value: "3", since: 2026-01-01, source: test}
rich: {value: 100 USD, since: 2026-01-01, source: test}
touch_history: {value: 60d, since: 2026-01-01, source: test}
interaction_gap: {value: 30min, since: 2026-01-01, source: test}
""",
    "facts/all.yaml": f"""last_in:
  says: {SAY}
  from: messages
  where: direction = 'in'
  take: latest
last_out:
  says: {SAY}
  from: messages
  where: direction = 'out'
  take: latest
  after: last_in
calls:
  says: {SAY}
  from: readings
  where: says('price_inquiry')
  take: count
  window: day
spent:
  says: {SAY}
  from: movements
  take: sum
  unit: money
newest:
  says: {SAY}
  take: newest_of
  of: [last_in, last_out]
last_touch:
  says: {SAY}
  from: touches
  take: latest
""",
    "labels/mood.yaml": f"""dimension: mood
kind: exclusive
names: {SAY}
review: 7d
labels:
  warm: {{names: {SAY}}}
  cold: {{names: {SAY}}}
rules:
  - id: M-1
    label: warm
    when: age(last_in) <= day
    because: {SAY}
""",
    "labels/tags.yaml": f"""dimension: tags
kind: set
names: {SAY}
review: 7d
labels:
  rich: {{names: {SAY}}}
rules:
  - id: T-1
    label: rich
    when: spent > rich and mood = 'warm'
    because: {SAY}
""",
    "playbooks/all.yaml": f"""playbooks:
  - id: P-1
    when: mood = 'warm'
    start: last_in
    first: day
    why: {SAY}
    missed: {SAY}
    words: {SAY}
""",
}


def write(folder: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """The small pack in `folder`, with `old` replaced by `new` in one file."""
    for path, text in FILES.items():
        if path == name:
            assert text.count(old) == 1, f"{old!r} must stand once in {name}"
            text = text.replace(old, new)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def changed(folder: Path, name: str = "", old: str = "", new: str = "") -> Pack:
    return read_pack(write(folder, name, old, new))
