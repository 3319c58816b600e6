"""What is kept of measurements with a run: enough to run it again, and nothing else of the file."""

import json
from pathlib import Path

import pytest

from brownout_harness.words.files import files_named_by
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load
from brownout_simulators.faults.measurements import read_measurements

SCENARIO = """
name: measured
about: As slow as somebody measured.
workload: {arrivals: {rate: 1/s}, operations: [{name: pay}]}
phases:
  - name: slow
    for: 5s
    faults:
      - {vendor: stripe, latency: {empirical: {file: seen.har, host: api.stripe.com}}}
      - {vendor: stripe, match: GET, latency: {profile: recorded.json}}
  - {name: outage, for: 10s, incident: outage.csv}
serve: {stripe: {at_once: 4, each: {empirical: {file: work.csv, column: took_ms}}}}
expect: [{exactly_once: {effect: stripe.charge}}]
"""
HAR = {"log": {"entries": [
    {"request": {"url": "https://api.stripe.com/v1/x?key=secret", "headers": ["secret"]}, "timings": {"wait": 12.5}},
    {"request": {"url": "https://other.test/"}, "timings": {"wait": 99}},
]}}  # fmt: skip
RECORDED = {"brownout_profile": 1, "routes": [{"vendor": "stripe", "route": "GET /v1/balance", "latency_ms": [3.0]}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "seen.har").write_text(json.dumps(HAR))
    (tmp_path / "recorded.json").write_text(json.dumps(RECORDED))
    (tmp_path / "work.csv").write_text("took_ms,who\n5,anna\n")
    (tmp_path / "outage.csv").write_text("at,vendor,error_share\n0s,stripe,50%\n5s,stripe,\n")
    (tmp_path / "measured.yaml").write_text(SCENARIO)
    return tmp_path / "measured.yaml"


def test_every_file_is_kept_and_a_har_without_what_it_holds_besides(path: Path, tmp_path: Path) -> None:
    kept = files_named_by(load(path, vocabulary()))
    assert sorted(kept) == ["outage.csv", "recorded.json", "seen.har", "work.csv"]
    assert "secret" not in kept["seen.har"]
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, text in kept.items():
        (copy / name).write_text(text)
    (copy / "measured.yaml").write_text(SCENARIO)
    assert load(copy / "measured.yaml", vocabulary()).fault_rules() == load(path, vocabulary()).fault_rules()
    assert read_measurements(str(copy / "seen.har"), host="api.stripe.com") == (0.0125,)


def test_one_that_is_gone_meanwhile_is_named(path: Path) -> None:
    scenario = load(path, vocabulary())
    (path.parent / "seen.har").unlink()
    with pytest.raises(ScenarioError, match=r"seen\.har: No such file"):
        files_named_by(scenario)
