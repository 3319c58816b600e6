"""The vendors' pages tell the truth: what they write as a fault is one, what a vendor declares is on its page."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from brownout_simulators.faults import FAULTS, rule_from_json
from brownout_simulators.faults.aim import require_fit
from brownout_simulators.limiter import switched_on
from brownout_simulators.vendors import VENDORS as VENDORS_ALL
from brownout_simulators.vendors import load_vendor

PAGES = Path(__file__).parents[3] / "docs" / "vendors"
VENDORS = tuple(name for name in VENDORS_ALL if name != "stripe")
SNIPPET = re.compile(r"`(\w+): (\{[^`…]*\})`")


def _snippets(vendor: str) -> list[tuple[str, Any]]:
    page = (PAGES / f"{vendor}.md").read_text()
    return [(name, yaml.safe_load(text)) for name, text in SNIPPET.findall(page)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_fault_on_the_page_is_one(vendor: str) -> None:
    found = [(name, fields) for name, fields in _snippets(vendor) if name in FAULTS]
    assert len(found) > 5
    for name, fields in found:
        require_fit(load_vendor(vendor), rule_from_json({"id": "r", "vendor": vendor, name: fields}))


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_limit_on_the_page_can_be_switched_on(vendor: str) -> None:
    known = {limit.name: limit for limit in load_vendor(vendor).limits}
    asked = [fields for name, fields in _snippets(vendor) if name == "limits"]
    assert bool(asked) == bool(known)
    for fields in asked:
        assert switched_on(known, fields)


@pytest.mark.parametrize("vendor", VENDORS)
def test_effects_port_and_environment_are_on_the_page(vendor: str) -> None:
    page, declared = (PAGES / f"{vendor}.md").read_text(), load_vendor(vendor)
    assert all(f"`{effect}`" in page for effect in declared.effects)
    assert str(declared.port) in page


@pytest.mark.parametrize("vendor", ["sales", "clerk"])
def test_every_path_is_on_its_vendors_page(vendor: str) -> None:
    page = (PAGES / f"{vendor}.md").read_text()
    for route in load_vendor(vendor).routes:
        *_, before, last = route.path.split("/")
        assert (before if last.startswith("{") and vendor == "clerk" else last) in page, route.path


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_test_key_opens_an_account_and_the_environment_leads_to_it(vendor: str) -> None:
    declared = load_vendor(vendor)
    key = declared.test_key("some name / with oddities")
    assert key == declared.test_key("some name / with oddities") != declared.test_key("other")
    environment = declared.environment("http://127.0.0.1:1", key)
    assert any(value.startswith("http://127.0.0.1:1") for value in environment.values())
    of_two = [
        value
        for name, value in environment.items()
        if name.endswith(("_SID", "_TOKEN", "_CLIENT_ID", "_CLIENT_SECRET"))
    ]
    assert key in {*environment.values(), ":".join(of_two)}


@pytest.mark.parametrize("vendor", VENDORS_ALL)
def test_how_many_objects_of_each_kind_an_account_holds_is_in_the_manual(vendor: str) -> None:
    declared = load_vendor(vendor)
    manual = (PAGES.parent / "simulators.md").read_text()
    stores = declared.stores(declared.new_state())
    assert stores
    for kind, store in stores.items():
        rows = [line for line in manual.splitlines() if line.startswith("|") and f"{kind}" in line.split("|")[-3]]
        assert any(line.split("|")[-2].strip() == f"{store.limit:,}" for line in rows), (kind, store.limit)


@pytest.mark.parametrize("vendor", VENDORS_ALL)
def test_clients_are_pointed_by_variables_that_are_printed(vendor: str) -> None:
    declared = load_vendor(vendor)
    printed = set(declared.environment("http://127.0.0.1:1", declared.test_key("a")))
    assert declared.clients
    for told in declared.clients.values():
        assert set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", told)) <= printed
