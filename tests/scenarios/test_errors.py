"""How problems are told."""

from brownout_scenarios import errors
from brownout_scenarios.yaml_tree import Problem


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert errors.dotted(("phases", 1, "faults", 0, "latency", "p50")) == "phases[1].faults[0].latency.p50"
    assert errors.dotted(()) == ""


def test_problems_are_sorted_by_line_and_told_once() -> None:
    wrong = errors.of_problems(
        "s.yaml",
        [Problem(9, ("b",), "two"), Problem(3, ("a",), "one"), Problem(9, ("b",), "two"), Problem(0, (), "all")],
    )
    assert wrong.lines == ("s.yaml: all", "s.yaml:3: a: one", "s.yaml:9: b: two")
    assert str(wrong) == "\n".join(wrong.lines)
