"""What a probe sees of changes while nothing is changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.audit.systematic.changes import changes_of
from brownout_harness.audit.systematic.probes import Probes, differ, probed


def seen(folder: Path, source: str, run: Callable[[Any], Any]) -> dict[str, bool]:
    """Of each change that can be asked about: whether it made a difference while that ran."""
    file = folder / "part.py"
    file.write_text(source, encoding="utf-8")
    numbered = dict(enumerate(each for each in changes_of("part", file) if each.is_run))
    tree, places = probed(file, numbered, 0)
    probes = Probes(len(numbered), len(set(places.values())))
    names: dict[str, Any] = dict(probes.built_ins())
    exec(compile(tree, "part.py", "exec"), names)  # noqa: S102
    run(names)
    return {f"{numbered[at].before} → {numbered[at].after}": bool(probes.differed[at]) for at in places}


LIMIT = "def f(a, b):\n    if a < b:\n        return 1\n    return 2\n"


@pytest.mark.parametrize(
    ("given", "moved", "turned"), [((1, 2), False, True), ((2, 2), True, True), ((), False, False)]
)
def test_a_moved_bound_shows_at_the_bound_only(
    given: tuple[int, ...], moved: bool, turned: bool, tmp_path: Path
) -> None:
    """Turned round it shows everywhere; and nothing is known of what never ran."""
    found = seen(tmp_path, LIMIT, lambda part: part["f"](*given) if given else None)
    assert (found["a < b → a <= b"], found["a < b → a >= b"]) == (moved, turned)


def test_what_has_effects_is_computed_once(tmp_path: Path) -> None:
    source = "def f(read):\n    return read() + read() * 2 > 7\n"
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    found = seen(tmp_path, source, lambda part: part["f"](read))
    assert len(asked) == 2
    # 1 + 2 * 2 > 7: no, and nor is 1 + 2 * 3; but 1 + 2 / 2 … nothing of it comes to more than 7.
    assert found["read() * 2 → read() / 2"] is False
    assert found["read() + read() * 2 > 7 → read() + read() * 2 <= 7"] is True


def test_a_condition_differs_only_in_whether_it_is_true(tmp_path: Path) -> None:
    source = "def f(a, b):\n    if a and b:\n        return 1\n"
    found = seen(tmp_path, source, lambda part: part["f"]([1], "x"))
    assert found["a and b → a or b"] is False
    assert seen(tmp_path, source, lambda part: part["f"]([1], ""))["a and b → a or b"] is True


def test_what_raises_where_nothing_was_raised_differs(tmp_path: Path) -> None:
    source = "def f(a):\n    return a is None or a.b\n"
    assert seen(tmp_path, source, lambda part: part["f"](None))["a is None or a.b → a.b"] is True


@pytest.mark.parametrize(("before", "differs"), [(3, False), (4, True)])
def test_an_assignment_that_changes_nothing_may_be_left_out(before: int, differs: bool, tmp_path: Path) -> None:
    source = "class A:\n    pass\n\ndef f(a):\n    a.b = 3\n"

    def run(part: Any) -> None:
        a = part["A"]()
        a.b = before
        part["f"](a)

    assert seen(tmp_path, source, run)["a.b = 3 → pass"] is differs


def test_probes_inside_of_others_see_as_well(tmp_path: Path) -> None:
    source = "def f(read, a):\n    return read(a * 1 > 3) + read(a - 0) > 100\n"
    found = seen(tmp_path, source, lambda part: part["f"](int, 2))
    assert found["a * 1 → a / 1"] is False
    assert found["a - 0 → a + 0"] is False
    assert found["a * 1 > 3 → a * 1 <= 3"] is True


def test_what_cannot_be_asked_is_not_told(tmp_path: Path) -> None:
    """It is tried wherever a run comes by."""
    source = "def f(say):\n    say()\n    if say:\n        return [x for x in say() if x]\n"
    assert seen(tmp_path, source, lambda part: part["f"](list)) == {}


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (True, 1), ("a", "b"), (None, 0)])
def test_what_somebody_could_tell_apart_differs(one: object, other: object) -> None:
    assert differ(one, other)
    assert not differ([one], [one])
