"""The plain oracle: what labels and follow-ups mean, in loops that anybody can check.

It shares with the program only the pack as data and the plain meaning of single tests.
"""

from __future__ import annotations

from oracle_facts import Facts, in_order, ms

COLOURS = ("red", "orange", "yellow", "green", "grey")
ACTIVITIES = ("high", "medium", "low", "dormant")


class Oracle(Facts):
    """One customer, asked about as of one moment (epoch ms)."""

    def answer(self):
        """Facts, labels {(dimension, label): (shade, rule)}, recheck_at, playbook and timing."""
        values = {name: self.fact(name) for name in self.pack.facts}
        known, labels = dict(values), {}
        newest = {(a["dimension"], a["label"]): a for a in in_order(self.of("label"))}
        standing = [a for a in in_order(newest.values())
                    if a["moment_at"] is None or a["moment_at"] > self.as_of]  # fmt: skip
        for d in self.pack.dimensions:
            hands = [a for a in standing if a["dimension"] == d.key]
            added = [a["label"] for a in hands if a["kind"] == "add"]
            adds = [a for a in in_order(self.of("label"))
                    if a["dimension"] == d.key and a["kind"] == "add"]  # fmt: skip
            removed = [a["label"] for a in hands if a["kind"] == "remove"]
            ruled = [r for r in d.rules if r.when.holds(known, self.as_of)]
            if d.exclusive:
                chosen = {r.label: (r.shade, r.id) for r in ruled[:1]}
                if adds and adds[-1] in hands:
                    chosen = {adds[-1]["label"]: (None, "manual")}
            else:
                chosen = {r.label: (None, r.id) for r in reversed(ruled) if r.label not in removed}
                chosen |= {label: (None, "manual") for label in added if label in d.labels}
            known[d.key] = next(iter(chosen), None) if d.exclusive else set(chosen)
            labels |= {(d.key, label): why for label, why in chosen.items()}
        ends = []
        for rule in self.pack.open_rules:
            labels |= self.open_labels(rule, standing, ends)
        playbook, due_from, due_by, touch = self.follow_up(known)
        colour, orders = known["follow_up"], values["paid_orders"]
        worth = values["spend_total"] * self.pack.worth.get(colour, 0)
        rank = COLOURS.index(colour) * 10 if colour in COLOURS else 50
        return {
            "facts": values, "labels": labels, "recheck_at": self.recheck_at(standing, ends),
            "playbook": playbook, "due_from": due_from, "due_by": due_by, "touch": touch,
            "rank": rank + self.place_within(known),
            "worth": worth // (100 * orders) if orders else 0,
        }  # fmt: skip

    def place_within(self, known):
        """Who rises comes first within a colour, who reads nothing comes last; else activity."""
        if "unread_60d" in known["engagement"]:
            return 9
        if "rising" in known["engagement"]:
            return 0
        active = known["activity"]
        return 1 + (ACTIVITIES.index(active) if active in ACTIVITIES else 4)

    def follow_up(self, known):
        """(playbook, from, by, which contact of it) of the most urgent one, then of the one that
        is due first; of two, the one named first."""
        due = []
        for place, p in enumerate(self.pack.playbooks):
            if self.fact(p.start) is None or not p.when.holds(known, self.as_of):
                continue
            start = self.fact(p.start) >> 20
            touches = sum(t["pos"] > self.fact(p.start) for t in self.touches())
            if p.ends and self.as_of > start + p.ends:
                continue
            if not touches:
                due.append((p.urgency, start + p.first, place, p.id, start, 0))
            elif p.every and (not p.touches or touches < p.touches):
                last = self.fact("last_touch") >> 20
                due.append((p.urgency, last + p.every, place, p.id, last + p.every // 2, touches))
        _, by, _, playbook, since, touch = min(due, default=(None,) * 6)
        return playbook, since, by, touch

    def open_labels(self, rule, standing, ends):
        """Labels that tags bring: of each word the newest act, of the strongest rank that has any."""
        heard_of = {e["handle_id"] for e in self.events
                    if e["known_at"] and e["known_at"] < self.as_of and ms(e) < self.as_of}  # fmt: skip
        tags = [{**t, "rank": (t["number"] or 1) if t["event_id"] else 0} for t in in_order(self.of("tag", "finding"))
                if t["dimension"] == rule.dimension and (t["event_id"] or t["handle_id"] in heard_of)]  # fmt: skip
        clears = {t["rank"]: t["pos"] for t in tags if t["kind"] == "clear"}
        newest = {(t["rank"], t["label"]): t for t in tags if t["kind"] != "clear"}
        held = [
            t for t in in_order(newest.values())
            if t["kind"] == "add" and t["label"] not in rule.beside and t["pos"] >= clears.get(t["rank"], 0)
            and (t["moment_at"] is None or t["moment_at"] > self.as_of)
            and (not rule.lasts or self.as_of - ms(t) <= rule.lasts)
        ]  # fmt: skip
        if rule.often:
            written = sorted((t for t in tags if t["rank"] == 1 and t["kind"] == "add"),
                             key=lambda t: (-t["pos"], t["label"]))[: rule.often.of]  # fmt: skip
            spoken = [t["label"] for t in written]
            held = [
                t for t in held if t["rank"] != 1 or (spoken.count(t["label"]) >= rule.often.least
                and spoken.count(t["label"]) * 100 >= rule.often.share * len(spoken))
            ]  # fmt: skip
        if rule.strongest:
            held = [t for t in held if t["rank"] == max(h["rank"] for h in held)]
        if rule.exclusive:
            first = [
                t
                for t in held
                if (t["pos"], t["event_id"]) == (held[-1]["pos"], held[-1]["event_id"])
            ]
            held = sorted(first, key=lambda t: t["label"])[:1]
        chosen = {t["label"]: t for t in sorted(held, key=lambda t: t["rank"])}
        hands = [
            a
            for a in standing
            if a["dimension"] == rule.dimension and a["label"] not in rule.beside
        ]
        adds = [a for a in in_order(self.of("label"))
                if a["dimension"] == rule.dimension and a["kind"] == "add"]  # fmt: skip
        by_hand = [a["label"] for a in hands if a["kind"] == "add"]
        if rule.exclusive:
            by_hand = [a["label"] for a in adds[-1:] if a in hands]
            chosen = {} if by_hand else chosen
        else:
            for act in hands:
                chosen.pop(act["label"], None)
        ends += [ms(t) + rule.lasts + 1 for t in chosen.values() if rule.lasts]
        found = {(rule.dimension, label): (None, rule.id) for label in chosen}
        return found | {(rule.dimension, label): (None, "manual") for label in by_hand}

    def recheck_at(self, standing, ends):
        """The first moment after as_of at which anything can change though nothing arrives."""
        pack, moments = self.pack, [a["moment_at"] for a in standing if a["moment_at"] is not None]
        moments += ends
        nodes = [r.when for d in pack.dimensions for r in d.rules] + [
            p.when for p in pack.playbooks
        ]
        tests = [part for node in nodes for part in node.walk()]
        after = [
            (t.fact, t.ms + (t.symbol in ("<=", ">"))) for t in tests if type(t).__name__ == "Age"
        ]
        after += [(p.start, p.ends + 1) for p in pack.playbooks if p.ends]
        after += [("last_touch", self.limit["touch_history"] + 1)]
        moments += [(self.fact(n) >> 20) + gap for n, gap in after if self.fact(n) is not None]
        steps = {step for node in nodes for step in node.counts()}
        for fact in (f for f in pack.facts.values() if f.window):
            oldest, newest = fact.window
            numbers = {k for name, k in steps if name == fact.name}
            numbers |= {self.limit["touch_cap"]} if fact.name == "touches_7d" else set()
            leaving = sorted((ms(r) for r in self.counted(fact)), reverse=True)
            if fact.take == "count" and len(numbers) == 1:
                leaving = leaving[max(*numbers, 1) - 1 :][:1]
            moments += [m + oldest + 1 for m in leaving[-1:]]
            moments += [ms(r) + newest + 1 for r in self.counted(fact, upcoming=True)]
        for e in (e for e in self.events if e["known_at"]):
            begins = max(e["known_at"], ms(e)) + 1
            ends = [e["gone_at"], e["moment_at"] if e["type"] == "profile" else None]
            moments += [begins, *(m + 1 for m in ends if m is not None and m + 1 > begins)]
            if e["type"] in ("tag", "finding") and e["moment_at"] is not None:
                moments += [e["moment_at"]] if e["moment_at"] >= begins else []
        return min((m for m in moments if m > self.as_of), default=None)

    def evidence(self, name):
        """The event ids that a fact rests on: those at its moment, else all that counted."""
        fact = self.pack.facts[name]
        if fact.of:
            return {part: ids for need in fact.of for part, ids in self.evidence(need).items()}
        value = self.fact(name)
        rows = [r for r in self.counted(fact) if fact.unit != "moment" or r["pos"] == value]
        return {name: {r["event_id"] for r in rows}}
