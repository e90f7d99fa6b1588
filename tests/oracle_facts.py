"""The plain oracle's facts: what every stream and fact means, in loops that anybody can check.

It knows nothing of plans or engines. Rows are dicts with the columns of `events` (what a
message was read as is a row of type 'reading'); a moment is a position: milliseconds << 20 | place.
"""

from __future__ import annotations

import operator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlglot import exp

from warmlist.events.signals import mask

HIGH = mask("price_inquiry", "discount_inquiry", "stock_inquiry", "purchase_commitment")
TRIGGERS = HIGH | mask("comparison_inquiry")
DEMAND = mask("need_statement", "spec_inquiry", "new_arrival_inquiry")
NO = mask("refusal", "defer_contact", "opt_out")
KNOWN_ZONES = available_timezones()
COMPARED = {exp.GT: operator.gt, exp.GTE: operator.ge, exp.LT: operator.lt, exp.LTE: operator.le}


def ms(row):
    return row["pos"] >> 20


def in_order(rows):
    return sorted(rows, key=lambda r: (r["pos"], r["event_id"] or 0))


def beginnings(rows, gap):
    """The rows that come `gap` or more after the one before them."""
    rows = in_order(rows)
    pairs = zip([None, *rows], rows, strict=False)
    return [r for before, r in pairs if before is None or ms(r) - ms(before) >= gap]


class Facts:
    """The facts of one customer as of one moment (epoch ms)."""

    def __init__(self, pack, events, as_of):
        self.pack, self.as_of, self.events = pack, as_of, events
        self.limit = {name: t.value for name, t in pack.thresholds.items()}
        self.seen = [
            e for e in events
            if e["known_at"] < as_of and ms(e) < as_of and (e["gone_at"] is None or e["gone_at"] >= as_of)
        ]  # fmt: skip
        self._facts, self._streams = {}, {}

    def of(self, *types):
        return [e for e in self.seen if e["type"] in types]

    # --- streams ---

    def stream(self, name):
        if name not in self._streams:
            self._streams[name] = in_order(getattr(self, name)())
        return self._streams[name]

    def messages(self):
        return self.of("message")

    def readings(self):
        return self.of("reading")

    def visits(self):
        return self.of("view", "click", "cart", "form", "event", "feedback")

    def tags(self):
        return self.of("tag", "finding")

    def standing_tags(self):
        newest = {(t["dimension"], t["label"]): t for t in in_order(self.tags()) if t["label"]}
        return [
            t for t in newest.values()
            if t["kind"] == "add" and (t["moment_at"] is None or t["moment_at"] > self.as_of)
        ]  # fmt: skip

    def life_points(self):
        """Turns of life on their days, but for what was taken back or not noted any more."""
        told = [t for t in in_order(self.tags()) if t["dimension"] == "life_point"]
        clears = {t["number"]: t["pos"] for t in told if t["kind"] == "clear"}
        newest = {
            (t["number"], t["label"], t["moment_at"]): t for t in told if t["kind"] != "clear"
        }
        return [
            {**t, "pos": t["moment_at"] << 20} for t in newest.values()
            if t["kind"] == "add" and t["moment_at"] <= self.as_of
            and t["pos"] >= clears.get(t["number"], 0)
        ]  # fmt: skip

    def slots(self):
        """The Thursday afternoon and the month's last working hours that are on or come next."""
        told = [t for t in self.tags() if t["dimension"] == "time_zone" and t["kind"] == "add"
                and (t["moment_at"] is None or t["moment_at"] > self.as_of)]  # fmt: skip
        strongest = {"label": "UTC"}
        for t in sorted(told, key=lambda t: t["label"], reverse=True):
            rank, best = (t["number"] or 1, t["pos"], t["event_id"] or 0), strongest.get("rank", ())
            if t["label"] in KNOWN_ZONES and rank >= best:
                strongest = {"label": t["label"], "rank": rank}
        zone = ZoneInfo(strongest["label"])
        facts = map(self.fact, ("how_to_asked", "passive_since"))
        if all(f is None for f in facts) and self.fact("opens_30d") < self.limit["reader_opens"]:
            return []
        today = datetime.fromtimestamp(self.as_of // 1_000, zone).date()
        days = [today + timedelta(days=n) for n in range(40)]
        found = {}
        for day in days:
            last = (day + timedelta(days=1)).month != day.month
            for kind, hour, holds in (("thursday", 14, day.weekday() == 3), ("month_end", 9, last)):
                begins, ends = (
                    int(datetime(day.year, day.month, day.day, h, tzinfo=zone).timestamp()) * 1_000
                    for h in (hour, 18)
                )
                if holds and ends >= self.as_of:
                    found.setdefault(kind, {"event_id": 0, "pos": begins << 20, "kind": kind})
        return list(found.values())

    def movements(self):
        return self.of("order")

    def profiles(self):
        return self.of("profile")

    def reads(self):
        return [r for r in self.of("receipt") if r["status"] in ("read", "played")]

    def looks(self):
        """Views of the last 30 days with their place among those of one product, of one category."""
        views = [
            {**v, "of_product": None, "of_category": None} for v in in_order(self.visits())[::-1]
            if v["type"] == "view" and self.as_of - ms(v) <= self.limit["browse_window"]
        ]  # fmt: skip
        for column, of in (("sku", "of_product"), ("category", "of_category")):
            seen = {}
            for view in views:
                if view[column] is not None:
                    view[of] = seen[view[column]] = seen.get(view[column], 0) + 1
        return [v for v in views if v["of_product"] or v["of_category"]]

    def marks(self):
        return [e for e in self.of("follow_up", "preference") if e["kind"]]

    def snoozes(self):
        put_off = in_order(m for m in self.marks() if m["kind"] in ("snooze", "skip"))[-1:]
        return [
            {**m, "pos": m["moment_at"] << 20}
            for m in put_off
            if m["moment_at"] is not None and self.later(m, self.fact("last_inbound"))
        ]

    def joins(self):
        told = [e for e in self.of("profile") if e["moment_at"] is not None]
        return [{**e, "pos": e["moment_at"] << 20} for e in told if e["moment_at"] < self.as_of]

    def orders(self):
        standing = []
        for paid in self.movements():
            others = [
                m for m in self.movements() if m["key"] == paid["key"] and m["status"] != "paid"
            ]
            back = [
                -m["value"] for m in others if m["status"] == "returned" and m["value"] is not None
            ]
            whole = back and paid["value"] is not None and sum(back) >= paid["value"]
            cancelled = any(m["status"] == "cancelled" for m in others)
            if paid["status"] == "paid" and not cancelled and not whole:
                standing.append(paid)
        return standing

    def interactions(self):
        acts = [m for m in self.messages() if m["direction"] == "in"] + self.visits()
        acts += [m for m in self.movements() if m["status"] == "paid"]
        return beginnings(acts, self.limit["interaction_gap"])

    def touches(self):
        contacts = [m for m in self.messages() if m["direction"] == "out" and m["personal"]]
        contacts += [m for m in self.marks() if m["kind"] == "done"]
        begun = beginnings(contacts, self.limit["interaction_gap"])
        return [t for t in begun if self.as_of - ms(t) <= self.limit["touch_history"]]

    def open_reads(self):
        found = []
        for m in self.messages():
            if (
                m["direction"] == "out"
                and m["personal"]
                and self.later(m, self.fact("last_inbound"))
            ):
                reads = [r["pos"] for r in self.of("receipt")
                         if r["key"] == m["key"] and r["status"] in ("read", "played")]  # fmt: skip
                found += [{**m, "pos": min(reads)}] if reads else []
        return found

    def triggers(self):
        """What calls for an answer at once (COL-7)."""
        found = [r for r in self.readings() if r["bits"] & TRIGGERS]
        found += [v for v in self.visits() if v["type"] in ("cart", "form")]
        seconds, before = 0, None
        for view in in_order(
            v for v in self.visits() if v["type"] == "view" and (v["number"] or 0) > 0
        ):
            if before is None or ms(view) - ms(before) >= self.limit["interaction_gap"]:
                seconds = 0
            was, seconds, before = seconds, seconds + view["number"], view
            if was <= self.limit["long_visit_seconds"] < seconds:
                found.append(view)
        first_order, first_contact = self.fact("first_order"), self.fact("first_contact")
        for r in self.readings():
            bought = first_order is not None and first_order < r["pos"]
            old = ms(r) - (first_contact >> 20) > self.limit["first_contact_lasts"]
            if r["bits"] & DEMAND and (bought or old):
                found.append(r)
        return found

    def second_reds(self):
        """Quotes of COL-8: high intent when quoted, and nothing came in for 72 hours."""
        since = -1 if self.fact("last_order") is None else self.fact("last_order")
        quotes, asked = [], False
        rank = {"message": 1, "reading": 0}
        talk = [e for e in self.messages() + self.readings() if e["pos"] > since]
        for e in sorted(talk, key=lambda e: (e["pos"], rank[e["type"]], e["event_id"])):
            if e["type"] == "reading":
                asked = asked or bool(e["bits"] & mask("price_inquiry"))
            elif e["direction"] == "out":
                if e["purpose"] == "quote" or (asked and e["personal"]):
                    quotes.append(e)
                asked = asked and not e["personal"]
        due = []
        for q in quotes:
            end = ms(q) + self.limit["second_red_after"] << 20
            said = [e for e in talk if e["type"] == "reading" and e["pos"] <= q["pos"]]
            high = [r["pos"] for r in said if r["bits"] & HIGH]
            no = [r["pos"] for r in said if r["bits"] & NO]
            live = high and max(high) > max(no, default=-1)
            live = live and ms(q) - (max(high) >> 20) <= self.limit["intent_lasts"]
            came = any(e.get("direction") == "in" and q["pos"] < e["pos"] < end for e in talk)
            again = any(o is not q and (q["pos"], q["event_id"]) < (o["pos"], o["event_id"])
                        and o["pos"] < end for o in quotes)  # fmt: skip
            if live and not came and not again and end >> 20 <= self.as_of:
                due.append({**q, "pos": end})
        return due

    def red_episodes(self):
        """Red spells since the last order (COL-9), told only while one may be open."""
        trigger, quote, inbound = map(self.fact, ("open_trigger", "last_quote", "last_inbound"))
        fresh = trigger is not None and self.as_of - (trigger >> 20) <= self.limit["red_lasts"]
        quiet = -1 if quote is None or (inbound or -1) >= quote else self.as_of - (quote >> 20)
        first = self.limit["second_red_after"]
        if not fresh and not first <= quiet <= first + self.limit["red_lasts"]:
            return []
        answers = [m["pos"] for m in self.messages() if m["direction"] == "out" and m["personal"]]
        answers += [m["pos"] for m in self.marks() if m["kind"] == "done"]
        reds = [t for t in self.triggers() if self.later(t, self.fact("last_order"))]
        spells, last = [], None
        for red in in_order(reds + self.second_reds()):
            answered = last and any(last["pos"] < a <= red["pos"] for a in answers)
            if last is None or answered or ms(red) - ms(last) > self.limit["red_lasts"]:
                spells.append(red)
            last = red
        return spells

    # --- facts ---

    def later(self, row, moment):
        return moment is None or row["pos"] > moment

    def counted(self, fact, *, upcoming=False):
        """The rows that a fact is taken from; upcoming: those still too young for its window."""
        oldest, newest = fact.window or (None, 0)
        rows = []
        for row in self.stream(fact.source):
            age = self.as_of - ms(row)
            in_time = age <= newest if upcoming else oldest is None or newest < age <= oldest
            if (
                in_time
                and (fact.where is None or true(fact.where, row))
                and self.in_place(fact, row)
            ):
                rows.append(row)
        return rows

    def in_place(self, fact, row):
        """Does the row lie after and before the moments that the fact names?"""
        after, follows, before = ([self.fact(n) for n in names] for names in
                                  (fact.after, fact.follows, fact.before))  # fmt: skip
        return (
            all(self.later(row, m) for m in after)
            and all(m is not None and row["pos"] > m for m in follows)
            and all(m is not None and row["pos"] < m for m in before)
        )

    def fact(self, name):
        if name not in self._facts:
            self._facts[name] = self._take(self.pack.facts[name])
        return self._facts[name]

    def _take(self, fact):
        known = [v for v in map(self.fact, fact.of) if v is not None]
        rows = self.counted(fact) if fact.source else []
        moments = [r["pos"] for r in rows]
        return {
            "latest": lambda: max(moments, default=None),
            "earliest": lambda: min(moments, default=None),
            "count": lambda: len(rows),
            "sum": lambda: sum(r["value"] for r in rows if r["value"] is not None),
            "newest_of": lambda: max(known, default=None),
            "oldest_of": lambda: min(known, default=None),
            "first_known_of": lambda: known[0] if known else None,
            "average": lambda: known[0] // known[1] if known[1] > 0 else None,
        }[fact.take]()


def true(tree, row):
    """Does the row pass a `where`? What is unknown does not match."""
    match tree:
        case exp.Paren():
            return true(tree.this, row)
        case exp.And():
            return true(tree.left, row) and true(tree.right, row)
        case exp.Or():
            return true(tree.left, row) or true(tree.right, row)
        case exp.In():
            return row[tree.this.name] in [e.this for e in tree.expressions]
        case exp.Like():
            begins = tree.expression.this.removesuffix("%")
            return row[tree.this.name] is not None and row[tree.this.name].startswith(begins)
        case exp.EQ():
            value = tree.expression
            return row[tree.this.name] == (int(value.this) if value.is_int else value.this)
        case exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
            value = row[tree.this.name]
            return value is not None and COMPARED[type(tree)](value, int(tree.expression.this))
        case exp.Not() if isinstance(tree.this, exp.Is):
            return row[tree.this.this.name] is not None
        case exp.NEQ() if isinstance(bits := tree.this.unnest(), exp.BitwiseAnd):
            return bool(row[bits.this.name] & int(bits.expression.this))
        case exp.Column():
            return bool(row[tree.name])
    raise NotImplementedError(f"the oracle does not know {tree.sql()}")
