"""The OpenAPI document is true: generated requests, good and bad, get documented answers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from starlette.applications import Starlette

from warmlist.web.api.mount import mounted

from .conftest import Desk

pytestmark = pytest.mark.store

#: Of schemathesis's checks, those that one request can answer for itself.
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
EXAMPLES = 12


def test_generated_requests_get_documented_answers(desk: Desk, shop: dict[str, int]) -> None:
    load_all_checks()
    checks = CHECKS.get_by_names(CHECKED)
    web = Starlette(routes=[mounted(desk.api)])
    document = copy.deepcopy(desk.api.openapi())
    del document["security"]  # the token comes with every request; else it would be taken away
    schema = schemathesis.openapi.from_dict(document)
    schema.app = web
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 29
    headers = {"Authorization": f"Bearer {desk.tokens['Alice']}"}
    answered = set[int]()
    for operation in operations:
        answered |= statuses_of(operation, headers, checks)
    assert {200, 404, 422} <= answered


def statuses_of(operation: Any, headers: dict[str, str], checks: list[Any]) -> set[int]:
    """What the answers to generated requests were; fails where one is not as documented."""
    statuses = set[int]()
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def check(case: schemathesis.Case) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=checks)
        statuses.add(answer.status_code)

    check()
    return statuses


def test_the_document_is_open_and_whole(desk: Desk) -> None:
    answer = desk.client(None).get("/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api/v1"}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert "200" in operation["responses"]
            shared = {"401", "403", "404", "413", "422", "503"}
            assert shared <= set(operation["responses"])
            if method == "post":
                assert {"400", "409", "415"} <= set(operation["responses"])
