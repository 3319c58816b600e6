from collections.abc import Sequence

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from brownout_harness.wire.toxic import Toxic
from brownout_harness.wire.toxics import KINDS
from brownout_harness.wire.toxics.kind import MOST, End, ToxicError
from tests.harness.wire.links import Line, toxic
from tests.support.examples import examples

SLOW = toxic("latency", latency=100)


def test_without_toxics_everything_passes_at_once() -> None:
    line = Line()
    line.write(b"x" * 100_000)
    line.end()
    assert line.chain.is_empty
    assert line.received == b"x" * 100_000
    assert line.ends == [(0, End.EOF)]


def test_a_toxic_that_is_added_finds_an_open_connection() -> None:
    line = Line()
    line.write(b"a")
    line.until(1).add(SLOW)
    line.write(b"b")
    assert line.until(2).seen == [(0, b"a"), (1.1, b"b")]


def test_what_a_toxic_holds_goes_on_in_order_when_it_is_removed_or_changed() -> None:
    line = Line(SLOW)
    line.write(b"a")
    line.write(b"b")
    line.until(0.05).change(toxic("latency", latency=500))
    line.write(b"c")
    line.until(0.1).remove("latency")
    line.write(b"d")
    assert line.until(2).seen == [(0.05, b"a"), (0.05, b"b"), (0.1, b"c"), (0.1, b"d")]


def test_late_calls_do_not_add_up() -> None:
    line = Line(SLOW, toxic("slow_close", delay=100))
    line.write(b"a")
    line.end()
    line.now_s = 0.15  # nobody called meanwhile
    assert line.until(1).seen == [(0.15, b"a"), (0.2, End.EOF)]


def test_after_its_end_nothing_leaves_a_link() -> None:
    line = Line(toxic("limit_data", bytes=1))
    line.write(b"abc")
    line.write(b"def")
    line.end()
    assert line.until(9).seen == [(0, b"a"), (0, End.CLOSE)]
    assert line.chain.is_over
    assert line.chain.next_s is None


def struck_of(toxicity: float, *, seed: int = 7, change: bool = False) -> list[bool]:
    struck = []
    for connection in range(1, 201):
        line = Line(toxic("timeout", toxicity=toxicity), seed=seed, connection=connection)
        if change:
            line.change(toxic("timeout", toxicity=toxicity))
            line.add(toxic("noop", name="another"))
            line.remove("another")
        line.write(b"x")
        struck.append(not line.received)
        assert bool(line.strikes) is struck[-1]
    return struck


def test_toxicity_is_a_share_of_the_connections_which_the_seed_chooses() -> None:
    assert 75 < sum(struck_of(0.5)) < 125
    assert struck_of(0.5) == struck_of(0.5) != struck_of(0.5, seed=8)
    assert not any(struck_of(0))
    assert all(struck_of(1))


def test_which_connections_are_struck_does_not_change_when_something_else_does() -> None:
    assert struck_of(0.5, change=True) == struck_of(0.5)


def test_a_larger_share_strikes_the_same_connections_and_more() -> None:
    assert all(more for few, more in zip(struck_of(0.3), struck_of(0.6), strict=True) if few)


TOXICS = st.sampled_from(
    [
        toxic("latency", latency=50, jitter=60),
        toxic("bandwidth", rate=3),
        toxic("slicer", average_size=40, size_variation=20, delay=700),
        toxic("slow_close", delay=80),
        toxic("noop"),
    ]
)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.binary(min_size=1, max_size=400)),
    st.tuples(st.just("wait"), st.floats(0, 0.3)),
    st.tuples(st.just("add"), TOXICS),
    st.tuples(st.just("change"), st.sampled_from([0.0, 1.0])),
    st.tuples(st.just("remove"), st.integers(0, 5)),
)


@given(st.lists(STEPS, max_size=30))
@examples(200)
def test_whatever_is_added_and_removed_meanwhile_no_byte_is_lost_or_out_of_place(
    steps: list[tuple[str, object]],
) -> None:
    line, there, written = Line(), dict[str, Toxic](), b""
    for step, given_ in steps:
        if isinstance(given_, bytes):
            written += given_
            line.write(given_)
        elif isinstance(given_, Toxic) and given_.name not in there:
            there[given_.name] = given_
            line.add(given_)
        elif step == "wait" and isinstance(given_, float):
            line.until(line.now_s + given_)
        elif step == "change" and isinstance(given_, float) and there:
            line.change(next(iter(there.values())).changed({}, toxicity=given_))
        elif step == "remove" and isinstance(given_, int) and there:
            name = list(there)[given_ % len(there)]
            del there[name]
            line.remove(name)
    line.end()
    line.until(line.now_s + 3600)
    assert line.received == written
    assert [end for _, end in line.ends] == [End.EOF]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_instants(seed: int) -> None:
    def seen(of_seed: int) -> Sequence[object]:
        line = Line(toxic("latency", latency=50, jitter=50), seed=of_seed)
        for at in range(20):
            line.until(at / 5).write(b"x")
        return line.until(10).seen

    assert seen(seed) == seen(seed) != seen(seed + 1)


NUMBERS = st.one_of(st.integers(0, 50), st.integers(0, MOST), st.just(MOST))


@st.composite
def settable(draw: st.DrawFn) -> Toxic:
    """Any toxic that may be set at all."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    try:
        made = kind.from_attributes({name: draw(NUMBERS) for name in kind.ATTRIBUTES})
    except ToxicError:
        reject()
    return Toxic(name="t", kind=made, toxicity=draw(st.floats(0, 1)))


@given(settable(), st.lists(st.binary(min_size=1, max_size=3_000), max_size=4))
@examples(200)
def test_whatever_may_be_set_does_without_a_fault_what_it_does(made: Toxic, chunks: list[bytes]) -> None:
    line = Line(made)
    for chunk in chunks:
        line.write(chunk)
        line.until(line.now_s + 0.01)
    line.end()
    line.until(line.now_s + 2 * MOST)
    written = b"".join(chunks)
    assert written.startswith(line.received)
    assert len(line.ends) <= 1
    assert line.received == written or line.strikes, "what is missing was struck, and is in the books"
