"""Where a question is asked, and what can be asked at all."""

import ast
from pathlib import Path

import pytest

from brownout_harness.audit.systematic.changes import changes_of, nodes_on
from brownout_harness.audit.systematic.questions import question_of


def asked(folder: Path, line: str) -> dict[str, str]:
    """Of each change of that line in a function: beside which expression it is asked."""
    file = folder / "part.py"
    file.write_text(f"async def f(self, a, b, read):\n    {line}\n", encoding="utf-8")
    tree = ast.parse(file.read_bytes())
    found = {}
    for change in changes_of("part", file):
        question = question_of(tree, change) if change.is_run else None
        if question is not None:
            found[f"{change.before} → {change.after}"] = ast.unparse(nodes_on(tree, question.place)[-1])
    return found


@pytest.mark.parametrize(
    ("line", "change", "beside"),
    [
        ("return a + 1 > b", "1 → 2", "a + 1 > b"),
        ("return (await read(a)) + 1", "1 → 2", "await read(a) + 1"),
        ("return read(a * 2 + b)", "a * 2 → a / 2", "a * 2 + b"),
        ("self.a[b - 1] = a", "b - 1 → b + 1", "b - 1"),
        ("self.a += read(b)", "self.a += read(b) → self.a -= read(b)", "read(b)"),
        ("return [x for x in a if x > b]", "x > b → x >= b", "x > b"),
    ],
)
def test_it_is_asked_beside_the_largest_that_can_be_computed_twice(
    line: str, change: str, beside: str, tmp_path: Path
) -> None:
    assert asked(tmp_path, line)[change] == ast.unparse(ast.parse(beside, mode="eval"))


@pytest.mark.parametrize(
    "line",
    [
        "read(1)",  # another number is another number
        "return a and read(b)",  # whether it is called is what differs
        "return [x for x in a if read(x) > b]",  # no name can be given to what was read
        "await read(a)",
        "raise ValueError",
        "self.a = read(b)",
    ],
)
def test_what_does_more_than_to_have_a_value_cannot_be_asked(line: str, tmp_path: Path) -> None:
    assert asked(tmp_path, line) == {}
