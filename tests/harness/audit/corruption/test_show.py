"""How it is told who noticed what."""

from rich.console import Console

from brownout_harness.audit.corruption.show import show
from brownout_harness.audit.corruption.trial import Trial
from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED
from brownout_reports.run_folder import Status


def made(status: Status = Status.FAILED, noticed: tuple[str, ...] = ("exactly_once",)) -> Trial:
    return Trial(
        scenario="healthy",
        seed=7,
        damage="effect-doubled",
        status=status,
        noticed_by=noticed,
        demanded=("exactly_once",),
    )


def shown(trials: list[Trial], undone: list[str]) -> tuple[int, str]:
    console = Console(width=160)
    with console.capture() as captured:
        code = show(trials, undone, console)
    return code, captured.get()


def test_what_was_noticed_is_counted_by_who_noticed() -> None:
    code, text = shown([made(), made(noticed=("exactly_once", "as_asked"))], [])
    assert code == PASSED
    assert "exactly_once 2, as_asked 1" in text
    assert "2 of 2 damages are noticed by those who are to" in text


def test_a_verdict_that_stayed_green_is_told_with_its_seed() -> None:
    code, text = shown([made(), made(Status.PASSED, ())], [])
    assert code == FAILED
    assert "effect-doubled in healthy (seed 7): the verdict stays green" in text
    assert "1 of 2 damages" in text


def test_who_is_not_meant_to_notice_it_does_not_count() -> None:
    code, text = shown([made(noticed=("latency",))], [])
    assert code == FAILED
    assert "noticed by latency, not by exactly_once" in text


def test_a_run_that_did_not_pass_leaves_it_open() -> None:
    code, text = shown([made()], ["grey-failure with seed 7 does not pass undamaged: failed"])
    assert code == NOT_JUDGED
    assert "grey-failure with seed 7 does not pass undamaged" in text


def test_a_damage_that_could_be_done_to_none_is_told() -> None:
    assert "no run had anything to which notice-never-taken could be done" in shown([made()], [])[1]
