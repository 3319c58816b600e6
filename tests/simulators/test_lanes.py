"""Items by their instants."""

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.lanes import Lanes
from tests.support.examples import examples

DUE = st.floats(0, 8).map(lambda due_s: round(due_s, 1))


@given(
    st.lists(st.one_of(st.tuples(st.just("add"), DUE), st.tuples(st.just("pop"), DUE), st.tuples(st.just("keep"), DUE)))
)
@examples(200)
def test_they_come_in_the_order_of_their_instants_and_then_of_their_coming(doings: list[tuple[str, float]]) -> None:
    lanes, plain = Lanes[tuple[float, int]](), list[tuple[float, int]]()
    for number, (what, at_s) in enumerate(doings):
        if what == "add":
            lanes.add(at_s, (at_s, number))
            plain = sorted([*plain, (at_s, number)])
        elif what == "pop":
            expected = plain.pop(0) if plain and plain[0][0] <= at_s else None
            assert lanes.pop_due(at_s) == expected
        else:
            lanes.keep(lambda item, at_s=at_s: item[0] != at_s)  # type: ignore[misc]
            plain = [item for item in plain if item[0] != at_s]
        assert len(lanes) == len(plain)
        assert sorted(lanes) == plain
        assert lanes.next_due_s == (plain[0][0] if plain else None)


def test_items_that_are_put_off_by_few_spans_take_few_lanes() -> None:
    lanes = Lanes[int]()
    for number in range(3_000):
        for span_s in (0.5, 0.05, 0.2):
            lanes.add(number / 1000 + span_s, number)
        while lanes.pop_due(number / 1000) is not None:
            pass
    assert len(lanes) > 700
    assert len(lanes._lanes) == 3
    lanes.clear()
    assert (len(lanes), lanes.next_due_s, list(lanes)) == (0, None, [])
