"""A plan that shows some facts and concludes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from warmlist.plan.chain import Chain
from warmlist.plan.facts import add_facts, begin, in_use
from warmlist.rules.model import Pack


def facts_sql(pack: Pack, names: Sequence[str]) -> str:
    """A row for each of the spine: customer_id and the named facts, in the order given.

    It is made for many customers: every stream reads only what it needs.
    """
    chain = Chain()
    begin(chain, one_pass=False)
    made = add_facts(chain, in_use(pack.facts, names), pack.thresholds, {}, one_pass=False)
    return chain.sql(f"SELECT {', '.join(['customer_id', *names])} FROM {made.table}")
