"""One run, told in plain data."""

import json

import pytest

from brownout_harness.audit.systematic.trial import Heard, try_out


@pytest.mark.thorough
def test_a_good_run_is_passed_and_leaves_the_same_each_time() -> None:
    heard = try_out("openai-hangs")
    assert (heard.scenario, heard.status, heard.by) == ("openai-hangs", "passed", "")
    assert heard.left
    assert Heard(*json.loads(json.dumps(heard))) == heard == try_out("openai-hangs")


@pytest.mark.thorough
def test_a_run_that_breaks_off_comes_to_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise TypeError("None has no length")

    monkeypatch.setattr("brownout_harness.running.execute.run_virtually_for", breaks)
    assert try_out("openai-hangs") == Heard("openai-hangs", "none", "TypeError", "None has no length", "")


@pytest.mark.parametrize(
    ("status", "noticed"), [("failed", True), ("none", True), ("passed", False), ("inconclusive", False)]
)
def test_red_is_noticed_and_so_is_nothing_to_judge(status: str, noticed: bool) -> None:
    assert Heard("a", status, "", "", "").is_noticed == noticed
