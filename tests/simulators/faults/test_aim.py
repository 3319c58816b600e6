"""Whether a rule can strike anything."""

import itertools
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Reply
from brownout_simulators.faults import Match, route_problem, rule_from_json
from brownout_simulators.faults.aim import nearest_miss
from brownout_simulators.faults.rule import Matcher
from brownout_simulators.router import Router
from brownout_simulators.vendor import Route
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.simulators.toy import TILL
from tests.support.examples import examples


def routes(*templates: str) -> list[Route[Any]]:
    return [Route("GET", template, lambda _call, _account: Reply(200)) for template in templates]


def problem(match: Any) -> str:
    return route_problem(TILL, rule_from_json({"id": "r", "vendor": "till", "match": match, "hang": {}}))


@pytest.mark.parametrize(
    "match",
    [
        "*",
        "POST",
        "POST /v1/charges",
        "/v1/charges/{id}",
        "GET /v1/charges/ch_1",
        "/v1/*",
        "*/charges",
        "*ch?rges*",
        {"method": "GET", "path": "/v1/charges/??"},
        {"account": "none", "header": "x: y"},
    ],
)
def test_a_rule_that_some_call_can_match_has_no_problem(match: Any) -> None:
    assert problem(match) == ""


@pytest.mark.parametrize(
    ("match", "nearest"),
    [
        ("POST /v1/charge", "POST /v1/charges"),
        ("DELETE /v1/charges/ch_1", "POST /v1/charges/{id}"),
        ("PATCH", "POST /v1/token"),
        ("/v2/*", "POST /v1/token"),
        ("GET /v1/charges/{charge}", "GET /v1/charges/{id}"),
        ("/v1/charges/*/refunds", "POST /v1/charges/{id}"),
    ],
)
def test_a_rule_that_no_call_can_match_names_the_nearest_route(match: str, nearest: str) -> None:
    assert problem(match) == f"no route of till matches {match}; the nearest is {nearest}"


def test_templates_with_tails_and_several_parameters_are_understood() -> None:
    router = Router(routes("/{set}({key})", "/v1/data/{path...}"))
    for path in ("/Customers(7)", "/C*)", "/v1/data/a/b/c", "/v1/data/*/c", "*(7)"):
        assert nearest_miss(router, Match(path=path)) == ""
    for path in ("/Customers", "/v1/data/", "/a/b(7)", "/v2/*"):
        assert nearest_miss(router, Match(path=path)) != ""


@pytest.mark.thorough
@pytest.mark.parametrize("name", VENDORS)
def test_every_route_of_a_vendor_can_be_struck_by_its_own_name(name: str) -> None:
    vendor = load_vendor(name)
    for route in vendor.routes:
        rule = rule_from_json({"id": "r", "vendor": name, "match": f"{route.method} {route.path}", "hang": {}})
        assert route_problem(vendor, rule) == ""


TEMPLATES = ["/{x}", "/a/{x}", "/{x}-", "/a{x}/-", "/{x}-{y}", "/{rest...}", "/a/{rest...}", "/a-"]
PATHS = ["/" + "".join(letters) for length in range(9) for letters in itertools.product("/a-", repeat=length)]


@cache
def paths_of(template: str) -> list[str]:
    router = Router(routes(template))
    return [path for path in PATHS if router.find("GET", path) is not None]


@given(st.text(alphabet="/a-*?", min_size=1, max_size=5), st.sampled_from(TEMPLATES))
@examples(400)
def test_it_says_that_none_can_match_exactly_where_none_does(glob: str, template: str) -> None:
    """Against every path of up to eight characters of three, which is more than such a glob can ask for."""
    match = Match(path=f"/{glob}")
    some = any(Matcher(match).path(path) for path in paths_of(template))
    assert (nearest_miss(Router(routes(template)), match) == "") is some


def test_a_vendor_without_limits_to_its_paths_has_no_problem_either() -> None:
    vendor = replace(TILL, routes=routes("/{everything...}"))
    rule = rule_from_json({"id": "r", "vendor": "till", "match": "GET /whatever/there/is", "hang": {}})
    assert route_problem(vendor, rule) == ""
