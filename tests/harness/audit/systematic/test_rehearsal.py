"""The good runs."""

import pytest

from brownout_harness.audit.systematic import rehearsal
from brownout_harness.audit.systematic.rehearsal import NotRehearsed, Rehearsal, Rehearsed, rehearse
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.trial import Heard

GOOD = Heard("healthy", "passed", "", "", "left")


@pytest.mark.thorough
@pytest.mark.real
@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (
            ("inconclusive", "", "too few samples", ""),
            "openai-hangs is inconclusive with nothing changed: too few samples",
        ),
        (
            ("none", "TypeError", "None has no length", ""),
            "openai-hangs is none with nothing changed: None has no length",
        ),
    ],
)
def test_where_a_good_run_is_not_passed_nothing_is_said_of_changed_ones(
    heard: tuple[str, str, str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "try_out", lambda name: Heard(name, *heard))
    with pytest.raises(NotRehearsed, match=why):
        rehearse(["openai-hangs"], SOURCES["core"].root, 1)


@pytest.mark.thorough
@pytest.mark.real
def test_nor_where_two_of_them_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Heard("openai-hangs", "passed", "", "", "left")
    monkeypatch.setattr(rehearsal, "try_out", lambda _name: first)
    monkeypatch.setattr(rehearsal, "_lines", lambda *_: (first._replace(left="something else"), {}))
    with pytest.raises(NotRehearsed, match="two runs of openai-hangs with nothing changed differ"):
        rehearse(["openai-hangs"], SOURCES["core"].root, 1)


def test_good_runs_are_kept_as_they_were() -> None:
    runs = {"healthy": Rehearsed(GOOD, 0.25, {"a.py": frozenset({3, 1})})}
    good = Rehearsal(("json", "asyncio"), runs, {"healthy": frozenset({"one", "two"}), "other": frozenset({"two"})})
    assert Rehearsal.from_json(good.to_json()) == good
