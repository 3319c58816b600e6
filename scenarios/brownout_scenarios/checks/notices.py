"""Of the vendors' notices: that there is somebody to hear them, and a vendor that registers receivers."""

from brownout_scenarios import spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary


def notices(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, each in scenario.notices.items():
        if vendor not in words.vendors:
            yield ("notices", vendor), f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
        elif each.to and vendor not in words.receivers:
            cure = f"leave it out, and name the receiver with each call to {vendor}"
            yield ("notices", vendor, "to"), f"{vendor} has no receivers to register: {cure}"
        elif each.to and not each.to.startswith("/"):
            yield ("notices", vendor, "to"), f"must be a path on the target: to: /webhooks/{vendor}"
        elif scenario.target is None and vendor not in words.heard:
            yield ("notices", vendor), f"the gateway hears nothing of {vendor}{spelling.hint(vendor, words.heard)}"
        elif scenario.target is None and each.to != f"/webhooks/{vendor}":
            yield ("notices", vendor, "to"), f"the gateway hears {vendor} at another path: to: /webhooks/{vendor}"
        if not 0 < each.time_scale <= 1:
            yield ("notices", vendor, "time_scale"), f"{each.time_scale:g} is outside above 0 to 100%"
