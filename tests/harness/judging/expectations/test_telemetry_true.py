"""What the target says of itself is demanded to be true, of every run in which it says anything."""

from brownout_harness.judging.expectations.telemetry_true import TelemetryTrue
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, telling

TRUE = TelemetryTrue()


def test_what_agrees_with_everything_passes() -> None:
    result = TRUE.judge(telling(healthy()))
    observed = "200 attempts, 200 operations finished, 0 rejections; 0 contradictions"
    assert (result.status, result.observed) == (Status.PASSED, observed)


def test_one_contradiction_fails_and_is_shown() -> None:
    told = telling(healthy())
    lies = [e._replace(outcome="refused") if (e.operation_id, e.vendor) == ("op-3", "") else e for e in told.events]
    result = TRUE.judge(changed(told, events=lies))
    assert result.status is Status.FAILED
    assert result.observed.endswith(
        "1 contradiction: the driver was answered done, and it was told to have finished refused"
    )
    assert (result.cases[0].operation_id, result.when) == ("op-3", "first at 1.600 s")


def test_a_target_that_tells_nothing_is_inconclusive_where_it_is_demanded_all_the_same() -> None:
    assert TRUE.judge(changed(healthy(), telemetry=False)).status is Status.INCONCLUSIVE
    assert TRUE.judge(changed(healthy(), events=())).status is Status.INCONCLUSIVE


def test_too_few_operations_say_nothing() -> None:
    assert TRUE.judge(telling(healthy(9))).status is Status.INCONCLUSIVE
