import pytest

from brownout_harness.wire.toxics import KINDS
from brownout_harness.wire.toxics.kind import Kind, ToxicError
from brownout_harness.wire.toxics.latency import Latency

EVERY = [(kind, name) for kind in KINDS.values() for name in kind.ATTRIBUTES]


@pytest.mark.parametrize(("kind", "name"), EVERY)
@pytest.mark.parametrize("value", [-1, 2**62, True, "1", 1.5, [], float("nan")])
def test_an_attribute_that_makes_no_sense_is_refused_by_its_name(kind: type[Kind], name: str, value: object) -> None:
    with pytest.raises(ToxicError, match=f"^{name} must be "):
        kind.from_attributes({name: value})


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), None, "1"])
def test_so_it_is_where_it_is_made_in_python(value: object) -> None:
    with pytest.raises(ToxicError, match=r"^latency must be from 0 to 2147483647, got "):
        Latency(latency_ms=value)  # type: ignore[arg-type]


def test_parts_of_a_millisecond_are_for_python_alone() -> None:
    assert Latency(latency_ms=0.5).latency_ms == 0.5


def test_an_unknown_attribute_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ToxicError, match=r"^no such attribute: latancy; do you mean latency\?$"):
        Latency.from_attributes({"latancy": 1})


def test_attributes_that_are_left_out_stay_as_they_were_or_are_0() -> None:
    assert Latency.from_attributes({"jitter": None}) == Latency()
    changed = Latency.from_attributes({"jitter": 5}, Latency(latency_ms=100))
    assert changed.as_attributes() == {"latency": 100, "jitter": 5}
