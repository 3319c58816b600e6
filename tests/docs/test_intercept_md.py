"""The page on interception names the hosts, variables, kinds and figures that there are."""

import re
from pathlib import Path

from brownout_harness.intercept.passing import ACTED_OUT
from brownout_harness.intercept.variables import leading
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.layout.sources import ROOT

TEXT = (ROOT / "docs" / "intercept.md").read_text(encoding="utf-8")
FIGURES = (ROOT / "tests" / "bench" / "results" / "intercept.md").read_text(encoding="utf-8")


def test_every_vendors_hosts_are_in_the_table_and_no_others() -> None:
    rows = re.findall(r"^\| (\w+) \| (`.*`) \|$", TEXT.partition("## Whose hosts")[2].partition("## ")[0], re.MULTILINE)
    told = {vendor: tuple(re.findall(r"`([^`]+)`", hosts)) for vendor, hosts in rows}
    assert told == {name: tuple(load_vendor(name).hosts) for name in VENDORS if load_vendor(name).hosts}


def test_every_variable_is_explained() -> None:
    named = set(leading("http://127.0.0.1:1", Path("ca.pem"), 9, (), {}))
    upper = {name for name in named if name.isupper()}
    assert {name for name in upper if f"`{name}`" not in TEXT} == set()
    assert {name.upper() for name in named} == upper


def test_every_kind_that_is_acted_out_is_named() -> None:
    sentence = TEXT.partition("What is passed on can have ")[2].partition("with `match`")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == set(ACTED_OUT)


def test_its_figures_are_those_that_were_measured() -> None:
    ways = re.findall(r"([\d.]+) ms, straight ([\d.]+) ms(?: without TLS)? \|", FIGURES)
    shown = re.findall(r"^\| p\d+ o[^|]* \| ([\d.]+) ms \| ([\d.]+) ms \|$", TEXT, re.MULTILINE)
    assert [(float(a), float(b)) for a, b in shown] == [(float(s), round(float(t), 1)) for t, s in ways]
    (per_s,) = re.findall(r"([\d,]+)/s, straight ([\d,]+)/s", FIGURES)
    assert f"| {per_s[1]} | {per_s[0]} |" in TEXT
