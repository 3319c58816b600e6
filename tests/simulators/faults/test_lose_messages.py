"""Lose messages: some of a session's do not arrive; which, is decided by seed and operation."""

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.session import Said
from tests.simulators.faults.sessions import Watcher

NOTES = [f"n{number}" for number in range(60)]


def heard(share: float, *, operation: str = "op-1", seed: int = 1) -> list[Said]:
    watcher = Watcher({"lose_messages": {"share_lost": share}}, operation=operation, seed=seed)
    for note in NOTES:
        watcher.pin(note)
    assert watcher.struck() == (1 if len(watcher.heard) < len(NOTES) + 1 else 0)
    return watcher.heard


def test_a_share_of_what_the_vendor_says_does_not_arrive() -> None:
    got = heard(0.5)
    assert 15 < len(got) < 45
    assert got == [note for note in ["welcome s1", *NOTES] if note in got]  # in order, each once
    assert heard(0.5) == got
    assert heard(0.5, operation="op-2") != got
    assert heard(0.5, seed=2) != got
    assert heard(1.0) == []


def test_the_client_says_it_in_vain_where_its_messages_are_lost() -> None:
    watcher = Watcher({"lose_messages": {"share_lost": 1.0, "of": "client"}})
    watcher.say("say a")
    watcher.pin("b")
    assert watcher.heard == ["welcome s1", "b"]
    assert watcher.row(left=True)["received"] == 0
    assert watcher.struck() == 1


def test_what_closes_a_session_is_not_lost() -> None:
    watcher = Watcher({"lose_messages": {"share_lost": 1.0}})
    watcher.say("dance")
    assert [type(said).__name__ for said in watcher.heard] == ["Close"]


def test_two_faults_may_strike_one_session() -> None:
    watcher = Watcher({"lose_messages": {"share_lost": 1.0}}, {"break_session": {"after_s": 5.0}})
    watcher.pin("a")
    watcher.wait(6)
    assert [type(said).__name__ for said in watcher.heard] == ["Close"]
    assert (watcher.struck("r0"), watcher.struck("r1")) == (1, 1)


@pytest.mark.parametrize("asked", [{}, {"share_lost": 0}, {"share_lost": 1.1}, {"share_lost": 0.5, "of": "both"}])
def test_a_loss_that_cannot_be_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(FaultError, match="lose_messages"):
        rule_from_json({"id": "r", "vendor": "board", "lose_messages": asked})
