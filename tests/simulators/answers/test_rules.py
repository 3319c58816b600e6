"""Which rule applies, and which of its steps is due."""

import pytest

from brownout_simulators.answers.asked import Asked, Tool
from brownout_simulators.answers.rules import Rule, Step, ToCall, When, filled
from brownout_simulators.patterns import Pattern


def _asked(says: str = "hello", **fields: object) -> Asked:
    return Asked(**{"model": "gpt-4o-mini", "says": says, "key": b"key", **fields})  # type: ignore[arg-type]


SAY = Step(kind="say", text="hi")
CALL = Step(kind="call", calls=(ToCall("look_up"),))
TOOLS = (Tool("look_up"),)


@pytest.mark.parametrize(
    ("when", "asked", "applies"),
    [
        (When(), _asked(), True),
        (When(model="gpt-4o*"), _asked(), True),
        (When(model="gpt-4o"), _asked(), False),
        (When(model="o?"), _asked(model="o3"), True),
        (When(turn=2), _asked(), False),
        (When(turn=2), _asked(turn=2), True),
        (When(says=Pattern("ell", needs_group=False)), _asked(), True),
        (When(says=Pattern("^ell", needs_group=False)), _asked(), False),
        (When(model="gpt*", turn=1, says=Pattern("bye", needs_group=False)), _asked(), False),
    ],
)
def test_all_that_is_said_must_hold(when: When, asked: Asked, applies: bool) -> None:
    assert (Rule(steps=(SAY,), when=when).step_for(asked) is not None) is applies


def test_groups_come_with_the_step_the_whole_first() -> None:
    rule = Rule(steps=(SAY,), when=When(says=Pattern(r"order (\w+)( now)?", needs_group=False)))
    found = rule.step_for(_asked("refund order A-1"))
    assert found == (SAY, ("order A", "A", ""))
    assert Rule(steps=(SAY,)).step_for(_asked()) == (SAY, ("hello",))


def test_a_script_goes_on_with_each_answer_and_does_not_call_for_ever() -> None:
    script = Rule(steps=(CALL, SAY))
    kinds = [found[0].kind for step in range(4) if (found := script.step_for(_asked(tools=TOOLS, step=step)))]
    assert kinds == ["call", "say", "say", "say"]
    alone = Rule(steps=(CALL,))
    kinds = [found[0].kind for step in range(3) if (found := alone.step_for(_asked(tools=TOOLS, step=step)))]
    assert kinds == ["call", "prose", "prose"]


@pytest.mark.parametrize(
    ("step", "asked", "can"),
    [
        (CALL, _asked(), False),
        (CALL, _asked(tools=TOOLS), True),
        (CALL, _asked(tools=TOOLS, calls="never"), False),
        (SAY, _asked(tools=TOOLS, calls="must"), False),
        (SAY, _asked(tools=TOOLS), True),
        (Step(kind="refuse", text="no"), _asked(tools=TOOLS, calls="must"), True),
        (Step(kind="empty"), _asked(tools=TOOLS, calls="must"), True),
    ],
)
def test_what_the_interface_does_not_allow_is_passed_over(step: Step, asked: Asked, can: bool) -> None:
    assert (Rule(steps=(step,)).step_for(asked) is not None) is can


def test_groups_are_filled_in_at_any_depth_and_only_once() -> None:
    groups = ("all", "{2}", "two")
    assert filled({"a {1}": ["{2}", 3, None, {"b": "{0}"}], "c": "{9}"}, groups) == {
        "a {2}": ["two", 3, None, {"b": "all"}],
        "c": "{9}",
    }
