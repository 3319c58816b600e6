"""The words that scenarios are found by: those that they say, and those that follow from what they say."""

from collections.abc import Collection

from brownout_harness.asked.needed import vendors_needed
from brownout_scenarios import spelling
from brownout_scenarios.schema import Scenario
from brownout_scenarios.tags import INCIDENT, TAGS
from brownout_simulators.vendors import VENDORS


def known_tags() -> tuple[str, ...]:
    """Every one there is, sorted."""
    return tuple(sorted((*TAGS, INCIDENT, *VENDORS)))


def check_known(tags: Collection[str]) -> None:
    """Raises `ValueError` naming the nearest."""
    for tag in tags:
        if tag not in known_tags():
            raise ValueError(f"no tag named {tag!r}{spelling.hint(tag, known_tags())}")


def tags_of(scenario: Scenario) -> tuple[str, ...]:
    """What it says, then `incident` where it follows one, then the vendors that it has to do with."""
    follows = (INCIDENT,) if scenario.incident is not None else ()
    return (*scenario.tags, *follows, *vendors_needed(scenario, VENDORS))
