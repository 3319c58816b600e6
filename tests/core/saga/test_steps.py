"""What a saga may be declared as."""

import pytest

from brownout_core.saga.steps import Saga, Step


async def do(_job: object, _asking: object) -> dict[str, str]:
    return {}


async def look(_job: object, _asking: object) -> list[str]:
    return []


async def undo(_job: object, _asking: object, _name: str) -> None:
    return


GOOD: Step[object] = Step(name="a", do=do, look=look, undo=undo)
ONWARD: Step[object] = Step(name="b", do=do)


def test_up_to_the_pivot_every_step_can_be_taken_back_and_behind_it_none_need_be() -> None:
    assert Saga([GOOD, ONWARD], "a").reversible == [GOOD]
    with pytest.raises(TypeError, match="the step b comes before b is done, and cannot be taken back"):
        Saga([GOOD, ONWARD], "b")


@pytest.mark.parametrize(("steps", "pivot"), [([GOOD, GOOD], "a"), ([GOOD], "c")])
def test_steps_have_names_of_their_own_and_the_pivot_is_one(steps: list[Step[object]], pivot: str) -> None:
    with pytest.raises(TypeError, match="need names of their own"):
        Saga(steps, pivot)
