"""It neither dies nor leaves an error unhandled."""

from dataclasses import replace

import pytest

from brownout_harness.judging.evidence import Death, Gap, GapKind
from brownout_harness.judging.expectations.no_defects import NoDefects
from brownout_harness.judging.judge import judge, verdict_on
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Status
from tests.support.histories import SECRET, changed, healthy
from tests.support.verdicts import ABOUT

SOUND = NoDefects()
DEATH = Death(12.0, "gateway", 137, ("started", "MemoryError"))
DEFECT = EventRow(3.0, "defect", operation_id="op-3", outcome="KeyError", detail="gw-17")


def test_who_lives_and_handles_every_error_passes() -> None:
    result = SOUND.judge(healthy())
    assert (result.status, result.observed) == (Status.PASSED, "0 deaths unasked, 0 unhandled errors")


def test_who_dies_unasked_fails_whatever_the_harness_fell_short_of() -> None:
    dead = changed(healthy(), deaths=(DEATH,), gaps=(Gap(GapKind.FELL_BEHIND, "2 %"),))
    judgement = judge(dead, [SOUND])
    (result,) = judgement.results
    assert (judgement.status, result.cases[0].what) == (
        Status.FAILED,
        "gateway ended unasked with exit code 137: MemoryError",
    )


def test_what_it_said_last_is_among_the_notes() -> None:
    verdict = verdict_on(changed(healthy(), deaths=(DEATH,)), [SOUND], replace(ABOUT, notes=()))
    assert verdict.notes == ("the last lines of gateway, which ended at 12.000 s:\nstarted\nMemoryError",)


def test_no_credential_of_its_log_is_repeated() -> None:
    said = Death(12.0, "gateway", 1, ("started", f"KeyError: {SECRET}"))
    verdict = verdict_on(changed(healthy(), deaths=(said,)), [SOUND], ABOUT)
    assert SECRET not in verdict.model_dump_json()
    assert verdict.expectations[0].cases[0].what.endswith("exit code 1: KeyError: *****")


def test_an_unhandled_error_fails_unless_it_is_allowed() -> None:
    told = changed(healthy(), events=[*healthy().events, DEFECT])
    result = SOUND.judge(told)
    assert (result.status, result.observed, result.cases[0].operation_id, result.cases[0].what) == (
        Status.FAILED,
        "0 deaths unasked, 1 unhandled error",
        "op-3",
        "unhandled KeyError (request gw-17)",
    )
    assert NoDefects(unhandled_at_most=1).judge(told).status is Status.PASSED
    assert NoDefects(unhandled_at_most=1).judge(changed(told, deaths=(DEATH,))).status is Status.FAILED


def test_of_a_target_that_tells_nothing_only_the_death_is_known() -> None:
    result = SOUND.judge(changed(healthy(), telemetry=False))
    assert (result.status, result.observed) == (Status.PASSED, "0 deaths unasked, its errors are not told")


def test_too_few_operations_say_nothing() -> None:
    assert SOUND.judge(healthy(9)).status is Status.INCONCLUSIVE


def test_less_than_no_error_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="unhandled_at_most must not be negative, got -1"):
        NoDefects(unhandled_at_most=-1)
