"""What is there before anybody has called."""

from typing import Any

import pytest

from brownout_simulators.vendors.cloudflare import VENDOR
from brownout_simulators.vendors.cloudflare.setup import NAMESPACES, SETUP, ZONES
from tests.simulators.vendors.cloudflare.bench import SPACES, USER, CloudflareBench, a_record

BEGUN: dict[str, Any] = {"zones": [*ZONES], "namespaces": [*NAMESPACES]}


def test_the_environment_names_a_zone_that_is_active_and_a_namespace_that_takes_values() -> None:
    bench = CloudflareBench(**BEGUN)
    environment = VENDOR.environment("http://x", VENDOR.test_key(USER))
    (zone,) = bench.do("GET", "/zones")
    assert (zone["id"], zone["name"], zone["status"]) == (environment["CLOUDFLARE_ZONE_ID"], ZONES[0], "active")
    assert bench.do("POST", f"/zones/{zone['id']}/dns_records", a_record())["name"] == f"www.{ZONES[0]}"
    space = f"{SPACES}/{environment['CLOUDFLARE_KV_NAMESPACE_ID']}"
    bench.do("PUT", f"{space}/values/a", b"1")
    assert bench.ask("GET", f"{space}/values/a").body == b"1"
    assert bench.done("cloudflare.zone_create") == [], "nobody has done it"


def test_who_is_behind_sees_what_was_always_there() -> None:
    bench = CloudflareBench(**BEGUN)
    for lag in ("read_after_write_lag", "stale_reads"):
        bench.schedule({"match": "GET *", lag: {"lag_s": 1_000}})
        assert len(bench.do("GET", "/zones")) == len(bench.do("GET", SPACES)) == 1
        assert bench.do("GET", f"/zones/{bench.do('GET', '/zones')[0]['id']}")["status"] == "active"


def test_what_the_user_deletes_stays_away_until_something_else_is_set_up() -> None:
    bench = CloudflareBench(**BEGUN)
    bench.do("DELETE", f"/zones/{bench.do('GET', '/zones')[0]['id']}")
    bench.simulator.schedule([], setup=BEGUN)
    assert bench.do("GET", "/zones") == []
    bench.simulator.schedule([], setup={**BEGUN, "zones": ["other.test"]})
    assert [zone["name"] for zone in bench.do("GET", "/zones")] == ["other.test"]


def test_a_zone_that_the_user_has_made_is_not_made_again() -> None:
    bench = CloudflareBench()
    zone = bench.zone("own.test")
    bench.simulator.schedule([], setup={"zones": ["own.test"]})
    assert [f"/zones/{each['id']}" for each in bench.do("GET", "/zones")] == [zone]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"zones": "a.test"}, "zones: "),
        ({"zones": ["a.test", "nope"]}, r"zones\[1\]: "),
        ({"zones": ["*.test"]}, r"zones\[0\]: "),
        ({"namespaces": [""]}, r"namespaces\[0\]: "),
        ({"namespaces": ["n"] * 101}, "namespaces: "),
    ],
)
def test_what_cannot_be_a_name_is_refused(given: dict[str, Any], where: str) -> None:
    with pytest.raises(ValueError, match=where):
        SETUP.read(given)
