"""Which requests are meant, by the routes that a ledger holds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.selection import Selection, covers, cut_in_two
from brownout_reports.rows import LedgerRow
from brownout_reports.tables import Rows
from brownout_scenarios.workload import Statuses
from brownout_simulators.faults.rule import Match, Matcher
from tests.support.examples import examples
from tests.support.histories import request

ONE = "GET /v1/payment_intents/{id}"


@pytest.mark.parametrize(
    ("written", "route", "is_meant"),
    [
        ("*", ONE, True),
        ("GET", ONE, True),
        ("POST", ONE, False),
        (ONE, ONE, True),
        ("GET /v1/*", ONE, True),
        ("GET /v1/payment_intents/*", ONE, True),
        ("GET /v1/payment_intents/?*", ONE, True),
        ("GET /v1/payment_intents/pi_*", ONE, False),
        ("GET /v1/payment_intents/?", ONE, False),
        ("GET /v1/payment_intents/????", ONE, False),
        ("GET /v1/payment_intents/{other}", ONE, False),
        ("POST /v1/payment_intents", "POST /v1/payment_intents", True),
        ("POST /v1/pay*", "POST /v1/payment_intents", True),
        ("GET *", "GET /nowhere/at/all", True),
        ("GET /nowhere/*", "GET /nowhere/at/all", True),
        ("GET *.json", "GET /Messages/{Sid}.json", True),
        ("GET *", "GET /v1/data/{path...}", True),
    ],
)
def test_a_route_is_meant_where_all_its_requests_are(written: str, route: str, is_meant: bool) -> None:
    assert covers(Match.parse(written), route) is is_meant


@examples(300)
@given(
    glob=st.text("/ab*?", min_size=1, max_size=7).map(lambda text: f"/{text}"),
    template=st.lists(st.sampled_from(["a", "b", "ab", "{x}", "a{x}", "{x}b"]), min_size=1, max_size=3),
    filled=st.lists(st.text("abc", min_size=1, max_size=4), min_size=3, max_size=3),
)
def test_no_request_of_a_route_that_is_meant_is_not(glob: str, template: list[str], filled: list[str]) -> None:
    """Whatever stands in the parameters' places: a path that the pattern does not fit would be counted."""
    route = "/" + "/".join(part.replace("x", f"x{number}") for number, part in enumerate(template))
    match = Match(path=glob)
    if covers(match, f"GET {route}"):
        texts = iter(filled)
        assert Matcher(match).path(re.sub(r"\{x\d\}", lambda _: next(texts), route))


def test_a_pattern_that_parts_a_route_is_told() -> None:
    assert cut_in_two(Match.parse("GET /v1/payment_intents/pi_*"), [ONE]) == ONE
    assert cut_in_two(Match.parse("GET /v1/*"), [ONE]) == ""


def test_statuses_and_routes_are_both_asked_of_a_request() -> None:
    rows = Rows.of(
        LedgerRow,
        [
            request(1, seq=1),
            request(2, seq=2, status=429),
            request(3, seq=3, status=0),
            request(4, seq=4, status=503, route=ONE),
        ],
    )

    def meant(match: str, status: Statuses | None = None) -> list[int]:
        return [each.seq for each in Selection(Match.parse(match), status).among(rows)]

    assert meant("*") == [1, 2, 3, 4]
    assert meant("POST *") == [1, 2, 3]
    assert meant("*", Statuses(((429, 429), (500, 599)))) == [2, 4]
    assert meant("GET *", Statuses(((200, 200),))) == []
    assert Selection(Match()).is_everything
    assert not Selection(Match(), Statuses(((200, 200),))).is_everything
