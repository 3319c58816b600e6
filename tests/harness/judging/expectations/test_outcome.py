"""How those end whom a fault struck."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.base import title_of
from brownout_harness.judging.expectations.outcome import OutcomeOf
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import ExpectationResult, Status
from tests.support.histories import changed, healthy, with_operations, with_requests

ENDS_WELL = (Outcome.DONE, Outcome.ACCEPTED)


def struck(*numbers: int, evidence: Evidence | None = None, by: str = "mixed.2") -> Evidence:
    """These operations had a request that the fault struck."""
    ids = {f"op-{number}" for number in numbers}
    return with_requests(
        evidence or healthy(200),
        lambda each: each._replace(faults=(*each.faults, by)) if each.operation_id in ids else each,
    )


def ended(evidence: Evidence, number: int, outcome: Outcome) -> Evidence:
    return with_operations(
        evidence, lambda each: each._replace(outcome=outcome) if each.operation_id == f"op-{number}" else each
    )


def judged(evidence: Evidence, **parameters: Any) -> ExpectationResult:
    return OutcomeOf(**{"struck_by": "mixed.2", "is_": ENDS_WELL, **parameters}).judge(evidence)


def test_each_that_was_struck_must_end_so() -> None:
    evidence = ended(struck(*range(8)), 3, Outcome.ACCEPTED)
    result = judged(evidence)
    assert (result.status, result.observed) == (Status.PASSED, "8 of 8 operations struck")
    failed = judged(ended(evidence, 5, Outcome.REFUSED))
    assert (failed.status, failed.observed) == (Status.FAILED, "7 of 8 operations struck")
    assert [(case.operation_id, case.what) for case in failed.cases] == [("op-5", "struck, and refused")]


def test_whom_another_fault_struck_may_end_otherwise() -> None:
    both = struck(*range(8), evidence=struck(20, 21, by="mixed.1"))
    assert judged(ended(both, 20, Outcome.REFUSED)).status is Status.PASSED
    also = struck(20, evidence=both)  # by both of them
    assert judged(ended(also, 20, Outcome.REFUSED)).status is Status.FAILED


def test_one_of_several_vendors_is_named_as_one_or_at_one_of_them() -> None:
    both = struck(*range(8), evidence=struck(20, by="mixed.2.twilio"), by="mixed.2.stripe")
    beside = struck(30, evidence=both, by="mixed.21")
    refused = ended(ended(beside, 20, Outcome.REFUSED), 30, Outcome.REFUSED)
    assert judged(refused).observed == "8 of 9 operations struck"
    assert judged(refused, struck_by="mixed.2.stripe").observed == "8 of 8 operations struck"
    assert judged(refused, struck_by="mixed.2.twilio", at_least=1).status is Status.FAILED


def test_without_a_fault_each_of_that_name_must_end_so() -> None:
    """Whom anything struck does not matter, and neither does a ledger with a gap: the driver alone knows."""
    evidence = with_operations(struck(1, 2), lambda each: each._replace(outcome=Outcome.REFUSED))
    asked = {"struck_by": "", "is_": (Outcome.REFUSED,), "operation": "pay"}
    result = judged(evidence, **asked)
    assert (result.status, result.observed) == (Status.PASSED, "200 of 200 operations")
    failed = judged(ended(evidence, 5, Outcome.DONE), **asked)
    assert (failed.status, failed.observed) == (Status.FAILED, "199 of 200 operations")
    assert [(case.operation_id, case.what) for case in failed.cases] == [("op-5", "done")]
    nobody = judged(evidence, **{**asked, "operation": "notify"})
    assert nobody.status is Status.INCONCLUSIVE


def test_it_must_say_of_whom() -> None:
    with pytest.raises(ValueError, match="outcome needs struck_by, operation or both"):
        OutcomeOf(is_=ENDS_WELL)


def test_one_struck_among_several_requests_is_enough() -> None:
    evidence = struck(*range(8))
    again = [each._replace(seq=each.seq + 5000, faults=(), at_s=each.at_s + 1) for each in evidence.requests]
    retried = changed(evidence, requests=(*evidence.requests, *again))
    assert judged(ended(retried, 5, Outcome.UNKNOWN)).status is Status.FAILED


def test_too_few_struck_say_nothing_unless_one_of_them_ended_wrongly() -> None:
    few = struck(*range(4))
    result = judged(few)
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "too few samples: 4 operations struck by mixed.2, at least 5 needed",
    )
    assert judged(few, at_least=4).status is Status.PASSED
    assert judged(ended(few, 1, Outcome.REFUSED)).status is Status.FAILED


def test_struck_requests_of_nobody_known_keep_it_from_passing() -> None:
    """The one that was refused may be among them."""
    hidden = with_requests(
        struck(*range(8)), lambda each: each._replace(operation_id="") if each.operation_id == "op-5" else each
    )
    result = judged(ended(hidden, 5, Outcome.REFUSED))
    assert result.status is Status.INCONCLUSIVE
    assert result.observed == "7 of 7 operations struck; of 1 struck request nobody knows the operation"
    strange = with_requests(
        struck(*range(8)), lambda each: each._replace(operation_id="cart-5") if each.operation_id == "op-5" else each
    )
    assert judged(strange).status is Status.INCONCLUSIVE


def test_only_operations_of_the_name() -> None:
    assert judged(struck(*range(8)), operation="pay").status is Status.PASSED
    assert judged(struck(*range(8)), operation="notify").status is Status.INCONCLUSIVE


def test_a_ledger_that_lost_rows_does_not_say_whom_the_fault_struck() -> None:
    full = changed(struck(*range(8)), gaps=(Gap(GapKind.LEDGER_OVERFLOW, "stripe dropped 256 rows"),))
    assert judged(full).status is Status.INCONCLUSIVE
    assert judged(ended(full, 1, Outcome.REFUSED)).status is Status.FAILED


def test_a_title_says_what_was_written() -> None:
    demand = OutcomeOf(struck_by="mixed.2", is_=ENDS_WELL)
    assert title_of(demand) == "outcome: struck_by mixed.2, is [done, accepted]"
    assert demand.judge(healthy()).expected == "operations struck by mixed.2 end done or accepted"


@pytest.mark.parametrize(
    ("parameters", "why"),
    [({"is_": ()}, "must name"), ({"is_": tuple(Outcome)}, "every outcome"), ({"at_least": 0}, "at least 1, got 0")],
)
def test_what_cannot_fail_is_refused(parameters: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        OutcomeOf(**{"struck_by": "mixed.2", "is_": ENDS_WELL, **parameters})
