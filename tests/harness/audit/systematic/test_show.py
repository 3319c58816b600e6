"""The whole of it, on two scenarios and one module."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.audit.systematic import show
from brownout_harness.problems import PASSED, BadInput
from brownout_scenarios import library

TWO = ("places-taken", "openai-hangs")
BULKHEAD = "brownout_core.policies.bulkhead"


def audited(folder: Path, *, sample: float = 0.12) -> tuple[int, str]:
    out = io.StringIO()
    console = Console(file=out, width=160)
    code = show.audit_systematically(console, "core", sample=sample, out=folder, only=("policies.bulkhead",), workers=2)
    return code, out.getvalue()


@pytest.mark.thorough
@pytest.mark.real
def test_changes_are_found_or_not_and_a_second_time_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "names", lambda: list(TWO))
    code, _ = audited(tmp_path)
    assert code == PASSED
    report = tmp_path / "systematic-brownout_core.json"
    first = report.read_bytes()
    fates = {each["change"]: (each["fate"], each["scenario"], each["by"]) for each in json.loads(first)["changes"]}
    full = "Bulkhead.try_enter: self._in_flight >= self._max_in_flight → self._in_flight > self._max_in_flight"
    assert fates[f"{BULKHEAD}:{full}"] == ("killed", "places-taken", "requests")
    assert {fate for fate, _, _ in fates.values()} == {"killed", "survived", "not covered"}

    monkeypatch.setattr(show, "survey", lambda *_: pytest.fail("all are known"))
    code, said = audited(tmp_path)
    assert f"{len(fates)} of {len(fates)} changes are known" in said
    assert report.read_bytes() == first


def test_a_sample_without_a_change_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no change of brownout_core is in policies.bulkhead"):
        audited(tmp_path, sample=0.0001)
