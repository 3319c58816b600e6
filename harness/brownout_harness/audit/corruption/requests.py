"""Damages to the requests in the vendors' books, beside what the target tells of them."""

from collections.abc import Iterator
from typing import Final

from brownout_core.telemetry import Kind
from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import EventRow, LedgerRow

FAR_S: Final = 10.0
"""Longer than any two clocks are apart."""


def hidden(run: Run) -> RunInputs:
    """With all that the operation sent there: of what an attempt sends by several routes, one may be left out."""
    request = run.one_of(_of_ok_attempts(run))
    return run.without(*_with(run, request))


def _with(run: Run, request: LedgerRow) -> list[LedgerRow]:
    return [each for each in run.requests_of[request.operation_id] if each.vendor == request.vendor]


def untold(run: Run) -> RunInputs:
    """A retry that no telemetry tells of."""
    return run.put(_again(run, run.one_of(_of_ok_attempts(run))))


def _again(run: Run, request: LedgerRow) -> LedgerRow:
    at_s, took_s = request.finished_s + 0.01, request.finished_s - request.at_s
    id = f"{request.id}-again"  # noqa: A001
    return request._replace(seq=run.free_seq(request.vendor), id=id, at_s=at_s, finished_s=at_s + took_s)


def three_for_each(run: Run) -> RunInputs:
    """Two of them untold."""
    vendor = run.one_of(_of_ok_attempts(run)).vendor
    seq, more = run.free_seq(vendor), []
    for number, each in enumerate(one for one in run.requests if one.vendor == vendor and one.operation_id):
        for copy in (1, 2):
            at_s = each.at_s + copy * 0.001
            more.append(each._replace(seq=seq + 2 * number + copy, id=f"{each.id}-{copy}", at_s=at_s))
    return run.put(*more)


def moved_to_another_operation(run: Run) -> RunInputs:
    request = run.one_of(_of_ok_attempts(run))
    other = run.one_of(
        each for each in _of_ok_attempts(run)
        if each.vendor == request.vendor and each.operation_id != request.operation_id
    )  # fmt: skip
    return run.changed([(each, each._replace(operation_id=other.operation_id)) for each in _with(run, request)])


def long_before_its_attempt(run: Run) -> RunInputs:
    request = run.one_of(_of_ok_attempts(run))
    moved = ((each, each.at_s - FAR_S, each.finished_s - FAR_S) for each in _with(run, request))
    return run.changed([(each, each._replace(at_s=at_s, finished_s=end_s)) for each, at_s, end_s in moved])


def answered_with_an_error(run: Run) -> RunInputs:
    """What the target says was well."""
    request = run.one_of(_of_ok_attempts(run))
    return run.changed([(each, each._replace(status=503)) for each in _with(run, request)])


def answered_well(run: Run) -> RunInputs:
    """What the target says was an error."""
    failed = _failed(run)
    request = run.one_of(each for each in run.requests if (each.vendor, each.operation_id) in failed)
    return run.changed([(each, each._replace(status=200, ending="complete")) for each in _with(run, request)])


def never_answered(run: Run) -> RunInputs:
    request = run.one_of(_of_ok_attempts(run))
    return run.changed([(each, each._replace(status=0, ending="hang", chunks=0)) for each in _with(run, request)])


def of_a_vendor_removed(run: Run) -> RunInputs:
    """The first half of the run is the vendor's, the second nobody's."""
    vendor = run.one_of(_of_ok_attempts(run)).vendor
    return run.without(*(each for each in run.requests if each.vendor == vendor))


def second_half_of_the_books_lost(run: Run) -> RunInputs:
    half = sorted(each.at_s for each in run.requests)[len(run.requests) // 2]
    return run.without(*(each for each in (*run.requests, *run.effects) if each.at_s >= half))


def books_by_another_clock(run: Run) -> RunInputs:
    vendor = run.one_of(_of_ok_attempts(run)).vendor
    rows = [each for each in (*run.requests, *run.effects) if each.vendor == vendor]
    return run.changed([(e, e._replace(at_s=e.at_s + FAR_S, finished_s=e.finished_s + FAR_S)) for e in rows])


def _of_ok_attempts(run: Run) -> Iterator[LedgerRow]:
    """Requests of operations whose one attempt at that vendor is told, and told to have ended well."""
    ok = _told_once(run, "ok")
    return (each for each in run.requests if (each.vendor, each.operation_id) in ok and 200 <= each.status < 300)


def _failed(run: Run) -> set[tuple[str, str]]:
    return _told_once(run, "vendor_unavailable")


def _told_once(run: Run, outcome: str) -> set[tuple[str, str]]:
    """Vendor and operation, where there was one attempt, and it came to that."""
    ends: dict[tuple[str, str], list[EventRow]] = {}
    starts: dict[tuple[str, str], int] = {}
    for each in run.events:
        place = (each.vendor, each.operation_id)
        if each.kind == Kind.ATTEMPT_FINISHED and each.operation_id:
            ends.setdefault(place, []).append(each)
        elif each.kind == Kind.ATTEMPT_STARTED and each.operation_id:
            starts[place] = starts.get(place, 0) + 1
    return {
        place
        for place, some in ends.items()
        if len(some) == 1 and some[0].outcome == outcome and starts.get(place) == 1
    }


TOLD: Final = ("telemetry_true",)
DAMAGES: Final = (
    Damage(
        name="request-hidden",
        about="an attempt is told to have ended well, and nothing reached the vendor",
        noticed_by=TOLD,
        do=hidden,
    ),
    Damage(name="request-untold", about="a retry of which nothing is told", noticed_by=TOLD, do=untold),
    Damage(
        name="requests-tripled",
        about="each request reached the vendor three times, and one is told of",
        noticed_by=("telemetry_true", "amplification"),
        do=three_for_each,
    ),
    Damage(
        name="request-moved",
        about="what one operation is told to have asked, another one has",
        noticed_by=TOLD,
        do=moved_to_another_operation,
    ),
    Damage(
        name="request-before-its-attempt",
        about="it reached the vendor before any attempt had begun",
        noticed_by=TOLD,
        do=long_before_its_attempt,
    ),
    Damage(
        name="request-answered-with-an-error",
        about="the vendor said 503, and the target tells that all was well",
        noticed_by=TOLD,
        do=answered_with_an_error,
    ),
    Damage(
        name="request-answered-well",
        about="the vendor said 200, and the target tells of an outage",
        noticed_by=TOLD,
        do=answered_well,
    ),
    Damage(
        name="request-never-answered",
        about="the vendor said nothing, and the target tells that all was well",
        noticed_by=TOLD,
        do=never_answered,
    ),
    Damage(
        name="requests-of-a-vendor-removed",
        about="the target tells of attempts, and nothing reached that vendor",
        noticed_by=TOLD,
        do=of_a_vendor_removed,
    ),
    Damage(
        name="books-half-lost",
        about="the second half of every ledger is gone, and nobody says so",
        noticed_by=("telemetry_true", "nothing_lost", "exactly_once"),
        do=second_half_of_the_books_lost,
    ),
    Damage(
        name="books-by-another-clock",
        about="a vendor's clock is seconds ahead of the harness's",
        noticed_by=TOLD,
        do=books_by_another_clock,
    ),
)
