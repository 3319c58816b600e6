"""What the shape of a scenario cannot say: that everything it names exists, and that its numbers can be.

Each check takes the finished `Scenario` and yields problems by path; the loader puts the lines to them. One module
for each part of a file: `target.py` (with `targets.py` and `observing.py`), `workload.py` (with `rates.py`: how often,
`terms.py`: fields of effects, `until.py`: what finishes later, and `outsiders.py`: who asks a vendor), `phases.py`,
`links.py`, `actions.py` (with `stores.py`), `expectations.py`, `vendors.py`, `notices.py`; `common.py` is what they
share.
"""

import re

from brownout_scenarios import units
from brownout_scenarios.checks.actions import actions
from brownout_scenarios.checks.common import Found
from brownout_scenarios.checks.expectations import expectations
from brownout_scenarios.checks.links import links
from brownout_scenarios.checks.notices import notices
from brownout_scenarios.checks.observing import observing
from brownout_scenarios.checks.outsiders import outsiders
from brownout_scenarios.checks.phases import clocks, faults, phases
from brownout_scenarios.checks.target import target
from brownout_scenarios.checks.vendors import limits, policies, setups, shared_policies, vendors
from brownout_scenarios.checks.workload import workload
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path


def problems(scenario: Scenario, words: Vocabulary) -> list[tuple[Path, str]]:
    """Everything that is wrong with it, as (path in the file, what)."""
    found: list[tuple[Path, str]] = []
    found += _names(scenario)
    found += target(scenario, words)
    found += observing(scenario, words)
    found += workload(scenario, words)
    found += outsiders(scenario, words)
    found += phases(scenario)
    found += faults(scenario, words)
    found += links(scenario, words)
    found += actions(scenario, words)
    found += expectations(scenario, words)
    found += clocks(scenario, words)
    found += vendors(scenario, words)
    found += limits(scenario, words)
    found += notices(scenario, words)
    found += setups(scenario, words)
    found += policies(scenario, words)
    found += shared_policies(scenario, words)
    return found


def _names(scenario: Scenario) -> Found:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scenario.name) or len(scenario.name) > 64:
        yield ("name",), f"{units.shown(scenario.name)} is no name: lower case, digits and single hyphens, at most 64"
    if not scenario.about.strip():
        yield ("about",), "is empty: say what the scenario shows"
    for index, tag in enumerate(scenario.tags):
        if tag in scenario.tags[:index]:
            yield ("tags", index), f"{tag} is there twice"
    if not scenario.expect:
        yield ("expect",), "is empty: a scenario that expects nothing cannot fail"
    if not 0 <= scenario.seed < 2**63:
        yield ("seed",), f"{scenario.seed} is outside 0 to 2^63 - 1"
    if not 0 <= scenario.drain_s <= 600:
        yield ("drain",), f"{units.duration(scenario.drain_s)} is outside 0s to 600s"
