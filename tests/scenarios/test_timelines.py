"""An incident's rows, and the faults that they are when it is played again."""

import os
from pathlib import Path

import pytest

from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load
from brownout_scenarios.schema import Scenario
from brownout_scenarios.timelines import Row, TimelineError, read, vendors_in
from tests.support.toy_vocabulary import vocabulary

WORDS = vocabulary()
SCENARIO = """\
name: again
about: An incident is played again.
seed: 7
workload:
  arrivals: {rate: 4/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 10s}
  - {name: outage, for: 60s, incident: INCIDENT}
expect:
  - exactly_once: {effect: stripe.charge}
"""
CSV = """\
# What somebody wrote down.
at,vendor,error_share,status,p50,p99
0s,stripe,,,400ms,4s
2m,stripe,40%,500,,
2m,twilio,10%,,,
8m,stripe,0.9,,1s,8s
10m,stripe,,,,
"""


WELL_AT_LAST = "at,vendor,error_share\n0s,stripe,40%\n10m,stripe,\n"


def scenario(folder: Path, told: str = CSV, incident: str = "{file: told.csv, speed: 10}") -> Scenario:
    (folder / "told.csv").write_text(told)
    (folder / "again.yaml").write_text(SCENARIO.replace("INCIDENT", incident))
    return load(folder / "again.yaml", WORDS)


def test_each_row_holds_until_the_next_of_its_vendor(tmp_path: Path) -> None:
    rules = scenario(tmp_path).fault_rules()
    assert [(rule.vendor, rule.kind, rule.start_s, rule.end_s) for rule in rules] == [
        ("stripe", "latency", 10.0, 22.0),
        ("stripe", "respond", 22.0, 58.0),
        ("twilio", "respond", 22.0, 70.0),
        ("stripe", "latency", 58.0, 70.0),
        ("stripe", "respond", 58.0, 70.0),
    ]
    assert [rule.id for rule in rules] == [f"outage.incident.{row}" for row in range(5)]
    assert {rule.story for rule in rules} == {"outage.incident"}
    assert rules[0].json["latency"] == {"lognormal": {"p50_s": 0.4, "p99_s": 4.0}}
    assert (rules[1].json["share"], rules[1].json["respond"]) == (0.4, {"status": 500})
    assert not any("drawn_as" in rule.json for rule in rules)
    assert set(scenario(tmp_path).vendors) == {"stripe", "twilio"}


def test_a_part_of_it_begins_with_what_was_so_then(tmp_path: Path) -> None:
    rules = scenario(tmp_path, incident="{file: told.csv, speed: 6, from: 5m, to: 9m}").fault_rules()
    assert [(rule.vendor, rule.kind, rule.start_s, rule.end_s) for rule in rules] == [
        ("stripe", "respond", 10.0, 40.0),
        ("twilio", "respond", 10.0, 50.0),
        ("stripe", "latency", 40.0, 50.0),
        ("stripe", "respond", 40.0, 50.0),
    ]


def test_rows_of_one_instant_hold_together(tmp_path: Path) -> None:
    told = "at,vendor,error_share,status\n0s,stripe,71%,502\n0s,stripe,80%,503\n5s,stripe,,\n"
    rules = scenario(tmp_path, told, "told.csv").fault_rules()
    assert [(rule.json["share"], rule.start_s, rule.end_s) for rule in rules] == [(0.71, 10.0, 15.0), (0.8, 10.0, 15.0)]


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_rows_may_be_yaml_or_json(tmp_path: Path, suffix: str) -> None:
    rows = {
        "yaml": "- {at: 0s, vendor: stripe, error_share: 40%}\n- {at: 30s, vendor: stripe}\n",
        "json": '[{"at": "0s", "vendor": "stripe", "error_share": 0.4}, {"at": "30s", "vendor": "stripe"}]',
    }
    path = tmp_path / f"told.{suffix}"
    path.write_text(rows[suffix])
    assert [(row.at_s, row.vendor, row.error_share) for row in read(path)] == [(0, "stripe", 0.4), (30, "stripe", 0)]


def test_instants_may_be_dates_whose_zones_differ(tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    path.write_text("at,vendor\n2025-06-12T17:52:00Z,stripe\n2025-06-12T20:52:00+02:00,twilio\n")
    assert [row.at_s for row in read(path)] == [0.0, 3_600.0]
    assert vendors_in(read(path)) == ("stripe", "twilio")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "told.csv")
    with pytest.raises(TimelineError, match="is no file"):
        read(tmp_path / "told.csv")


def test_a_row_that_says_nothing_is_well() -> None:
    assert list(Row(line=1, at_s=0.0, vendor="stripe").entries()) == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "told.csv: 1 to 200 rows are an incident, got 0"),
        ("at,vendor\n", "told.csv: 1 to 200 rows are an incident, got 0"),
        ("at,vendor\n" + "0s,stripe\n" * 201, "told.csv: 1 to 200 rows are an incident, got 201"),
        ("at,vendor\n5,stripe\n", "told.csv:2: at: 5 has no unit: write 5s or 5ms"),
        ("at,vendor\n2025-13-01,stripe\n", "told.csv:2: at: '2025-13-01' is no date"),
        ("at,vendor\n5s,stripe\n\n4s,stripe\n", "told.csv:4: at: earlier than the row before it"),
        ("at,vendor\n5s,stripe\n2025-06-12T17:52:00Z,stripe\n", "told.csv:3: at: spans and dates"),
        ("at,vendor\n2025-06-12T17:52:00,stripe\n2025-06-12T17:52:00Z,stripe\n", "told.csv:3: at: spans and dates"),
        ("at,vendor\n0s,\n", "told.csv:2: vendor: is missing"),
        ("at,vendr\n0s,stripe\n", r"told.csv:2: vendr: no such column \(did you mean vendor\?\)"),
        ("at,vendor\n0s,stripe,40%\n", "told.csv:2: a column without a name: no such column"),
        ("at,vendor,error_share\n0s,stripe,140%\n", "told.csv:2: error_share: 1.4 is outside 0 to 1"),
        ("at,vendor,error_share\n0s,stripe,some\n", "told.csv:2: error_share: 'some' is not a number"),
        ("at,vendor,how,error_share\n0s,stripe,explode,1\n", "told.csv:2: how: 'explode' is none of respond, hang"),
        ("at,vendor,p50\n0s,stripe,400ms\n", "told.csv:2: p50 and p99 go together"),
        ("at,vendor,p50,p99\n0s,stripe,400,4s\n", "told.csv:2: p50: 400.0 has no unit"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_row(tmp_path: Path, told: str, why: str) -> None:
    path = tmp_path / "told.csv"
    path.write_text(told)
    with pytest.raises(TimelineError, match=why):
        read(path)


@pytest.mark.parametrize(
    ("told", "incident", "why"),
    [
        (CSV, "missing.csv", "missing.csv: cannot be read: No such file"),
        (CSV, "told.csv", "told.csv: lasts 600s at this speed, and the phase 60s: write `speed: 10` or more, or `to`"),
        (WELL_AT_LAST, "{file: told.csv, speed: 10, from: 11m, to: 12m}", "nothing goes wrong in it between `from`"),
        (CSV.rpartition("10m")[0], "{file: told.csv, speed: 10}", "its last row is no end"),
        ("at,vendor\n0s,stripe\n9s,stripe\n", "told.csv", "nothing goes wrong in it between `from` and `to`"),
        ("at,vendor,error_share\n0s,strip,1\n9s,strip,\n", "told.csv", r"told.csv:2: vendor: no vendor named 'strip'"),
        (
            "at,vendor,match,error_share\n0s,stripe,what,1\n9s,stripe,what,\n",
            "told.csv",
            "told.csv:2: match: 'what' is no",
        ),
        (CSV, "{file: told.csv, sped: 10}", r"incident.sped: unknown key \(did you mean speed\?\)"),
        (CSV, "{file: told.csv, speed: 0}", "incident.*speed: above 0"),
        (CSV, "{speed: 10}", "incident.file: is missing"),
    ],
)
def test_what_cannot_be_played_is_one_line_before_anything_starts(
    tmp_path: Path, told: str, incident: str, why: str
) -> None:
    with pytest.raises(ScenarioError, match=why) as refused:
        scenario(tmp_path, told, incident)
    (line,) = str(refused.value).splitlines()
    assert "phases[1].incident" in line
