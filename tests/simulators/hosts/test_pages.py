"""A vendor's pages for people, and what a browser is told of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.hosts.pages import shown
from brownout_simulators.vendor import Page
from tests.simulators.driving import Driver
from tests.simulators.toy import TILL


def drawer(accounts: Mapping[str, Any], path: str, query: Mapping[str, str]) -> Page:
    if path == "note":
        return Page(200, "<script>alert(1)</script>", is_foreign=True)
    return Page(200, f"{sorted(accounts)} {path} {sorted(query.items())}")


def till() -> Driver:
    return Driver(vendor=replace(TILL, pages={"drawer": drawer}))


def policy_of(driver: Driver, path: str) -> dict[str, str]:
    page = shown(driver.simulator, "GET", path, "")
    assert page is not None
    parts = (part.strip().partition(" ") for part in page.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_a_page_is_found_by_its_name_with_what_follows_in_path_and_query() -> None:
    driver = till()
    driver.send(account="b")
    page = shown(driver.simulator, "GET", "/_brownout/drawer/a%20b/c", "x=1&y=%3C")
    assert page is not None
    assert page.body.decode() == "['b'] a b/c [('x', '1'), ('y', '<')]"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_brownout/ledger"), ("POST", "/_brownout/drawer"), ("GET", "/_brownout")]
)
def test_what_asks_for_no_page_is_left_to_the_control_api(method: str, path: str) -> None:
    assert shown(till().simulator, method, path, "") is None


def test_a_vendor_without_pages_shows_none() -> None:
    assert shown(Driver().simulator, "GET", "/_brownout/drawer", "") is None


@pytest.mark.parametrize("path", ["/_brownout/drawer", "/_brownout/drawer/note"])
def test_no_page_runs_a_script_sends_a_form_or_fetches_from_elsewhere(path: str) -> None:
    policy = policy_of(till(), path)
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"


def test_foreign_html_is_in_an_origin_of_its_own_also_when_it_is_opened_alone() -> None:
    assert policy_of(till(), "/_brownout/drawer/note")["sandbox"] == ""
    assert "sandbox" not in policy_of(till(), "/_brownout/drawer")


def test_a_query_of_too_many_fields_is_as_none() -> None:
    page = shown(till().simulator, "GET", "/_brownout/drawer", "&".join(f"f{n}=1" for n in range(50)))
    assert page is not None
    assert page.body.endswith(b"[]")
