"""Faults, limits, idempotency: whether the vendor works at all."""

from tests.simulators.driving import Driver, body_of


def test_a_second_call_with_a_key_in_use_conflicts_and_the_first_still_finishes() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}, "sequence": "F.", "sequence_per": "rule"})
    first = till.simulator.handle(till.call(key="k-1"))
    next(first)
    assert body_of(till.send(key="k-1")) == {"error": "in_progress"}
    till.clock.now_s += 2.0
    assert till.finish(first).status == 200
    assert till.send(key="k-1").headers["replayed"] == "true"
    assert len(till.effects()) == 1


def test_of_64_concurrent_duplicates_one_has_an_effect() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    started = [till.simulator.handle(till.call(key="same")) for _ in range(64)]
    for steps in started:
        next(steps)
    till.clock.now_s += 1.0
    statuses = [till.finish(steps).status for steps in started]
    assert sorted(statuses) == [200] + [409] * 63
    assert len(till.effects()) == 1


def test_the_same_key_with_other_parameters_is_refused() -> None:
    till = Driver()
    till.send(key="k-1")
    assert body_of(till.send(key="k-1", body={"amount": 7})) == {"error": "other_parameters"}
    assert len(till.effects()) == 1


def test_a_refused_validation_is_not_remembered_where_the_vendor_says_so() -> None:
    till = Driver()
    assert till.send(key="k-1", body={"amount": "x"}).status == 400
    assert till.send(key="k-1").status == 200


def test_keys_are_forgotten_after_the_vendors_time() -> None:
    till = Driver()
    till.send(key="k-1")
    till.clock.now_s += 60.0
    assert "replayed" not in till.send(key="k-1").headers
    assert len(till.effects()) == 2


def test_one_key_means_different_things_in_different_accounts() -> None:
    till = Driver()
    till.send(key="k-1", account="a")
    assert "replayed" not in till.send(key="k-1", account="b").headers


def test_a_key_that_the_vendor_objects_to_is_refused_after_the_faults() -> None:
    till = Driver({"respond": {"status": 503}, "sequence": "F", "sequence_per": "rule"})
    assert till.send(key="bad").status == 503
    assert body_of(till.send(key="bad")) == {"error": "bad_key"}


def test_a_body_that_cannot_be_read_is_refused_in_the_vendors_words() -> None:
    till = Driver()
    assert till.send(body=b"{").status == 400
    assert till.send(body=b"[1]").status == 400
    assert till.effects() == []


def test_a_limit_on_calls_in_flight_counts_those_that_wait() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    till.limit(at_once=True)
    flying = [till.simulator.handle(till.call()) for _ in range(2)]
    for steps in flying:
        next(steps)
    till.simulator.plan.remove()
    assert till.send().status == 429
    till.clock.now_s += 1.0
    assert [till.finish(steps).status for steps in flying] == [200, 200]
    assert till.send().status == 200


def test_a_call_that_the_limiter_refuses_is_not_struck_before_its_effect_a_second_time() -> None:
    till = Driver({"respond": {"status": 503}})
    till.limit(per_second={"rate_per_s": 1, "burst": 1})
    assert [till.send().status for _ in range(3)] == [503, 429, 429]
    assert till.struck() == 1
