"""Each change against the scenarios that come to it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from brownout_harness.audit.systematic import survey
from brownout_harness.audit.systematic.changes import Change, changes_of
from brownout_harness.audit.systematic.readers import Lines, Readers
from brownout_harness.audit.systematic.rehearsal import Rehearsal, Rehearsed
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.survey import reaching
from brownout_harness.audit.systematic.trial import Heard
from brownout_harness.audit.systematic.verdicts import Fate, Found
from brownout_harness.problems import NotJudged

BULKHEAD = "brownout_core.policies.bulkhead"
GOOD = Heard("", "passed", "", "", "left")


def change(*, is_run: bool, line: int = 5) -> Change:
    return Change(
        module=BULKHEAD,
        function="f",
        is_run=is_run,
        operator="constant-changed",
        line=line,
        last_line=line + 1,
        before="1",
        after="2",
        nth=0,
        path=(),
        turn=0,
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (change(is_run=True), ["cheap", "dear"]),
        (change(is_run=True, line=6), ["dear"]),
        (change(is_run=True, line=90), []),
    ],
)
def test_a_change_is_tried_where_a_run_comes_to_it_the_cheapest_first(changed: Change, expected: Sequence[str]) -> None:
    file = SOURCES["core"].file(BULKHEAD)
    runs = {
        "elsewhere": Rehearsed(GOOD, 0.1, {"other.py": frozenset({5})}),
        "dear": Rehearsed(GOOD, 2.0, {str(file): frozenset({6, 7})}),
        "cheap": Rehearsed(GOOD, 1.0, {str(file): frozenset({4, 5})}),
    }
    assert reaching(changed, file, Readers("brownout_core"), runs) == expected


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"other.py": frozenset({5})}, ["reads"]),
        ({}, []),
        (None, ["uses"]),
    ],
)
def test_what_is_done_at_the_import_is_tried_where_somebody_reads_it(
    seen: Lines | None, expected: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody knows who does, with all that use the module."""
    file, readers = SOURCES["core"].file(BULKHEAD), Readers("brownout_core")
    monkeypatch.setattr(readers, "of", lambda _file, _line: seen)
    runs = {
        "reads": Rehearsed(GOOD, 0.1, {"other.py": frozenset({5})}),
        "uses": Rehearsed(GOOD, 1.0, {str(file): frozenset({90})}),
    }
    assert reaching(change(is_run=False), file, readers, runs) == expected
    if seen is None:
        of_words_alone = Path("of-words-alone.py")
        assert reaching(change(is_run=False), of_words_alone, readers, runs) == ["reads", "uses"]


def test_a_change_that_cannot_be_put_in_is_no_catch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a fault of the audit's own would count as vigilance of the library."""

    def cannot(*_: object) -> None:
        raise RuntimeError("a defect of the audit")

    monkeypatch.setattr(survey, "changed", cannot)
    file = SOURCES["core"].file(BULKHEAD)
    good = {"healthy": Rehearsed(GOOD, 0.1, {str(file): frozenset({5})})}
    wanted = [(change(is_run=True), ["healthy"])]
    with pytest.raises(NotJudged, match="could not be put in"):
        survey.survey(SOURCES["core"], wanted, good, 1, lambda _found: pytest.fail("nothing was found"))


@pytest.mark.thorough
@pytest.mark.parametrize(("line", "fate"), [(5, Fate.SURVIVED), (90, Fate.NOT_COVERED)])
def test_what_makes_no_difference_anywhere_is_not_run(line: int, fate: Fate) -> None:
    file, spared = SOURCES["core"].file(BULKHEAD), change(is_run=True, line=line)
    runs = {"healthy": Rehearsed(GOOD, 0.1, {str(file): frozenset({5})})}
    good = Rehearsal((), runs, {"healthy": frozenset({spared.name})})
    [found] = survey.planned(SOURCES["core"], [spared], good)
    assert isinstance(found, Found)
    assert (found.fate, found.tried) == (fate, 0)


def test_what_makes_a_setting_at_the_import_is_tried_whatever_the_probes_saw() -> None:
    file = SOURCES["core"].file("brownout_core.policies.settings")
    rows = [each for each in changes_of("brownout_core.policies.settings", file) if each.function == "original"]
    assert all(each.is_run for each in rows)
    presets = SOURCES["core"].file("brownout_core.presets")
    runs = {"healthy": Rehearsed(GOOD, 0.1, {str(presets): frozenset(range(200))})}
    good = Rehearsal((), runs, {"healthy": frozenset(each.name for each in rows)})
    for planned in survey.planned(SOURCES["core"], rows, good):
        assert not isinstance(planned, Found)
        changed, scenarios = planned
        assert (changed.is_run, scenarios) == (False, ["healthy"])
