"""What is measured of a ledger, held against the plainest way to count it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.measures import MEASURES, Measured, Span, per_second
from brownout_harness.judging.selection import Selection
from brownout_reports.rows import LedgerRow
from brownout_reports.spans import PhaseSpan
from brownout_simulators.faults.rule import Match
from tests.support.examples import examples
from tests.support.histories import effect, known, request

# Multiples of a half are exact, and few enough that instants coincide.
INSTANTS = st.integers(0, 40).map(lambda number: number / 2)
LENGTHS = st.integers(0, 8).map(lambda number: number / 2)
ROUTES = st.sampled_from(["POST /v1/payment_intents", "GET /v1/payment_intents/{id}"])
REQUESTS = st.lists(st.tuples(INSTANTS, LENGTHS, ROUTES), max_size=25)
SPANS = st.tuples(INSTANTS, LENGTHS.filter(bool)).map(lambda of: PhaseSpan("phase", of[0], of[0] + of[1]))
PHASE = PhaseSpan("phase", 5.0, 10.0)


def rows_of(drawn: list[tuple[float, float, str]]) -> list[LedgerRow]:
    return [
        request(seq, at_s=at_s, seq=seq, finished_s=at_s + length_s, route=route)
        for seq, (at_s, length_s, route) in enumerate(drawn)
    ]


def span_of(requests: list[LedgerRow], span: PhaseSpan = PHASE, match: str = "POST *", per_s: float = 1.0) -> Span:
    evidence = known(requests=requests, duration_s=25.0)
    return Span(evidence, "stripe", Selection(Match.parse(match)), span, per_s)


def measured(name: str, *requests: LedgerRow, span: PhaseSpan = PHASE, per_s: float = 1.0) -> Measured:
    return MEASURES[name](span_of(list(requests), span, per_s=per_s))


def at_once(requests: list[LedgerRow], span: PhaseSpan) -> int:
    """At the span's start, and at each arrival in it: who came by then and is answered later, and who comes."""

    def there(at_s: float) -> int:
        open_then = sum(each.at_s <= at_s < each.finished_s for each in requests)
        return open_then + any(each.at_s == at_s == each.finished_s for each in requests)

    return max(there(at_s) for at_s in [span.start_s, *(each.at_s for each in requests if span.covers(each.at_s))])


@pytest.mark.thorough
@examples(200)
@given(drawn=REQUESTS, span=SPANS, per_s=st.sampled_from([0.5, 1.0, 2.5]))
def test_each_measure_is_what_counting_one_by_one_gives(
    drawn: list[tuple[float, float, str]], span: PhaseSpan, per_s: float
) -> None:
    everyone = rows_of(drawn)
    posts = [each for each in everyone if each.route.startswith("POST")]
    inside = [each for each in posts if span.covers(each.at_s)]
    to_vendor = [each for each in everyone if span.covers(each.at_s)]
    of = span_of(everyone, span, per_s=per_s)
    found = {name: measure(of).value for name, measure in MEASURES.items()}
    instants = [each.at_s for each in inside]
    assert found == {
        "count": len(inside),
        "rate": pytest.approx(len(inside) / span.duration_s),
        "peak": max((sum(start <= at_s < start + per_s for at_s in instants) for start in instants), default=0),
        "in_flight": at_once(posts, span),
        "share": len(inside) / len(to_vendor) if to_vendor else 0,
        "sum": 0,
    }


def test_a_request_belongs_to_the_phase_in_which_it_was_received() -> None:
    before, within, after = (request(n, at_s=at_s, seq=n, finished_s=at_s + 4) for n, at_s in enumerate((4, 9.9, 10)))
    assert measured("count", before, within, after).value == 1


def test_one_that_came_before_the_phase_is_in_flight_until_it_is_answered() -> None:
    early = [request(n, at_s=4.0, seq=n, finished_s=6.0) for n in range(3)]
    assert measured("in_flight", *early) == Measured(3.0, 5.0)
    assert measured("count", *early).value == 0
    assert measured("in_flight", *(each._replace(finished_s=5.0) for each in early)).value == 0


def test_one_that_is_answered_as_another_comes_was_not_there_together_with_it() -> None:
    in_turn = [request(n, at_s=6.0 + n, seq=n, finished_s=7.0 + n) for n in range(3)]
    assert measured("in_flight", *in_turn).value == 1


def test_one_that_is_answered_in_the_same_instant_was_in_flight_all_the_same() -> None:
    """In virtual time an answer may take no time at all."""
    at_once = [request(n, at_s=6.0, seq=n, finished_s=6.0) for n in range(5)]
    assert measured("in_flight", *at_once).value == 1
    assert measured("in_flight", request(9, at_s=5.5, seq=9, finished_s=8.0), *at_once).value == 2


def test_a_peak_is_wherever_it_is_and_not_in_whole_seconds() -> None:
    across = [request(n, at_s=at_s, seq=n) for n, at_s in enumerate((6.8, 6.9, 7.1, 7.2))]
    assert measured("peak", *across) == Measured(4.0, 6.8)
    assert measured("peak", *across, per_s=0.3).value == 2
    assert measured("peak", *across, request(9, at_s=7.8, seq=9)).value == 4


def test_the_whole_run_lasts_to_the_end_of_the_drain() -> None:
    whole = PhaseSpan("", float("-inf"), float("inf"))
    assert measured("rate", *(request(n, at_s=float(n), seq=n) for n in range(25)), span=whole).value == 1.0
    assert span_of([], whole).length_s == 25.0
    assert Span(Evidence(), "stripe", Selection(Match()), whole).length_s == 0.0
    assert per_second(3.0, 0.0) == 0.0


def test_a_sum_is_of_what_the_requests_caused_whenever_it_was_committed() -> None:
    requests = [request(n, at_s=4.0 + n, seq=n, id=f"req-{n}") for n in range(4)]
    caused = [effect(n, at_s=20.0, seq=10 + n, request_id=f"req-{n}", amount=10**n) for n in range(4)]
    foreign = effect(7, name="notify", seq=20, request_id="req-1", amount=5_000_000)
    evidence = known(requests=requests, effects=[*caused, foreign], duration_s=25.0)
    of = Span(evidence, "stripe", Selection(Match.parse("POST *")), PHASE)
    assert MEASURES["sum"](of).value == 1110
    assert MEASURES["sum"](Span(evidence, "stripe", Selection(Match.parse("GET *")), PHASE)).value == 0
