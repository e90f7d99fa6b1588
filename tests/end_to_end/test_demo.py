"""`warmlist demo`: one command, and there is a shop with a queue to look at."""

from __future__ import annotations

import httpx
import pytest

from end_to_end import records
from end_to_end.serving import PASSWORD, Workspace, serving
from support import processes
from warmlist.store.database import Store

pytestmark = pytest.mark.store


def test_the_sample_shop_has_a_queue_and_its_day_goes_on(
    built: None, workspace: Workspace, store: Store
) -> None:
    def count(query: str) -> int:
        with store.connect() as conn:
            return records.number(conn, query)

    with serving(workspace, what="demo") as served:
        assert f"http://127.0.0.1:{served.port}" in served.said
        assert PASSWORD not in served.said, "only a password that was just made is printed"
        sees = "SELECT count(*) FROM standings WHERE playbook IS NOT NULL"
        assert processes.eventually(lambda: count(sees) > 20, 90)
        with httpx.Client(base_url=served.address, follow_redirects=True) as visitor:
            page = visitor.post(
                "/sign-in",
                data={"name": "owner", "password": PASSWORD, "next": "/"},
                headers={"Origin": served.address},
            )
        assert page.status_code == 200
        assert page.text.count('class="row') > 20
        assert "sample" in page.text, "made-up customers say that they are made up"
        live = "SELECT count(*) FROM events WHERE NOT backfill"
        before = count(live)
        assert processes.eventually(lambda: count(live) > before, 60), "its day goes on"
        assert served.stop() == 0
    assert "Traceback" not in served.said
