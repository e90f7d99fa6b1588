"""Histories for tests: a few named people, and generated lives that crowd around the limits.

A life is a list of Events. `rows` says what the log makes of them, in plain loops: one row for what
counts of each event, with what each message was read as. The reader of tests finds signals by their
names: a text "price_inquiry courtesy" says both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from warmlist.clock import DAY, HOUR, MINUTE, to_ms
from warmlist.events.log import Read
from warmlist.events.model import Event, hash64
from warmlist.events.signals import SIGNALS, mask, names
from warmlist.events.tags import Tag

#: The moment around which generated lives are lived.
NOW = to_ms(datetime.fromisoformat("2026-11-20T12:00:00+00:00"))
LIMITS = (
    0, 1_000, 10 * MINUTE, 30 * MINUTE, HOUR, 12 * HOUR, 24 * HOUR, 36 * HOUR, 48 * HOUR, 60 * HOUR,
    72 * HOUR, 96 * HOUR, 5 * DAY, 7 * DAY, 10 * DAY, 15 * DAY, 21 * DAY, 30 * DAY, 45 * DAY,
    60 * DAY, 63 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
)  # fmt: skip
TEXTS = (
    "price_inquiry", "", "courtesy", "discount_inquiry", "stock_inquiry", "comparison_inquiry",
    "purchase_commitment", "spec_inquiry", "need_statement", "refusal", "defer_contact", "opt_out",
    "new_arrival_inquiry", "price_inquiry refusal", "courtesy price_inquiry", "complaint",
    "how_to_inquiry", "loyalty_statement", "need_statement @product=interest:shoes",
    "@product=interest:bags", "time_preference @contact_time=night_active!time_preference",
    "price_inquiry @contact_format=voice!price_inquiry", "price_inquiry @language=en",
    "@language=en", "courtesy @language=en", "@language=ch", "stock_inquiry @language=ch",
)  # fmt: skip
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"channel_format": "text"},
    {"channel_format": "video", "origin": "stated"},
    {"max_per_week": 2},
    {"max_per_month": 1, "origin": "stated"},
    {"passive": True, "channel_format": "voice"},
    {"passive": False},
    {"note": "any line"},
    {"note": "a line", "max_per_week": 1, "origin": "stated"},
    {"windows": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00"}]},
    {"windows": [{"days": [1, 6], "from": "20:00", "to": "24:00"}], "origin": "stated"},
    {"avoid": [{"days": [7], "from": "00:00", "to": "24:00"}], "windows": []},
    {"life_points": [{"stage": "birth", "on": "2026-05-21"}]},
    {"life_points": [], "origin": "stated"},
)
LIFE: tuple[dict[str, Any], ...] = (
    {}, {}, {"life_points": [{"stage": "birth", "on": "2026-11-21"}]},
    {"life_points": [{"stage": "pregnancy", "on": "2026-02-13"}, {"stage": "birth", "on": "2025-11-20"}]},
)  # fmt: skip  # fmt: skip
FOUND = (
    ("region", "high_value"), ("contact_time", "golden_20"), ("contact_time", "passive"),
    ("product", "seasonal:shoes"), ("product", "interest:shoes"), ("spend_rank", "top_15"),
    ("spend_rank", "next_35"), ("spend_rank", "last_50"), ("order_rank", "top_15"),
    ("product", "deep_browse"), ("country", "DE"),
)  # fmt: skip
AMOUNTS = (
    "10.00", "200.00", "499.99", "500.00", "900.00", "950.00", "1000.00", "2000.00", "2000.01", "5000.00",
    "10000.00", "10000.01", "0",
)  # fmt: skip
PRODUCTS: tuple[dict[str, str], ...] = (
    {"sku": "a", "category": "shoes", "price": "500.01"},
    {"sku": "a", "category": "shoes", "price": "500.01"},
    {"sku": "b", "category": "shoes", "price": "500.00"},
    {"category": "shoes"},
    {},
)
SOURCES: tuple[dict[str, str], ...] = (
    {},
    *({"customer_source": s} for s in ("website", "community", "offline", "ad", "referral")),
)
HANDS = (
    ("follow_up", "green"), ("follow_up", "red"), ("intent", "high"), ("intent", "none"),
    ("activity", "low"), ("buying", "sleeping"), ("buying", "high_potential"), ("lifecycle", "new"),
    ("intent", "own"), ("buying", "own"), ("interest", "brand_loyal"), ("value", "high"),
    ("spend_tier", "mid"), ("average_order", "high"), ("country", "FR"), ("product", "interest:shoes"),
    ("product", "deep_browse"), ("contact_time", "passive"), ("contact_format", "image"),
)  # fmt: skip
COLUMNS = (
    "event_id", "handle_id", "type", "pos", "known_at", "gone_at", "direction", "kind", "purpose",
    "personal", "status", "key", "value", "number", "sku", "category", "dimension", "label",
    "moment_at", "bits",
)  # fmt: skip


def read(text: str) -> Read:
    """The reader of tests."""
    said = [name for name in text.split() if name in SIGNALS]
    return Read(mask(*said), [{"name": name} for name in said], tuple(_told_in(text)))


def _told_in(text: str) -> Iterator[Tag]:
    """`@dimension=label` is worked out, `@dimension=label!signal` was stated by that signal."""
    for word in text.split():
        if word.startswith("@"):
            dimension, _, label = word[1:].partition("=")
            label, _, signal = label.partition("!")
            yield Tag(dimension, label, 3 if signal else 1, signal=signal or None)


def told_by_handle(handle: str) -> list[Tag]:
    """What a number tells by itself: one country for all numbers of a customer."""
    country = ("IT", "CH", "BR")[int(handle[-3]) % 3]
    zone = {"IT": "Europe/Rome", "CH": "Asia/Kathmandu", "BR": "America/New_York"}[country]
    return [
        Tag("country", country, 1),
        Tag("language", country.lower(), 1),
        Tag("time_zone", zone, 1),
    ]


# --- what the log makes of events ---


def rows(events: Sequence[Event], handles: Sequence[str]) -> list[dict[str, Any]]:
    """What counts of each event, in the columns that plans read; event ids follow the order given.

    handles: their place in this list, from 1, is the handle id.
    """
    unique = list({(e.ident, e.digest): e for e in reversed(events)}.values())[::-1]
    found, by_message = [], {}
    for number, event in enumerate(unique, 1):
        row = dict.fromkeys(COLUMNS)
        row |= {
            "event_id": number, "handle_id": handles.index(event.handle) + 1, "type": event.type,
            "pos": event.pos, "known_at": event.known_at, "gone_at": _gone(event, unique),
            **_columns(event),
        }  # fmt: skip
        found.append(row)
        found += [_tag_row(row, tag) for tag in dict.fromkeys(_tags(event))]
        if event.type == "message":
            by_message.setdefault(row["key"], []).append((event, row))
    for key, messages in by_message.items():
        steps = [e for e in unique if e.type in ("correction", "signal") and _key(e) == key]
        for event, row in messages:
            found += _readings(event, row, steps)
    for handle in sorted({e.handle for e in unique}):
        row = {"event_id": None, "handle_id": handles.index(handle) + 1, "pos": 0, "known_at": 0,
               "gone_at": None}  # fmt: skip
        found += [_tag_row(row, tag) for tag in told_by_handle(handle)]
    return found


def _tag_row(row: dict[str, Any], tag: Tag) -> dict[str, Any]:
    kept = {name: row[name] for name in ("event_id", "handle_id", "pos", "known_at", "gone_at")}
    return dict.fromkeys(COLUMNS) | kept | {
        "type": "tag", "kind": tag.kind, "number": tag.rank, "dimension": tag.dimension,
        "label": tag.label, "moment_at": tag.until,
    }  # fmt: skip


def _tags(e: Event) -> list[Tag]:
    """The words about the customer that an event carries, messages apart."""
    f, found = e.fields, []
    if e.type == "profile":
        told = ("country", "language", "time_zone", "industry")
        found += [Tag(name, f[name], 2) for name in told if name in f]
        found += _life(f, 2)
    if e.type == "order":
        found += [Tag("product", "interest:" + line["category"], 1) for line in f.get("lines", ())]
    if e.type == "preference":
        rank, whole = 3 if f.get("origin") == "stated" else 2, "note" in f
        times = []
        for window in f.get("windows", ()):
            at_work = window["from"] >= "09:00" and window["to"] <= "18:00"
            times.append("nine_to_six" if at_work else "night_active")
            times += ["weekdays_only"] if window["days"][-1] < 6 else []
        times += ["do_not_disturb"] if f.get("avoid") else []
        times += ["passive"] if f.get("passive") else []
        caps = [f"max_{f[k]}_{k[4:]}" for k in ("max_per_week", "max_per_month") if k in f]
        forms = [f["channel_format"]] if "channel_format" in f else []
        spoken = {"windows", "avoid", "passive"} & set(f)
        for dimension, labels, said in (("contact_time", times, spoken), ("contact_format", forms, forms),
                                        ("contact_frequency", caps, caps)):  # fmt: skip
            if said or whole:
                found.append(Tag(dimension, None, rank, "clear"))
                found += [Tag(dimension, label, rank) for label in labels]
        if "life_points" in f or whole:
            found += [Tag("life_point", None, rank, "clear"), *_life(f, rank)]
    return found


def _life(f: dict[str, Any], rank: int) -> list[Tag]:
    days = [
        (p["stage"], datetime.fromisoformat(p["on"] + "T00:00+00:00"))
        for p in f.get("life_points", ())
    ]
    return [Tag("life_point", stage, rank, until=to_ms(day)) for stage, day in days]


def _gone(event: Event, events: Sequence[Event]) -> int | None:
    """Of several contents of one identity the latest counts, as soon as it is known."""
    better = [
        max(event.known_at, e.known_at) for e in events
        if e.ident == event.ident and (e.occurred_at, e.digest) > (event.occurred_at, event.digest)
    ]  # fmt: skip
    return min(better, default=None)


def _key(e: Event) -> int | None:
    if e.type in ("message", "order"):
        return hash64(e.source, e.id)
    named = e.type in ("receipt", "correction", "signal")
    return hash64(e.source, str(e.fields["message"])) if named else None


def _columns(e: Event) -> dict[str, Any]:
    f = e.fields
    columns: dict[str, Any] = {"key": _key(e)}
    if e.type == "message":
        columns |= {
            "direction": f["direction"],
            "kind": f.get("kind", "text"),
            "purpose": f.get("purpose"),
        }
        if f["direction"] == "out":
            columns["personal"] = not (f.get("campaign") or f.get("broadcast"))
    elif e.type in ("receipt", "order"):
        columns["status"] = f["status"]
        if e.type == "order" and f["currency"] == "USD":
            minor = round(float(f["amount"]) * 100)
            columns["value"] = minor if f["status"] == "paid" else -minor
    elif e.type == "view":
        columns |= {
            "number": f.get("seconds"),
            "sku": f.get("sku"),
            "category": f.get("category"),
            "value": round(float(f["price"]) * 100) if "price" in f else None,
        }
    elif e.type == "event":
        columns["kind"] = f.get("place")
    elif e.type == "profile":
        columns |= {"kind": f.get("kind"), "category": f.get("customer_source")}
    elif e.type == "feedback":
        columns["number"] = f.get("score")
    elif e.type == "preference":
        columns["kind"] = f.get("marketing")
    elif e.type in ("label", "finding"):
        columns |= {"kind": f["action"], "dimension": f["dimension"], "label": f["label"]}
    elif e.type == "follow_up":
        columns["kind"] = f["action"]
    columns["moment_at"] = f.get("joined_at") if e.type == "profile" else f.get("until")
    return columns


def _readings(message: Event, row: dict[str, Any], steps: Sequence[Event]) -> list[dict[str, Any]]:
    """What an inbound message was read as, from when to when, as people corrected it."""
    if message.fields["direction"] != "in":
        return []
    said = read(message.fields.get("text", ""))
    bits, tags = said.bits, said.tags
    stages = [(message.known_at, bits, tags)]
    for step in sorted(steps, key=lambda s: (s.known_at, s.pos, s.digest)):
        f = step.fields
        if step.type == "signal":
            bit = mask(f["name"])
            bits = bits & ~bit if f["action"] == "reject" else bits | bit
        else:
            again = read(f.get("text", "") if f["action"] == "edit" else "")
            bits, tags = again.bits, again.tags
        stages.append((max(message.known_at, step.known_at), bits, tags))
    found = []
    for place, (known_at, said, told) in enumerate(stages):
        gone = stages[place + 1][0] if place + 1 < len(stages) else None
        ends = [g for g in (gone, row["gone_at"]) if g is not None]
        if gone == known_at:
            continue
        stage = {**row, "known_at": known_at, "gone_at": min(ends, default=None)}
        found += [
            _tag_row(stage, tag) for tag in dict.fromkeys(told)
            if tag.signal is None or tag.signal in names(said)
        ]  # fmt: skip
        if said:
            found.append({
                **dict.fromkeys(COLUMNS), "event_id": row["event_id"], "handle_id": row["handle_id"],
                "type": "reading", "pos": row["pos"], "known_at": known_at,
                "gone_at": min(ends, default=None), "bits": said,
            })  # fmt: skip
    return found


# --- generated lives ---


@dataclass(frozen=True)
class Lives:
    """Events of several customers, and which handle is whose."""

    events: tuple[Event, ...]
    customers: dict[str, int]  # handle -> customer id
    moments: tuple[int, ...]  # at which to ask, ms

    @property
    def handles(self) -> list[str]:
        return sorted(self.customers)

    def rows(self, events: Sequence[Event] | None = None) -> list[dict[str, Any]]:
        return rows(self.events if events is None else events, self.handles)


READS = ("read", "played", "read", "delivered")
KINDS = (
    "in", "in", "in", "out", "out", "out", "quote", "receipt", "receipt", "order", "order", "view",
    "click", "cart", "form", "profile", "label", "follow_up", "preference", "correction", "feedback",
    "event", "finding", "preference",
)  # fmt: skip
#: A long talk: many red spells, quotes and answers, hardly an order.
TALK = ("in", "in", "in", "out", "quote", "receipt", "follow_up", "view", "correction")
#: A shop: many orders and looks, few words.
SHOP = (
    "order",
    "order",
    "order",
    "view",
    "view",
    "in",
    "out",
    "receipt",
    "feedback",
    "profile",
    "label",
    "finding",
)


def _acts(kinds: Sequence[str]) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        st.tuples(
            st.sampled_from(kinds),
            st.integers(0, 11),  # whose, by which handle
            st.sampled_from(LIMITS), st.sampled_from((0, 1, -1)),
            st.sampled_from(("after", "after", "ago", "ahead")),
            st.sampled_from((0, 0, 0, 1, HOUR, 3 * DAY, -1, -2 * HOUR)),  # known so much later
            st.integers(0, 1 << 16),
        ),
        max_size=30,
    )  # fmt: skip


@st.composite
def lives(draw: st.DrawFn, customers: int = 3, handles: int = 2, asked: int = 5) -> Lives:
    """Several customers with several handles each, and moments close to where labels change."""
    owners = {f"+39333000{c}{h:02d}": c + 1 for c in range(customers) for h in range(handles)}
    events: list[Event] = []
    acts = _acts(draw(st.sampled_from((KINDS, TALK, SHOP))))
    at = NOW
    for number, (kind, who, limit, jitter, way, late, detail) in enumerate(draw(acts)):
        at = max((at + limit if way == "after" else NOW - limit) + jitter, 0)
        if way == "ahead" or at > NOW + 3 * DAY:
            at = NOW + min(limit, 3 * DAY) + jitter
        customer = who % customers
        handle = sorted(h for h, c in owners.items() if c == customer + 1)[
            who // customers % handles
        ]
        known_at = at if kind == "label" and late < 0 else at + late
        seq = number + 3 if kind == "label" else detail % 3
        events.append(replace(event(kind, number, handle, at, detail), known_at=known_at, seq=seq))
    last = max([NOW, *(e.occurred_at for e in events), *(e.known_at for e in events)])
    picks = draw(st.lists(
        st.tuples(st.integers(0, 1 << 10), st.sampled_from(LIMITS), st.sampled_from((1, 0, -1, 2))),
        max_size=asked,
    ))  # fmt: skip
    moments = {NOW, last + 1}
    for place, limit, jitter in picks:
        base = events[place % len(events)] if events else None
        moments.add((base.occurred_at if base and place % 3 else base.known_at if base else NOW)
                    + limit + jitter)  # fmt: skip
    return Lives(tuple(_once(events)), owners, tuple(sorted(moments)))


def _once(events: Sequence[Event]) -> list[Event]:
    """Without repetitions to the letter that only became known at another moment."""
    return list({(e.ident, e.digest): e for e in events}.values())


def event(kind: str, n: int, handle: str, at: int, detail: int) -> Event:
    """One event of a life. n: its number in the life; detail: any number, which decides the rest."""

    mixed = (
        detail * 0x9E3779B1 >> 5
    )  # so that small numbers, which are drawn most, differ in every part

    def pick(options: Sequence[Any], shift: int = 0) -> Any:
        return options[(mixed >> shift) % len(options)]

    whose = handle[:-2]  # ids of one customer's messages and orders, whichever handle
    fields: dict[str, Any] = {}
    ident, type_ = f"{whose}-{kind}{n}", kind
    if kind in ("in", "out", "quote"):
        type_, ident = "message", f"{whose}-{n}"
        fields = (
            {"direction": "in", "text": pick(TEXTS)}
            if kind == "in"
            else {"direction": "out", "text": "."}
        )
        if kind == "out":
            fields |= pick(
                ({}, {}, {}, {"campaign": "spring"}, {"purpose": "promotion"}, {"broadcast": True})
            )
        if kind == "quote":
            fields |= {"purpose": "quote", **pick(({}, {}, {"broadcast": True}))}
    elif kind == "receipt":
        fields = {
            "message": f"{whose}-{detail % (n + 3)}",
            "status": pick(READS, 5),
        }
    elif kind == "order":
        ident = f"{whose}-o{detail % 5}"
        fields = {
            "status": pick(("paid", "paid", "paid", "cancelled", "returned"), 2),
            "amount": pick(AMOUNTS, 5),
            "currency": pick(("USD", "USD", "USD", "XXX"), 8),
        }
        if detail % 7 == 1:
            fields["lines"] = [{"category": "shoes"}, {"category": pick(("bags", "shoes"), 6)}]
    elif kind == "view":
        fields = {"seconds": pick((None, 0, 90, 91, 240, 241, 480, 481))}
        fields |= pick(PRODUCTS, 3)
    elif kind == "event":
        fields = pick(({"place": "online"}, {"place": "offline"}, {}))
    elif kind == "feedback":
        fields = {"score": 1 + detail % 5}
    elif kind == "profile":
        fields = (
            {"joined_at": max(at + pick((-1, 1, 1)) * pick(LIMITS, 3), 0)} if detail % 4 else {}
        )
        fields |= pick(({}, {"kind": "b2b"}, {"kind": "b2c"}), 5)
        fields |= pick(SOURCES, 7)
        fields |= pick(
            ({}, {}, {"country": "IT", "language": "it"}, {"country": "DE", "industry": "tools"}), 9
        )
        fields |= pick(LIFE, 11)
    elif kind == "label":
        dimension, label = pick(HANDS)
        fields = {
            "dimension": dimension,
            "label": label,
            "action": pick(("add", "add", "remove"), 4),
        }
        if detail % 3:
            fields["until"] = at + pick(LIMITS, 6)
    elif kind == "follow_up":
        fields = pick(({"action": "done"}, {"action": "done"}, {"action": "snooze", "until": at + pick(LIMITS, 3)},
                       {"action": "skip", "until": at + pick(LIMITS, 3)}))  # fmt: skip
    elif kind == "preference":
        fields = {"marketing": pick(("stop", "resume", "signup"))} if detail % 4 else {}
        fields |= pick(WISHES, 4)
    elif kind == "finding":
        dimension, label = pick(FOUND)
        fields = {"job": "test", "dimension": dimension, "label": label,
                  "action": pick(("add", "add", "remove"), 4)}  # fmt: skip
        if detail % 3 == 1:
            fields["until"] = at + pick(LIMITS, 6)
    elif kind == "correction":
        fields = {"message": f"{whose}-{detail % (n + 1)}"}
        type_, more = pick((
            ("correction", {"action": "revoke"}), ("correction", {"action": "edit", "text": pick(TEXTS, 4)}),
            ("signal", {"action": "reject", "name": "price_inquiry"}),
            ("signal", {"action": "confirm", "name": "stock_inquiry"}),
        ))  # fmt: skip
        fields |= more
    return Event(type_, ident, "test", handle, at, at, fields=fields)


# --- named people ---


@dataclass(frozen=True)
class Person:
    """Somebody with a story. Times are local to `zone`: ("2026-03-02 09:00", what, detail)."""

    name: str
    handle: str
    zone: str
    language: str
    story: tuple[tuple[str, str, dict[str, Any]], ...]

    @property
    def events(self) -> list[Event]:
        return [
            Event(type_, f"{self.name}-{n}", "test", self.handle, at, at, n, fields=fields)
            for n, (when, type_, fields) in enumerate(self.story)
            for at in [local_ms(when, self.zone)]
        ]


def local_ms(when: str, zone: str) -> int:
    """Local time to epoch ms."""
    return to_ms(datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone)))


def said(*signals: str) -> dict[str, Any]:
    return {"direction": "in", "text": " ".join(signals)}


OURS: dict[str, Any] = {"direction": "out", "text": "."}

ALICE = Person("alice", "+393331110001", "Europe/Rome", "it", (
    ("2026-03-02 09:00", "message", said("price_inquiry")),  # asks, is quoted, thinks, buys
    ("2026-03-02 09:40", "message", OURS | {"purpose": "quote"}),
    ("2026-03-06 18:10", "message", said("purchase_commitment")),
    ("2026-03-06 18:30", "order", {"status": "paid", "amount": "12000.00", "currency": "USD"}),
))  # fmt: skip
BO = Person("bo", "+8613800000002", "Asia/Shanghai", "zh-Hans", (
    ("2026-02-27 20:00", "view", {"seconds": 300}),  # looks long at night, fills a cart, never writes
    ("2026-02-27 20:06", "view", {"seconds": 200}),
    ("2026-02-28 21:00", "cart", {}),
))  # fmt: skip
CARLA = Person("carla", "+5511900000003", "America/Sao_Paulo", "pt", (
    ("2025-06-01 10:00", "order", {"status": "paid", "amount": "80.00", "currency": "USD"}),
    ("2025-08-01 10:00", "order", {"status": "paid", "amount": "80.00", "currency": "USD"}),
    ("2025-08-20 10:00", "message", said("refusal")),  # a good customer who says no and goes quiet
))  # fmt: skip
DIETER = Person("dieter", "+491700000004", "Europe/Berlin", "de", (
    ("2026-03-27 12:00", "message", said("spec_inquiry")),  # reads over a clock change, answers nothing
    ("2026-03-27 15:00", "message", OURS),
    ("2026-03-28 08:00", "receipt", {"message": "dieter-1", "status": "read"}),
))  # fmt: skip
PEOPLE = (ALICE, BO, CARLA, DIETER)
