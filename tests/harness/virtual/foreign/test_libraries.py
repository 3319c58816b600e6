"""What libraries do past the event loop is replaced, where the library is there."""

import platform
import sys
import threading
from typing import Any

import pytest

from brownout_harness.virtual.closed import NotVirtual, closed_world
from brownout_harness.virtual.foreign.libraries import CONNECTS, ask_beforehand, in_libraries
from brownout_harness.virtual.guard import replaced


def test_nothing_waits_for_another_thread() -> None:
    condition = threading.Condition()
    with (
        replaced(in_libraries()),
        closed_world(),
        condition,
        pytest.raises(NotVirtual, match="waits for another thread"),
    ):
        condition.wait(1)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_connects_by_itself_is_replaced_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    if not is_there:
        monkeypatch.setitem(sys.modules, CONNECTS, None)
    names = [name for _, name in in_libraries()]
    assert ("start_connection" in names) is is_there


def test_what_starts_a_process_is_asked_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_beforehand()
    with closed_world():
        found: Any = [platform.platform(), *platform.uname()]
    assert all(isinstance(each, str) for each in found)
