"""The limiters, each with its own bucket."""

import pytest

from brownout_simulators.limiter import switched_on
from brownout_simulators.vendors.clerk.limits import LIMITS
from tests.simulators.vendors.clerk.bench import ClerkBench, refusal

THROTTLED = (429, "too_many_requests")


def limited(name: str, key: str = "shop") -> ClerkBench:
    bench = ClerkBench(key, max_allowed_memberships=0)
    bench.simulator.schedule([], limits={name: True})
    return bench


def test_a_development_instance_has_a_hundred_calls_and_ten_more_each_second() -> None:
    bench = limited("instance-development")
    statuses = [bench.ask("GET", "/users/count").status for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    refused = bench.ask("GET", "/users/count")
    assert refusal(refused) == THROTTLED
    assert bench.ask("GET", "/jwks").status == 200
    assert bench.send("GET", "/jwks").status == 200
    bench.pass_time(int(refused.headers["retry-after"]))
    assert bench.ask("GET", "/users/count").status == 200


def test_a_production_instance_has_a_thousand() -> None:
    bench = limited("instance-production", "shop_production")
    assert [bench.ask("GET", "/users/count").status for _ in range(1_001)] == [200] * 1_000 + [429]
    assert limited("instance-production").ask("GET", "/users/count").status == 200
    other = limited("instance-development", "shop_production")
    assert {other.ask("GET", "/users/count").status for _ in range(150)} == {200}


def test_each_user_has_ten_changes_in_ten_seconds() -> None:
    bench = limited("user-changes")
    ada, bob = bench.user()["id"], bench.user("b@example.com")["id"]
    methods = [("PATCH", ""), ("PATCH", "/metadata"), ("PUT", "/metadata")] * 3 + [("PATCH", "")]
    assert {bench.ask(method, f"/users/{ada}{path}", {}).status for method, path in methods} == {200}
    assert refusal(bench.ask("PUT", f"/users/{ada}/metadata", {})) == THROTTLED
    assert refusal(bench.send("PUT", f"/users/{ada}/metadata", b"{}", headers={"content-type": "application/json"}))
    assert bench.ask("GET", f"/users/{ada}").status == 200
    assert bench.ask("POST", f"/users/{ada}/lock").status == 200
    assert bench.ask("PATCH", f"/users/{bob}", {}).status == 200
    bench.pass_time(1)
    assert bench.ask("PATCH", f"/users/{ada}", {}).status == 200


def test_organizations_and_memberships_have_buckets_of_their_own() -> None:
    bench = limited("organization-changes")
    path = f"/organizations/{bench.organization()['id']}"
    assert [bench.ask("PATCH", path, {}).status for _ in range(11)] == [200] * 10 + [429]
    bench = limited("membership-changes")
    organization = bench.organization()["id"]
    founder = bench.get("/users")[0]["id"]
    member = f"/organizations/{organization}/memberships/{founder}/metadata"
    assert [bench.ask("PATCH", member, {}).status for _ in range(11)] == [200] * 10 + [429]
    assert bench.ask("PATCH", f"/organizations/{organization}", {}).status == 200


@pytest.mark.parametrize(
    ("name", "count", "path"),
    [
        ("invitations", 100, "/invitations"),
        ("invitations-bulk", 25, "/invitations/bulk"),
        ("organization-invitations", 250, "/organizations/acme/invitations"),
        ("organization-invitations-bulk", 50, "/organizations/acme/invitations/bulk"),
    ],
)
def test_invitations_are_limited_by_the_hour(name: str, count: int, path: str) -> None:
    bench = limited(name)
    bench.organization(slug="acme")
    role = {"role": "org:member"} if "organizations" in path else {}
    for number in range(count):
        body = {"email_address": f"u{number}@example.com", **role}
        assert bench.ask("POST", path, [body] if "bulk" in path else body).status == 200
    last = {"email_address": "last@example.com", **role}
    refused = bench.ask("POST", path, [last] if "bulk" in path else last)
    assert refusal(refused) == THROTTLED
    bench.pass_time(int(refused.headers["retry-after"]))
    assert bench.ask("POST", path, [last] if "bulk" in path else last).status == 200


def test_every_limit_can_be_switched_on() -> None:
    known = {limit.name: limit for limit in LIMITS}
    assert set(switched_on(known, dict.fromkeys(known, True))) == set(known)
