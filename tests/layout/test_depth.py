"""How deep the tests go: `make check` tries a share of each property, `make test` leaves out nothing of it."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.layout.sources import ROOT, place_of
from tests.support.examples import QUICK, THOROUGH, examples

PROPERTIES = sorted(path for path in (ROOT / "tests").rglob("test_*.py") if "from hypothesis" in path.read_text())


@pytest.fixture(params=[QUICK, THOROUGH])
def profile(request: pytest.FixtureRequest) -> Iterator[str]:
    before = settings.get_current_profile_name()
    settings.load_profile(request.param)
    yield str(request.param)
    settings.load_profile(before)


def test_a_property_is_tried_on_all_its_examples_or_on_a_fifth_of_them(profile: str) -> None:
    assert examples(100).max_examples == {QUICK: 20, THOROUGH: 100}[profile]
    assert examples(100, always=True).max_examples == 100
    assert examples(6, steps=40).max_examples == {QUICK: 2, THOROUGH: 6}[profile]
    assert examples(6, steps=40).stateful_step_count == 40
    assert settings().max_examples == {QUICK: 20, THOROUGH: 100}[profile]


@pytest.mark.parametrize(
    ("profile_name", "env", "is_the_same"),
    [(QUICK, {}, True), (THOROUGH, {}, False), (THOROUGH, {"CI": "true"}, True)],
)
def test_a_quick_run_tries_the_same_examples_each_time_and_a_thorough_one_draws_anew_but_in_ci(
    profile_name: str, env: dict[str, str], is_the_same: bool
) -> None:
    # In a process of its own: hypothesis looks at the environment once, when it is imported.
    asks = (
        "from hypothesis import settings; from tests.support.examples import examples, register_profiles;"
        f"register_profiles(); settings.load_profile({profile_name!r}); print(examples(100).derandomize)"
    )
    told = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert told.stdout == f"{is_the_same}\n"


def test_no_example_is_judged_by_how_long_it_takes(profile: str) -> None:
    assert examples(100).deadline is None


def test_every_property_takes_its_depth_from_the_profile() -> None:
    """`examples(…)` knows the profile."""
    of_their_own = re.compile(r"max_examples|[^_.]settings\(")
    others = [path for path in PROPERTIES if path != Path(__file__)]
    assert others
    assert [place_of(path) for path in others if of_their_own.search(path.read_text())] == []


def test_make_test_tries_everything_that_make_check_shortens() -> None:
    makefile = (ROOT / "Makefile").read_text()
    recipes = {name: re.search(rf"^{name}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE) for name in ("test", "check")}
    found = {name: recipe[1] for name, recipe in recipes.items() if recipe}
    assert expression("test") == "not slow"
    assert "hypothesis-profile" not in found["test"]
    assert f"--hypothesis-profile={QUICK}" in found["check"]
    assert '-m "not slow and not real and not thorough"' in found["check"]


@cache
def expression(*asked: str) -> str:
    """Which tests `make` has pytest run."""
    told = subprocess.run(["make", "-n", *asked], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = re.findall(r'-m "(.*)"$', told, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("known", list(itertools.product([False, True], repeat=4)))
def test_what_make_test_leaves_to_make_check_was_run_by_it_just_so(known: tuple[bool, ...]) -> None:
    marks = dict(zip(("slow", "real", "thorough", "hypothesis"), known, strict=True))
    whole, checked, rest = (
        eval(expression(*asked), {}, marks)  # noqa: S307
        for asked in (("test",), ("check",), ("test", "CHECKED=1"))
    )
    assert whole == (checked or rest)
    assert not rest or marks["hypothesis"] or not checked, "run twice, though the same both times"
    assert not (checked and marks["hypothesis"]) or rest, "a property that was tried on a fifth of its examples only"


@pytest.mark.thorough
def test_a_property_is_known_by_its_mark(tmp_path: Path) -> None:
    """Hypothesis gives it, to state machines as well."""
    source = (
        "from hypothesis import given, strategies as st\n"
        "from hypothesis.stateful import RuleBasedStateMachine, rule\n\n"
        "@given(st.integers())\ndef test_plain(n): pass\n\n"
        "class Machine(RuleBasedStateMachine):\n    @rule()\n    def go(self): pass\n\nTestMachine = Machine.TestCase\n"
    )
    (tmp_path / "test_it.py").write_text(source)
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--collect-only",
            "-m",
            "hypothesis",
            "-p",
            "no:cacheprovider",
            str(tmp_path),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 tests collected" in told.stdout
