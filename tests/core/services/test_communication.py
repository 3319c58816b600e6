"""What a message is told by."""

from hypothesis import given
from hypothesis import strategies as st

from brownout_core.services.communication import reference
from tests.support.examples import examples


@given(st.text(max_size=128), st.text(max_size=128))
@examples(50)
def test_a_reference_is_short_and_its_operations_own(one: str, other: str) -> None:
    assert reference(one) == reference(one)
    assert (reference(one) == reference(other)) == (one == other)
    assert len(reference(one)) == 10
    assert reference(one).isalnum()
