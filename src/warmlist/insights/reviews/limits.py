"""The figures of the pack that reviews judge by."""

from __future__ import annotations

from dataclasses import dataclass

from warmlist.rules.model import Pack


@dataclass(frozen=True, slots=True)
class Limits:
    """Durations in ms, shares in percent, the rest as counts; see thresholds.yaml for each."""

    red_first: int
    sudden_red_first: int
    red_lasts: int
    high_share_least: int
    red_share_most: int
    grey_rise_most: int
    grey_rise_window: int
    share_slack: int
    leak_most: int
    closed_least: int
    accuracy_least: int
    missed_green_usual: int
    outcome_within: int
    focus_least: int
    labels_fresh: int
    alert_least: int
    import_settles: int
    warning_span: int
    warning_spans: int
    warning_orders: int

    @classmethod
    def of(cls, pack: Pack) -> Limits:
        """Raises BadPack when the pack lacks one."""
        return cls(**pack.figures(cls.__slots__, "the review"))
