"""Which changes cannot be noticed in which scenario."""

import json
import subprocess
import sys

import pytest

# In a process of its own: what is forked must not have used libraries that keep threads.
SPARED = """
import json
from brownout_harness.audit.systematic.infection import spared
from brownout_harness.audit.systematic.rehearsal import import_all, rehearse
from brownout_harness.audit.systematic.sources import SOURCES

core = SOURCES["core"]
changes = [each for each in core.changes() if each.module == "brownout_core.policies.bulkhead"]
good = rehearse(["places-taken"], core.root, 1)
left = good.runs["places-taken"].heard.left
found = [spared(core, changes, {"places-taken": there}, 1)["places-taken"] for there in (left, "something else")]
print(json.dumps([sorted(each) for each in found]))
"""


@pytest.mark.thorough
@pytest.mark.real
def test_a_change_that_has_the_same_value_all_the_time_is_spared_and_no_other() -> None:
    told = subprocess.run([sys.executable, "-c", SPARED], check=True, capture_output=True, text=True, timeout=300)
    names, of_another_run = json.loads(told.stdout)
    full = "brownout_core.policies.bulkhead:Bulkhead.try_enter: self._in_flight >= self._max_in_flight → "
    assert f"{full}self._in_flight > self._max_in_flight" not in names
    assert f"{full}self._in_flight < self._max_in_flight" not in names
    assert names
    # A run with probes in it that is another run says nothing.
    assert of_another_run == []
