"""Revoke credentials."""

from tests.simulators.driving import Driver, body_of


def test_a_revoked_credential_gets_the_vendors_own_401_and_nothing_is_done() -> None:
    till = Driver({"revoke_credentials": {}, "match": {"account": "a"}})
    assert body_of(till.send(account="a")) == {"error": "who_are_you"}
    assert till.send(account="b").status == 200
    assert len(till.effects()) == 1


def test_it_comes_before_limits_and_other_answers() -> None:
    till = Driver({"respond": {"status": 503}}, {"revoke_credentials": {}})
    till.limit(per_second={"rate_per_s": 1, "burst": 1})
    assert [till.send().status for _ in range(3)] == [401, 401, 401]
    assert till.struck("r0") == 0


def test_a_public_route_is_struck_only_where_a_credential_comes_along() -> None:
    till = Driver({"revoke_credentials": {}})
    call = till.call("GET", "/health")
    del call.headers["authorization"]  # type: ignore[attr-defined]
    assert till.finish(till.simulator.handle(call)).status == 200
    assert till.send("GET", "/health").status == 401
