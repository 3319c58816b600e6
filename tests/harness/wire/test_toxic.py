import pytest

from brownout_harness.wire.toxic import kind_named
from brownout_harness.wire.toxics.kind import ToxicError
from tests.harness.wire.links import toxic


@pytest.mark.parametrize("toxicity", [-0.1, 1.1, float("nan"), True])
def test_a_toxicity_is_a_share(toxicity: float) -> None:
    with pytest.raises(ToxicError, match=r"^toxicity must be from 0 to 1, got "):
        toxic("noop", toxicity=toxicity)


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(ToxicError, match=r"^no such toxic: latencies; do you mean latency\?$"):
        kind_named("latencies")


def test_a_change_keeps_what_it_does_not_name() -> None:
    before = toxic("latency", latency=100, jitter=5)
    after = before.changed({"jitter": 6}, toxicity=0.5)
    assert (after.name, after.type, after.toxicity) == ("latency", "latency", 0.5)
    assert after.kind.as_attributes() == {"latency": 100, "jitter": 6}
    assert after.changed({}).toxicity == 0.5
