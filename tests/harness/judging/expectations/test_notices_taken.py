"""Each notice is taken or refused for good, by the vendors' own books."""

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.judging.judge import judge
from brownout_reports.rows import DeliveryRow
from brownout_reports.run_folder import Status
from brownout_reports.tables import Rows, Tables

EACH = NoticesTaken()


def attempts(delivery: int, *statuses: int, gives_up: bool = True, forged: bool = False) -> list[DeliveryRow]:
    """One notice, answered so; the vendor goes on until it is taken or, where it `gives_up`, tries no more."""
    ends = [200 <= status < 300 or (gives_up and place == len(statuses)) for place, status in enumerate(statuses, 1)]
    return [
        DeliveryRow(
            "stripe",
            delivery,
            place,
            "default",
            "charge.succeeded",
            "http://127.0.0.1:1/hooks",
            f"op-{delivery}",
            "req_1",
            float(place),
            place + 0.1,
            status,
            forged,
            is_last,
        )
        for place, (status, is_last) in enumerate(zip(statuses, ends, strict=True), 1)
    ]


def told(*stories: list[DeliveryRow], gaps: tuple[Gap, ...] = ()) -> Evidence:
    rows = Rows.of(DeliveryRow, [row for story in stories for row in story])
    return Evidence(tables=Tables(rows), notified_by=("stripe",), gaps=gaps)


def test_what_was_taken_in_the_end_or_refused_for_good_passes() -> None:
    result = EACH.judge(told(attempts(1, 200), attempts(2, 503, 0, 204), attempts(3, 500, 400)))
    assert (result.status, result.observed) == (Status.PASSED, "3 notices: 2 taken, 1 refused for good")


@pytest.mark.parametrize("last", [500, 503, 0, 302])
def test_what_the_vendor_gave_up_without_a_no_of_the_targets_fails(last: int) -> None:
    result = EACH.judge(told(attempts(1, 200), attempts(2, 500, last)))
    assert (result.status, result.observed) == (Status.FAILED, "2 notices: 1 taken, 1 never taken")
    (case,) = result.cases
    assert case.operation_id == "op-2"
    assert case.what.startswith("stripe charge.succeeded: ")
    assert case.what.endswith(" to 2 attempts")


def test_a_target_that_fails_at_every_notice_is_told_as_that_though_the_vendor_still_tries() -> None:
    """However the run ended: the drain is not finished then."""
    history = told(*(attempts(n, 500, gives_up=False) for n in range(10)), gaps=(Gap(GapKind.DRAIN_NOT_FINISHED, ""),))
    judgement = judge(history, [EACH])
    (result,) = judgement.results
    assert (judgement.status, result.observed) == (
        Status.FAILED,
        "10 notices: 10 still tried; answered 500 to every attempt",
    )


def test_a_failure_that_the_vendor_will_try_again_after_proves_nothing_yet() -> None:
    result = EACH.judge(told(attempts(1, 200), attempts(2, 500, gives_up=False)))
    assert result.status is Status.INCONCLUSIVE
    assert "of 1 the vendor still tries again: shrink the vendor's schedule with notices.time_scale" in result.observed
    few = EACH.judge(told(*(attempts(n, 500, gives_up=False) for n in range(9))))
    assert few.status is Status.INCONCLUSIVE


def test_a_receiver_that_refuses_all_of_them_is_the_wrong_one() -> None:
    result = EACH.judge(told(*(attempts(n, 404, 404) for n in range(20))))
    assert result.status is Status.INCONCLUSIVE
    assert result.observed.endswith("it took none: correct notices.to, or its signing secret")


def test_a_forged_one_is_there_to_be_refused() -> None:
    result = EACH.judge(told(attempts(1, 200), attempts(2, 400, 500, forged=True)))
    assert (result.status, result.observed) == (Status.PASSED, "1 notice: 1 taken")


def test_gone_is_a_no_for_good_whatever_the_vendor_still_does() -> None:
    result = EACH.judge(told(attempts(1, 200), attempts(2, 410, gives_up=False)))
    assert (result.status, result.observed) == (Status.PASSED, "2 notices: 1 taken, 1 refused for good")


def test_refusals_are_judged_where_that_is_demanded() -> None:
    history = told(attempts(1, 200), attempts(2, 400, 400))
    result = NoticesTaken(refused_at_most=0).judge(history)
    assert (result.status, result.cases[0].what) == (Status.FAILED, "stripe charge.succeeded: 400 to 2 attempts")
    assert NoticesTaken(refused_at_most=1).judge(history).status is Status.PASSED
    with pytest.raises(ValueError, match="refused_at_most must not be negative"):
        NoticesTaken(refused_at_most=-1)


def test_without_a_notice_nothing_can_be_said() -> None:
    assert EACH.judge(told()).status is Status.INCONCLUSIVE
    assert NoticesTaken(vendor="sales").judge(told(attempts(1, 200))).status is Status.INCONCLUSIVE
