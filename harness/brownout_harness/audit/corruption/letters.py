"""Damages to dead letters: gone, in two places, without what they need, or told otherwise than they ended."""

from typing import Final

from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.evidence import OPEN_STATES
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import LetterRow, Outcome

LATER_S: Final = 3000.0


def removed(run: Run) -> RunInputs:
    """Of one that was taken on, and has no effect."""
    return run.without(*_of_one(run, _waiting(run)))


def _of_one(run: Run, letters: list[LetterRow]) -> list[LetterRow]:
    operation_id = run.one_of(letters).operation_id
    return [each for each in run.letters if each.operation_id == operation_id]


def _waiting(run: Run) -> list[LetterRow]:
    """Whose operation was taken on and is not done yet."""
    accepted = {each.operation_id for each in run.of_outcome(Outcome.ACCEPTED)}
    return [
        each
        for each in run.letters
        if each.operation_id in accepted and each.state in OPEN_STATES and not run.effects_of.get(each.operation_id)
    ]


def told_as_sent_again(run: Run) -> RunInputs:
    """And there is no effect."""
    letter = run.one_of(each for each in run.letters if not run.effects_of.get(each.operation_id))
    return run.instead(letter, letter._replace(state="redriven"))


def told_as_waiting(run: Run) -> RunInputs:
    """It was sent again and done, and will be sent once more."""
    letter = run.one_of(each for each in run.letters if each.state == "redriven")
    return run.instead(letter, letter._replace(state="pending"))


def told_as_refused(run: Run) -> RunInputs:
    """By the vendor, which was never asked so, or said no such thing."""
    waiting = (each for each in _waiting(run) if not _was_refused(run, each))
    letter = run.one_of(waiting)
    return run.instead(letter, letter._replace(state="refused"))


def _was_refused(run: Run, letter: LetterRow) -> bool:
    return any(400 <= each.status < 500 for each in run.requests_of.get(letter.operation_id, ()))


def told_as_discarded(run: Run) -> RunInputs:
    letter = run.one_of(_waiting(run))
    return run.instead(letter, letter._replace(state="discarded"))


def in_an_unknown_state(run: Run) -> RunInputs:
    """All of them."""
    return run.changed([(each, each._replace(state="somewhere")) for each in run.letters])


def doubled(run: Run) -> RunInputs:
    """A redrive would send it twice."""
    letter = run.one_of(each for each in run.letters if each.state in OPEN_STATES)
    return run.put(letter._replace(id=f"{letter.id}-again"))


def of_a_done_one_added(run: Run) -> RunInputs:
    done = run.one_of(run.plainly_done)
    pattern = run.letters[0] if run.letters else LetterRow()
    return run.put(
        pattern._replace(
            id="letter-again",
            idempotency_key="key",
            error_class="vendor_unavailable",
            flow=done.name,
            state="pending",
            operation_id=done.operation_id,
            first_attempt_at=done.finished_s,
        )
    )


def without_its_operation(run: Run) -> RunInputs:
    letter = run.one_of(_waiting(run))
    return run.instead(letter, letter._replace(operation_id=""))


def without_their_keys(run: Run) -> RunInputs:
    """All of them."""
    return run.changed([(each, each._replace(idempotency_key="")) for each in run.letters])


def all_removed(run: Run) -> RunInputs:
    if not _waiting(run):
        run.one_of(())
    return run.without(*run.letters)


def of_nobody_added(run: Run) -> RunInputs:
    letter = run.one_of(run.letters)
    return run.put(letter._replace(id=f"{letter.id}-nobody", operation_id="nobody-asked-for-this"))


LOST: Final = ("nothing_lost", "dead_letters")


def done_long_after(run: Run) -> RunInputs:
    """All that one which was taken on leaves was left most of an hour later."""
    accepted = (each for each in run.of_outcome(Outcome.ACCEPTED) if run.effects_of.get(each.operation_id))
    effects = run.effects_of[run.one_of(accepted).operation_id]
    return run.changed([(each, each._replace(at_s=each.at_s + LATER_S, finished_s=each.at_s + LATER_S))
                        for each in effects])  # fmt: skip


DAMAGES: Final = (
    Damage(
        name="done-long-after",
        about="what was taken on was done much later",
        noticed_by=("queue_age",),
        where_demanded=True,
        do=done_long_after,
    ),
    Damage(name="letter-removed", about="what was taken on is nowhere", noticed_by=LOST, do=removed),
    Damage(
        name="letters-removed", about="nothing that was set aside is there any more", noticed_by=LOST, do=all_removed
    ),
    Damage(
        name="letter-told-as-sent-again",
        about="sent again and done, it says, and was not",
        noticed_by=LOST,
        do=told_as_sent_again,
    ),
    Damage(
        name="letter-told-as-waiting",
        about="done, and waits to be done again",
        noticed_by=("dead_letters",),
        where_demanded=True,
        do=told_as_waiting,
    ),
    Damage(
        name="letter-told-as-refused",
        about="the vendor refused it, it says, and did not",
        noticed_by=LOST,
        do=told_as_refused,
    ),
    Damage(
        name="letter-told-as-discarded", about="given up, and nobody said so", noticed_by=LOST, do=told_as_discarded
    ),
    Damage(
        name="letters-in-an-unknown-state",
        about="nobody knows what becomes of them",
        noticed_by=("dead_letters",),
        where_demanded=True,
        do=in_an_unknown_state,
    ),
    Damage(
        name="letter-doubled",
        about="it would be sent twice",
        noticed_by=("dead_letters",),
        where_demanded=True,
        do=doubled,
    ),
    Damage(
        name="letter-of-a-done-one",
        about="done, and waits to be done again",
        noticed_by=("nothing_lost", "dead_letters"),
        do=of_a_done_one_added,
    ),
    Damage(
        name="letter-without-its-operation",
        about="nobody can tell whose it is",
        noticed_by=LOST,
        do=without_its_operation,
    ),
    Damage(
        name="letters-without-their-keys",
        about="sent again, it could be done twice",
        noticed_by=("dead_letters",),
        where_demanded=True,
        do=without_their_keys,
    ),
    Damage(
        name="letter-of-nobody",
        about="something is set aside that nobody asked for",
        noticed_by=("nothing_lost", "dead_letters"),
        do=of_nobody_added,
    ),
)
