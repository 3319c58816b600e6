"""One group of users alone: nobody else's operations, and what is nobody's stays."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_harness.judging.groups import groups_of, of_group
from brownout_harness.judging.judge import judge
from brownout_harness.judging.metrics import phase_metrics
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, consistent, effect, healthy, with_effects, with_operations


def parted(evidence: Evidence | None = None) -> Evidence:
    """Every fourth operation is one of group `b`, all others are of `a`."""
    return with_operations(
        evidence or healthy(),
        lambda each: each._replace(group="b" if int(each.operation_id.removeprefix("op-")) % 4 == 3 else "a"),
    )


def starved() -> Evidence:
    """A quarter of the operations are `a`'s troubles: slow and refused; and `b` is well."""
    return with_operations(
        parted(),
        lambda each: (
            each._replace(finished_s=each.sent_s + 9.0, outcome=Outcome.UNKNOWN) if each.group == "b" else each
        ),
    )


def status(evidence: Evidence, expectation: Expectation) -> Status:
    return judge(evidence, [expectation]).results[0].status


def test_what_one_group_suffers_is_not_hidden_by_the_others() -> None:
    """60 % of all is done, and so are all of `a`'s: of `b` nothing is."""
    assert status(starved(), SuccessRate(operation="pay", at_least=0.7)) is Status.PASSED
    assert status(starved(), SuccessRate(operation="pay", at_least=0.7, group="b")) is Status.FAILED
    assert status(starved(), SuccessRate(operation="pay", at_least=1.0, group="a")) is Status.PASSED
    assert status(starved(), Latency(operation="pay", p50_below_s=1.0)) is Status.PASSED
    assert status(starved(), Latency(operation="pay", p50_below_s=1.0, group="b")) is Status.FAILED


@pytest.mark.parametrize("expectation", [ExactlyOnce(effect="stripe.charge", group="a"), NothingLost(group="a")])
def test_nobody_answers_for_another_group(expectation: Expectation) -> None:
    """A double charge of `b`'s is none of `a`'s, nor are its effects such that nobody asked for."""
    assert status(parted(), expectation) is Status.PASSED
    lost_by_b = with_effects(parted(), lambda each: None if each.operation_id == "op-3" else each)
    assert status(lost_by_b, expectation) is Status.PASSED
    lost_by_a = with_effects(parted(), lambda each: None if each.operation_id == "op-4" else each)
    assert status(lost_by_a, expectation) is Status.FAILED


@pytest.mark.parametrize("expectation", [ExactlyOnce(effect="stripe.charge", group="a"), NothingLost(group="a")])
def test_what_nobody_asked_for_is_everybodys_matter(expectation: Expectation) -> None:
    phantom = changed(parted(), effects=(*parted().effects, effect(9999, at_s=3.0, seq=9999)))
    assert status(phantom, expectation) is Status.FAILED


def test_effects_without_an_operation_may_be_another_groups() -> None:
    """More of them than the group's operations explain: a failure of the whole run's, and of a part's not proven."""
    nameless = with_effects(parted(), lambda each: each._replace(operation_id="") if each.seq % 8 == 7 else each)
    assert status(nameless, ExactlyOnce(effect="stripe.charge", group="a")) is Status.INCONCLUSIVE


def test_without_a_group_the_evidence_is_as_it_is() -> None:
    evidence = consistent(3)
    assert of_group(evidence, "") is evidence
    assert groups_of(evidence) == ()
    assert {row.group for row in phase_metrics(evidence)} == {""}


def test_the_parts_make_the_whole() -> None:
    evidence = parted(consistent(3))
    parts = [of_group(evidence, name) for name in groups_of(evidence)]
    assert groups_of(evidence) == ("a", "b")
    for rows in ("operations", "requests", "effects", "letters", "deliveries"):
        assert sum(len(getattr(part, rows)) for part in parts) == len(getattr(evidence, rows))


def test_the_numbers_are_told_of_all_and_of_each_group() -> None:
    of_all = {
        (row.group, row.operation): (row.asked, row.done) for row in phase_metrics(starved()) if row.phase == "all"
    }
    assert of_all == {
        ("", "all"): (200, 150),
        ("", "pay"): (200, 150),
        ("a", "all"): (150, 150),
        ("a", "pay"): (150, 150),
        ("b", "all"): (50, 0),
        ("b", "pay"): (50, 0),
    }
