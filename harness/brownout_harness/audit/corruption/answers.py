"""Damages to what the driver asked, and was answered: a caller who was told something that is not so."""

import json
from collections import Counter
from typing import Any, Final

from brownout_core.telemetry import Kind
from brownout_harness.audit.corruption.damage import Damage, Run, other_value
from brownout_harness.judging.evidence import OPEN_STATES
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import OperationRow, Outcome

SLOWER: Final = 50.0


def done_told_as_refused(run: Run) -> RunInputs:
    return _told_as(run, run.one_of(run.plainly_done), Outcome.REFUSED, 402)


def done_told_as_accepted(run: Run) -> RunInputs:
    """Taken on, and no letter and no state of it anywhere."""
    return _told_as(run, run.one_of(run.plainly_done), Outcome.ACCEPTED, 202)


def refused_told_as_done(run: Run) -> RunInputs:
    refused = (each for each in run.of_outcome(Outcome.REFUSED) if run.leaves_of(each).clauses)
    operation = run.one_of(each for each in refused if not run.effects_of.get(each.operation_id))
    return _told_as(run, operation, Outcome.DONE, 200)


def waiting_told_as_done(run: Run) -> RunInputs:
    """It is set aside still."""
    waiting = {each.operation_id for each in run.letters if each.state in OPEN_STATES}
    accepted = run.of_outcome(Outcome.ACCEPTED)
    return _told_as(run, run.one_of(each for each in accepted if each.operation_id in waiting), Outcome.DONE, 200)


def unanswered(run: Run) -> RunInputs:
    """All that were done."""
    done = run.of_outcome(Outcome.DONE)
    return run.changed([(each, each._replace(outcome=Outcome.UNKNOWN, status=0, detail="timed out")) for each in done])


def _told_as(run: Run, operation: OperationRow, outcome: Outcome, status: int) -> RunInputs:
    return run.instead(operation, operation._replace(outcome=outcome, status=status))


def forgotten(run: Run) -> RunInputs:
    """The driver has lost one; the vendors and the target have not."""
    return run.without(run.one_of(run.plainly_done))


def told_never_asked(run: Run) -> RunInputs:
    operation = run.one_of(run.plainly_done)
    return run.instead(operation, operation._replace(asks=0))


def renamed(run: Run) -> RunInputs:
    """An answer names an effect that is nobody's."""
    operation, answered, path = run.one_of(
        (each, answered, path)
        for each in run.plainly_done
        for answered in [json.loads(each.answered or "{}")]
        for path, value in answered.items()
        if value is not None and path in _named(run, each)
    )
    changed = {**answered, path: other_value(answered[path])}
    return run.instead(operation, operation._replace(answered=json.dumps(changed, sort_keys=True)))


def exchanged(run: Run) -> RunInputs:
    """Each of two callers has been given the other's answer."""
    speaking = [each for each in run.plainly_done if each.answered and _named(run, each)]
    first = run.one_of(speaking)
    others = (each for each in speaking if each.name == first.name and _differ(run, each, first))
    second = run.one_of(others)
    return run.changed(
        [(first, first._replace(answered=second.answered)), (second, second._replace(answered=first.answered))]
    )


def _named(run: Run, operation: OperationRow) -> frozenset[str]:
    """The paths of an answer that name effects."""
    terms = run.evidence.terms.get(operation.name)
    return frozenset(terms.names) if terms is not None else frozenset()


def _differ(run: Run, first: OperationRow, second: OperationRow) -> bool:
    paths = _named(run, first)
    one, other = (json.loads(each.answered or "{}") for each in (first, second))
    return any(one.get(path) != other.get(path) for path in paths)


def asked_otherwise(run: Run) -> RunInputs:
    """The caller asked for something else than what was done."""
    operation, wanted, kind, field = run.one_of(
        (each, wanted, kind, field)
        for each in run.plainly_done
        for wanted in [json.loads(each.as_asked or "{}")]
        for kind, fields in wanted.items()
        if any(effect.kind == kind for effect in run.effects_of[each.operation_id])
        for field, value in fields.items()
        if value is not None and not isinstance(value, dict | list)
    )
    changed: dict[str, Any] = {**wanted, kind: {**wanted[kind], field: other_value(wanted[kind][field])}}
    return run.instead(operation, operation._replace(as_asked=json.dumps(changed, sort_keys=True)))


def slower(run: Run) -> RunInputs:
    """Every answer, and every piece of one, by what no bound in a scenario allows."""
    return run.changed([(each, _slower(each)) for each in run.operations])


def _slower(operation: OperationRow) -> OperationRow:
    first, gap = operation.first_piece_s, operation.longest_gap_s
    return operation._replace(
        finished_s=operation.finished_s + SLOWER,
        longest_ask_s=operation.longest_ask_s + SLOWER,
        first_piece_s=None if first is None else first + SLOWER,
        longest_gap_s=None if gap is None else gap + SLOWER,
    )


def leaked(run: Run) -> RunInputs:
    operation = run.one_of(run.operations)
    return run.instead(operation, operation._replace(leaked='{"key": "***"}'))


def end_moved_back(run: Run) -> RunInputs:
    """What was seen as done is seen as waiting again, and stays so."""
    operation = run.one_of(
        each for each in run.operations if any(seen.means == Outcome.DONE for seen in each.states_seen)
    )
    seen = json.loads(operation.states)
    seen.append([seen[-1][0] + 1.0, "queued again", Outcome.REFUSED])
    return run.instead(operation, operation._replace(states=json.dumps(seen)))


def state_never_read(run: Run) -> RunInputs:
    followed = [each for each in run.operations if each.states]
    blind = json.dumps([[run.inputs.duration_s, "no answer", Outcome.UNKNOWN]])
    return run.changed([(each, each._replace(states=blind)) for each in followed])


def believed_a_refusal(run: Run) -> RunInputs:
    """Told no while its effect was there; that it asked again later and was told done is luck."""
    operation = run.one_of(run.plainly_done)
    there_s = max(each.at_s for each in run.effects_of[operation.operation_id])
    again_s = there_s + 0.5
    return run.instead(
        operation,
        operation._replace(
            asks=operation.asks + 1,
            after_refusal_s=again_s,
            again_at=json.dumps([*json.loads(operation.again_at or "[]"), again_s]),
            finished_s=max(operation.finished_s, again_s + 0.1),
        ),
    )


def all_of_them_lost(run: Run) -> RunInputs:
    """Of the second half of the run the driver has no rows, and says nothing of it."""
    half = sorted(each.intended_s for each in run.operations)[len(run.operations) // 2] if run.operations else 0.0
    return run.without(*(each for each in run.operations if each.intended_s >= half))


def asks_forgotten(run: Run) -> RunInputs:
    """It asked more often than it says, as the target tells."""
    ends = Counter(each.operation_id for each in run.told(Kind.OPERATION_FINISHED))
    answered = (each for each in run.operations if each.outcome != Outcome.UNKNOWN)
    operation = run.one_of(each for each in answered if each.asks > 1 and ends[each.operation_id] > 1)
    return run.instead(operation, operation._replace(asks=1, again_at=""))


DAMAGES: Final = (
    Damage(
        name="done-told-as-refused",
        about="a caller was told no, and it was done",
        noticed_by=("nothing_lost", "telemetry_true"),
        do=done_told_as_refused,
    ),
    Damage(
        name="done-told-as-accepted",
        about="a caller was told that it will be done, and the target tells that it was",
        noticed_by=("telemetry_true",),
        do=done_told_as_accepted,
    ),
    Damage(
        name="refused-told-as-done",
        about="a caller was told done, and it was refused",
        noticed_by=("nothing_lost", "exactly_once", "telemetry_true"),
        do=refused_told_as_done,
    ),
    Damage(
        name="waiting-told-as-done",
        about="a caller was told done, and it is a dead letter that waits",
        noticed_by=("nothing_lost", "telemetry_true"),
        do=waiting_told_as_done,
    ),
    Damage(
        name="unanswered",
        about="nobody was ever told that it was done",
        noticed_by=("success_rate", "goodput", "outcome", "as_asked", "latency"),
        where_demanded=True,
        do=unanswered,
    ),
    Damage(
        name="operation-forgotten",
        about="somebody asked, and the driver does not know of it",
        noticed_by=("exactly_once", "nothing_lost", "telemetry_true"),
        do=forgotten,
    ),
    Damage(
        name="operation-told-never-asked",
        about="something was done that the driver had left out",
        noticed_by=("exactly_once", "nothing_lost", "telemetry_true"),
        do=told_never_asked,
    ),
    Damage(name="answer-renamed", about="an answer names what is nobody's", noticed_by=("as_asked",), do=renamed),
    Damage(
        name="answers-exchanged",
        about="two callers were given each other's answers",
        noticed_by=("as_asked",),
        do=exchanged,
    ),
    Damage(
        name="asked-otherwise",
        about="what was done is not what the caller asked for",
        noticed_by=("as_asked",),
        do=asked_otherwise,
    ),
    Damage(
        name="answers-slower",
        about="every answer came most of a minute later",
        noticed_by=("latency", "deadline_respected"),
        where_demanded=True,
        do=slower,
    ),
    Damage(
        name="answer-leaks",
        about="a credential was in an answer",
        noticed_by=("no_secrets",),
        where_demanded=True,
        do=leaked,
    ),
    Damage(
        name="end-moved-back",
        about="what had ended did not stay as it ended",
        noticed_by=("finished_later",),
        do=end_moved_back,
    ),
    Damage(
        name="states-never-read",
        about="nobody could see what became of what was taken on",
        noticed_by=("finished_later",),
        do=state_never_read,
    ),
    Damage(
        name="refusal-believed",
        about="a caller was told no when it was done already, and asked again by luck",
        noticed_by=("nothing_lost",),
        do=believed_a_refusal,
    ),
    Damage(
        name="answers-half-lost",
        about="of the second half of the run the driver has nothing, and does not say so",
        noticed_by=("exactly_once", "nothing_lost", "telemetry_true"),
        do=all_of_them_lost,
    ),
    Damage(
        name="asks-forgotten",
        about="a caller asked more often than it says",
        noticed_by=("telemetry_true",),
        do=asks_forgotten,
    ),
)
