"""Damages to what the target tells of itself: hidden, invented, told otherwise, or late."""

from typing import Final

from brownout_core.telemetry import Kind
from brownout_harness.audit.corruption.damage import ANYBODY, Damage, Run
from brownout_harness.judging.expectations.telling import CLOSED, HALF_OPEN, OPEN
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import EventRow, LedgerRow, Outcome

LATE_S: Final = 10.0


def attempt_hidden(run: Run) -> RunInputs:
    """The beginning and the end of one that had reached the vendor."""
    start = run.one_of(_first_attempts(run))
    return run.without(*(each for each in run.events if each.kind in _ATTEMPT and _place(each) == _place(start)))


_ATTEMPT: Final = (Kind.ATTEMPT_STARTED, Kind.ATTEMPT_FINISHED)


def _place(event: EventRow) -> tuple[str, str]:
    return event.vendor, event.operation_id


def _first_attempts(run: Run) -> list[EventRow]:
    """Of operations whose request is in the vendor's books."""
    there = {(each.vendor, each.operation_id) for each in run.requests if each.operation_id}
    return [each for each in run.told(Kind.ATTEMPT_STARTED) if _place(each) in there and each.operation_id]


def attempt_told_late(run: Run) -> RunInputs:
    """By seconds, after its request had long arrived."""
    start = run.one_of(_first_attempts(run))
    its = [each for each in run.events if each.kind in _ATTEMPT and _place(each) == _place(start)]
    return run.changed([(each, each._replace(at_s=each.at_s + LATE_S)) for each in its])


def attempt_invented(run: Run) -> RunInputs:
    """One that is told to have ended well at a vendor that the operation never asked."""
    end = run.one_of(run.told(Kind.ATTEMPT_FINISHED, "ok"))
    asked = {(each.vendor, each.operation_id) for each in run.requests}
    other = run.one_of(each for each in run.operations if (end.vendor, each.operation_id) not in asked and each.asks)
    return run.put(end._replace(operation_id=other.operation_id, at_s=other.finished_s, duration_s=0.0))


def attempt_told_as_failed(run: Run) -> RunInputs:
    """And all that its operation asked there was answered well. What is under no operation's id may have been its."""
    unwell = {_place_of(each) for each in run.requests if not (200 <= each.status < 300 and each.ending == "complete")}
    nameless = [(each.vendor, each.at_s) for each in run.requests if not each.operation_id]
    end = run.one_of(
        each
        for each in run.told(Kind.ATTEMPT_FINISHED, "ok")
        if each.operation_id
        and _place(each) not in unwell
        and not any(vendor == each.vendor and abs(at_s - each.at_s) <= each.duration_s + 1 for vendor, at_s in nameless)
    )
    return run.instead(end, end._replace(outcome="vendor_unavailable"))


def _place_of(request: LedgerRow) -> tuple[str, str]:
    return request.vendor, request.operation_id


def failure_told_as_well(run: Run) -> RunInputs:
    """And nothing else of that operation's was answered well there."""
    well = {(each.vendor, each.operation_id) for each in run.requests if 200 <= each.status < 300}
    failed = run.told(Kind.ATTEMPT_FINISHED, "vendor_unavailable")
    end = run.one_of(each for each in failed if _place(each) not in well and each.operation_id)
    return run.instead(end, end._replace(outcome="ok"))


def end_hidden(run: Run) -> RunInputs:
    done = {each.operation_id for each in run.plainly_done if each.asks == 1}
    return run.without(run.one_of(each for each in run.told(Kind.OPERATION_FINISHED) if each.operation_id in done))


def end_told_otherwise(run: Run) -> RunInputs:
    done = {each.operation_id for each in run.plainly_done if each.asks == 1}
    ends = run.told(Kind.OPERATION_FINISHED, "done")
    end = run.one_of(each for each in ends if each.operation_id in done)
    return run.instead(end, end._replace(outcome=run.random.choice(["refused", "unknown", "dead_lettered"])))


def end_told_twice(run: Run) -> RunInputs:
    once = {each.operation_id for each in run.operations if each.asks == 1 and each.outcome == Outcome.DONE}
    end = run.one_of(each for each in run.told(Kind.OPERATION_FINISHED) if each.operation_id in once)
    return run.put(end._replace(at_s=end.at_s + 0.001))


def end_told_as_longer(run: Run) -> RunInputs:
    """Than since anybody asked for it."""
    sent_s = {each.operation_id: each.sent_s for each in run.operations if each.asks}
    end = run.one_of(each for each in run.told(Kind.OPERATION_FINISHED) if each.operation_id in sent_s)
    return run.instead(end, end._replace(duration_s=end.at_s - sent_s[end.operation_id] + 1))


def letter_untold(run: Run) -> RunInputs:
    """Of an operation that was asked for once, and told to have ended as one that is set aside."""
    once = {each.operation_id for each in run.operations if each.asks == 1}
    ends = {each.detail for each in run.told(Kind.OPERATION_FINISHED, "dead_lettered") if each.operation_id in once}
    letter = run.one_of(each for each in run.told(Kind.DEAD_LETTERED) if each.detail in ends)
    return run.without(*(each for each in run.told(Kind.DEAD_LETTERED) if each.detail == letter.detail))


def end_of_nobody(run: Run) -> RunInputs:
    end = run.one_of(run.told(Kind.OPERATION_FINISHED))
    return run.put(end._replace(operation_id="nobody-asked-for-this"))


def opening_hidden(run: Run) -> RunInputs:
    """The breaker is told to have gone from closed to half-open. One after which nothing is told has no consequence."""
    moves = run.told(Kind.BREAKER_TRANSITION)
    last_s = {(each.vendor, each.process): each.at_s for each in moves}
    openings = (each for each in moves if each.outcome == OPEN and each.at_s < last_s[each.vendor, each.process])
    return run.without(run.one_of(openings))


def opening_invented(run: Run) -> RunInputs:
    """At a vendor that was asked as ever for the rest of the run."""
    vendor = run.one_of(sorted({each.vendor for each in run.told(Kind.ATTEMPT_STARTED)} - _moved(run)))
    first = min((each for each in run.told(Kind.ATTEMPT_STARTED) if each.vendor == vendor), key=lambda each: each.at_s)
    opening = EventRow(
        at_s=first.at_s,
        kind=Kind.BREAKER_TRANSITION,
        vendor=vendor,
        outcome=OPEN,
        detail="closed->open",
        process=first.process,
    )
    return run.put(opening)


def _moved(run: Run) -> set[str]:
    return {each.vendor for each in run.told(Kind.BREAKER_TRANSITION)}


def flapped(run: Run) -> RunInputs:
    """Before it really opens it does so for a moment, over and over: too short for any request to contradict it."""
    vendor = run.one_of(sorted(_moved(run)))
    first = next(each for each in run.told(Kind.BREAKER_TRANSITION) if each.vendor == vendor)
    steps = ((CLOSED, OPEN), (OPEN, HALF_OPEN), (HALF_OPEN, CLOSED))
    return run.put(
        *(
            first._replace(at_s=first.at_s * part / 20 + number / 1000, outcome=after, detail=f"{before}->{after}")
            for part in range(1, 20)
            for number, (before, after) in enumerate(steps)
        )
    )


def transitions_hidden(run: Run) -> RunInputs:
    """The breaker is told to have stayed closed."""
    vendor = run.one_of(_moved(run))
    return run.without(*(each for each in run.told(Kind.BREAKER_TRANSITION) if each.vendor == vendor))


def limiter_blamed(run: Run) -> RunInputs:
    """For one that nothing had turned away."""
    return _blamed(run, "limiter")


def bulkhead_blamed(run: Run) -> RunInputs:
    return _blamed(run, "bulkhead")


def _blamed(run: Run, policy: str) -> RunInputs:
    # Toward the end nobody knows what was still under way, and held a place.
    early = (each for each in run.told(Kind.ATTEMPT_STARTED) if each.at_s < run.evidence.end_of_load_s / 2)
    start = run.one_of(early)
    return run.put(start._replace(kind=Kind.CALL_REJECTED, outcome=policy, attempt=0))


def defect_told(run: Run) -> RunInputs:
    event = run.one_of(run.told(Kind.OPERATION_FINISHED))
    return run.put(event._replace(kind=Kind.DEFECT, outcome="key_error", detail="request-1"))


def silenced(run: Run) -> RunInputs:
    """Nothing at all is told."""
    return run.without(*run.events)


def attempts_silenced(run: Run) -> RunInputs:
    """At one vendor."""
    vendor = run.one_of({each.vendor for each in _first_attempts(run)})
    return run.without(*(each for each in run.events if each.kind in _ATTEMPT and each.vendor == vendor))


def second_half_silenced(run: Run) -> RunInputs:
    half = sorted(each.at_s for each in run.events)[len(run.events) // 2] if run.events else 0.0
    return run.without(*(each for each in run.events if each.at_s >= half))


def secret_told(run: Run) -> RunInputs:
    event, secret = run.one_of(run.events), run.one_of(sorted(run.inputs.secrets))
    return run.put(event._replace(detail=f"header Authorization: Bearer {secret}"))


TOLD: Final = ("telemetry_true",)
DAMAGES: Final = (
    Damage(name="attempt-hidden", about="a request that no attempt sent", noticed_by=TOLD, do=attempt_hidden),
    Damage(
        name="attempt-told-late",
        about="a request was there seconds before its attempt",
        noticed_by=TOLD,
        do=attempt_told_late,
    ),
    Damage(
        name="attempt-invented",
        about="an attempt ended well, and nothing reached the vendor",
        noticed_by=TOLD,
        do=attempt_invented,
    ),
    Damage(
        name="attempt-told-as-failed",
        about="an outage is told of, and the vendor had answered well",
        noticed_by=TOLD,
        do=attempt_told_as_failed,
    ),
    Damage(
        name="failure-told-as-well",
        about="all was well, it is told, and the vendor had failed",
        noticed_by=TOLD,
        do=failure_told_as_well,
    ),
    Damage(name="end-hidden", about="a caller was told done, and nothing tells of it", noticed_by=TOLD, do=end_hidden),
    Damage(
        name="end-told-otherwise",
        about="a caller was told another end than is told of",
        noticed_by=TOLD,
        do=end_told_otherwise,
    ),
    Damage(name="end-told-twice", about="asked for once, ended twice", noticed_by=TOLD, do=end_told_twice),
    Damage(name="end-told-as-longer", about="longer than since it was asked", noticed_by=TOLD, do=end_told_as_longer),
    Damage(name="letter-untold", about="set aside, and nothing told of its letter", noticed_by=TOLD, do=letter_untold),
    Damage(name="end-of-nobody", about="something ended that nobody asked for", noticed_by=TOLD, do=end_of_nobody),
    Damage(
        name="opening-hidden",
        about="a breaker went where none can go",
        noticed_by=("breaker", "telemetry_true"),
        do=opening_hidden,
    ),
    Damage(
        name="opening-invented",
        about="a breaker is told to be open, and the vendor is asked as ever",
        noticed_by=("breaker", "telemetry_true"),
        do=opening_invented,
    ),
    Damage(
        name="breaker-flapped",
        about="a breaker opened and closed over and over",
        noticed_by=("breaker",),
        where_demanded=True,
        do=flapped,
    ),
    Damage(
        name="transitions-hidden",
        about="a breaker is told to have stayed closed, and callers were turned away",
        noticed_by=("breaker", "telemetry_true"),
        do=transitions_hidden,
    ),
    Damage(
        name="limiter-blamed",
        about="the limiter is told to have turned away what was served",
        noticed_by=TOLD,
        do=limiter_blamed,
    ),
    Damage(
        name="bulkhead-blamed",
        about="the bulkhead is told to have turned away what was served",
        noticed_by=TOLD,
        do=bulkhead_blamed,
    ),
    Damage(name="defect-told", about="an error that nobody expected", noticed_by=("no_defects",), do=defect_told),
    Damage(name="telling-silenced", about="the target tells nothing", noticed_by=(*TOLD, ANYBODY), do=silenced),
    Damage(
        name="attempts-silenced",
        about="of one vendor's attempts nothing is told",
        noticed_by=TOLD,
        do=attempts_silenced,
    ),
    Damage(
        name="telling-half-lost",
        about="the second half of what was told is gone",
        noticed_by=TOLD,
        do=second_half_silenced,
    ),
    Damage(
        name="secret-told",
        about="a credential is in what is told",
        noticed_by=("no_secrets",),
        where_demanded=True,
        do=secret_told,
    ),
)
