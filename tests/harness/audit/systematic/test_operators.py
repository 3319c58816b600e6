"""Every way in which a line may be wrong, on one line each."""

from pathlib import Path

import pytest

from brownout_harness.audit.systematic.changes import changes_of
from brownout_harness.audit.systematic.operators import OPERATORS

LINES = {
    "condition-negated": ("if a and b: pass", {"if not (a and b):"}),
    "comparison-moved": ("x = a < b", {"a <= b", "a >= b"}),
    "either-for-both": ("x = a or b", {"a and b", "a", "b"}),
    "arithmetic-swapped": ("x = a - b", {"a + b"}),
    "constant-changed": ("x = 5", {"6", "10"}),
    "statement-dropped": ("self.n = n", {"pass"}),
    "await-dropped": ("x = await a", {"a"}),
    "handler-removed": ("try: f(a)\nexcept KeyError: x = a", {"f(a)"}),
    "result-forgotten": ("return a", {"return None"}),
}


def afters(tmp_path: Path, text: str) -> dict[str, set[str]]:
    """By operator, what stands in the line's place."""
    file = tmp_path / "part.py"
    body = "".join(f"    {line}\n" for line in text.splitlines())
    file.write_text(f"async def run(self, a, b, n, f):\n{body}", encoding="utf-8")
    found: dict[str, set[str]] = {}
    for each in changes_of("part", file):
        found.setdefault(each.operator, set()).add(each.after)
    return found


def test_every_operator_has_its_line() -> None:
    assert LINES.keys() == OPERATORS.keys()


@pytest.mark.parametrize("operator", LINES)
def test_an_operator_makes_of_a_line_what_it_says(tmp_path: Path, operator: str) -> None:
    line, expected = LINES[operator]
    assert afters(tmp_path, line)[operator] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = True", {"False"}),
        ("x = 0.5", {"1.0", "0.25"}),
        ("x = 0.0", {"1.0"}),
        ("x = 0", {"1"}),
        ("x = 'done'", {"'done-'"}),
        ("x = None", set()),
    ],
)
def test_a_constant_becomes_another_of_its_kind(tmp_path: Path, line: str, expected: set[str]) -> None:
    assert afters(tmp_path, line).get("constant-changed", set()) == expected


@pytest.mark.parametrize("line", ["if a == b: pass", "if not a: pass", "x = 1 if a is b else 2"])
def test_a_condition_that_another_operator_turns_round_is_turned_round_once(tmp_path: Path, line: str) -> None:
    assert "condition-negated" not in afters(tmp_path, line)


def test_a_filter_and_a_guard_are_conditions(tmp_path: Path) -> None:
    assert afters(tmp_path, "x = [y for y in a if y]")["condition-negated"]
    assert afters(tmp_path, "match a:\n    case 1 if b: pass")["condition-negated"]


def test_finally_is_a_handler(tmp_path: Path) -> None:
    assert afters(tmp_path, "try: f(a)\nfinally: f(b)")["handler-removed"] == {"f(a)"}
