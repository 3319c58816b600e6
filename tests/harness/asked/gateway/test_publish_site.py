"""`publish_site`: each at a host of its own, in the zone that every user of the simulator has."""

import random

from brownout_harness.asked.gateway.publish_site import OPERATION
from brownout_harness.asked.parameters import ZONE
from brownout_simulators.vendors.cloudflare.setup import ZONES


def test_two_sites_have_two_hosts_of_the_zone_that_is_there() -> None:
    assert ZONES[0] == ZONE
    drawn = [OPERATION.draw(random.Random(5), name) for name in ("publish_site-000001-A1", "op-2")]
    assert [each["host"] for each in drawn] == ["site-000001.site.test", "op-2.site.test"]
    assert list(OPERATION.problems(drawn[0])) == []
    assert list(OPERATION.problems({"host": "Shop.site.test"}))
