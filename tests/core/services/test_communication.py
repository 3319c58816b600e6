"""What a message is told by."""

from hypothesis import given
from hypothesis import strategies as st

from brownout_core.services.communication import Further, Looked, Sent, reference, search
from tests.support.aio import virtually
from tests.support.examples import examples


@given(st.text(max_size=128), st.text(max_size=128))
@examples(50)
def test_a_reference_is_short_and_its_operations_own(one: str, other: str) -> None:
    assert reference(one) == reference(one)
    assert (reference(one) == reference(other)) == (one == other)
    assert len(reference(one)) == 10
    assert reference(one).isalnum()


def test_a_search_goes_on_until_it_is_found_or_nothing_is_left() -> None:
    sent = Sent("m", "queued")

    def pages(*looked: Looked) -> tuple[Sent | None, int]:
        left, asked = list(looked), []

        async def look(further: Further | None) -> Looked:
            asked.append(further)
            return left.pop(0)

        found = virtually(search(look))
        assert asked == [None, *(each.further for each in looked[: len(asked) - 1])]
        return found, len(asked)

    more = Looked(None, Further("c", 0.0, 1))
    assert pages(more, more, Looked(sent), Looked(None)) == (sent, 3)
    assert pages(more, Looked(None)) == (None, 2)
    assert pages(Looked(sent, Further("c", 0.0, 1))) == (sent, 1)
