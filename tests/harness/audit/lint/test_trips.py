"""What has been seen to fail, and what never was."""

import json
from pathlib import Path

import pytest

from brownout_harness.audit.corruption.show import write
from brownout_harness.audit.corruption.trial import Trial
from brownout_harness.audit.lint.trips import Trip, of_trials, saved_in, untripped
from brownout_harness.judging.expectations.base import title_of
from brownout_harness.problems import BadInput
from brownout_harness.running.orders import checked_scenario
from brownout_reports.run_folder import Status

SCENARIO = checked_scenario("healthy", "virtual", None)
TITLES = [title_of(item.check) for item in SCENARIO.expect]


def trial(*tripped: str) -> Trial:
    return Trial(scenario="healthy", seed=7, damage="charge-doubled", status=Status.FAILED,
                 noticed_by=("exactly_once", "latency"), demanded=(), tripped=tripped)  # fmt: skip


def trips(*expectations: str, scenario: str = "healthy") -> list[Trip]:
    return [Trip(scenario, each, "something") for each in expectations]


def test_what_nothing_tripped_is_told_by_its_title() -> None:
    assert untripped(SCENARIO, trips(*TITLES[1:])) == TITLES[:1]
    assert untripped(SCENARIO, trips(*TITLES)) == []
    assert untripped(SCENARIO, trips(*TITLES, scenario="another")) == TITLES


def test_a_name_says_that_a_line_failed_only_where_no_other_has_it() -> None:
    names = [item.name for item in SCENARIO.expect]
    assert names.count("exactly_once") > 1
    assert names.count("nothing_lost") == 1
    idle = untripped(SCENARIO, trips("exactly_once", "nothing_lost"))
    assert [each for each in idle if each.startswith("exactly_once")] == [
        each for each in TITLES if each.startswith("exactly_once")
    ]
    assert not any(each.startswith("nothing_lost") for each in idle)


def test_what_could_only_not_be_judged_any_more_has_tripped_nothing() -> None:
    assert list(of_trials([trial("exactly_once: effect stripe.charge")])) == [
        Trip("healthy", "exactly_once: effect stripe.charge", "charge-doubled")
    ]


def test_what_the_audits_saved_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, [trial(TITLES[0])])
    by = [{"scenario": "healthy", "expectations": ["nothing_lost"], "observed": ""}]
    (tmp_path / "audit.json").write_text(json.dumps({"mutants": [{"name": "mails-anew", "by": by}]}))
    rows = [{"schema": 1}, {"change": "c", "scenario": "healthy", "by": "latency"}, {"change": "d", "scenario": ""}]
    (tmp_path / "found.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert saved_in([tmp_path]) == [
        Trip("healthy", TITLES[0], "charge-doubled"),
        Trip("healthy", "nothing_lost", "mails-anew", is_part=True),
        Trip("healthy", "latency", "c"),
    ]


def test_a_folder_without_an_audit_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no audit: name a folder of"):
        saved_in([tmp_path])
    (tmp_path / "audit.json").write_text("{}")
    with pytest.raises(BadInput, match="not what an audit wrote: KeyError: 'mutants'"):
        saved_in([tmp_path])
