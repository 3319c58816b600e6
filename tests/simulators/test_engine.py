"""The engine: one order of things, whatever the vendor."""

import pytest

from tests.simulators.driving import Driver, body_of


def test_a_call_reaches_the_action_and_its_effect_the_ledger() -> None:
    till = Driver()
    answer = till.send(operation="op-1")
    assert answer.status == 200
    (effect,) = till.effects()
    assert (effect["route"], effect["operation_id"], effect["amount"]) == ("till.charge", "op-1", 100)
    (row,) = till.requests()
    assert (row["route"], row["status"], row["ending"], row["account"]) == ("POST /v1/charges", 200, "complete", "a")
    assert answer.headers["till-request"] == row["id"] == row["request_id"] == effect["request_id"]


def test_a_latency_holds_the_work_back_and_is_booked_as_asked_and_given() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 2.0
    assert till.effects() == []
    till.clock.now_s += 2.0
    assert till.finish(steps).status == 200
    (row,) = till.requests()
    assert (row["asked_delay_s"], row["given_delay_s"], row["faults"]) == (2.0, 2.0, ["r0"])


def test_latency_counts_from_arrival_so_that_a_late_host_adds_nothing() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    call = till.call()
    till.clock.now_s += 0.5
    assert next(till.simulator.handle(call)) == pytest.approx(1.5)


def test_a_host_that_wakes_too_early_is_sent_back_to_sleep() -> None:
    till = Driver({"latency": {"fixed_s": 2.0}})
    steps = till.simulator.handle(till.call())
    next(steps)
    till.clock.now_s += 1.75
    assert next(steps) == pytest.approx(0.25)


def test_an_answer_lost_after_the_effect_leaves_the_effect_and_a_status_of_zero() -> None:
    till = Driver({"drop_after_effect": {"ending": "reset"}})
    answer = till.send(key="k-1")
    assert (answer.status, answer.ending) == (0, "reset")
    assert len(till.effects()) == 1
    assert till.requests()[0]["ending"] == "reset"
    till.simulator.plan.remove()
    replay = till.send(key="k-1")
    assert replay.headers["replayed"] == "true"
    assert replay.headers["first-request"] == till.requests()[0]["id"]
    assert len(till.effects()) == 1
    assert till.requests()[1]["replayed"] is True


def test_a_drop_before_the_effect_leaves_no_effect_and_no_memory_of_the_key() -> None:
    till = Driver({"drop_before_effect": {"ending": "close"}})
    answer = till.send(key="k-1")
    assert (answer.status, answer.ending) == (0, "close")
    assert till.effects() == []
    assert till.requests()[0]["status"] == 0
    till.simulator.plan.remove()
    assert "replayed" not in till.send(key="k-1").headers


def test_an_unknown_route_gets_the_vendors_own_error_and_a_hint_beside_it() -> None:
    answer = Driver().send("POST", "/v1/charge")
    assert body_of(answer) == {"error": "no_such_route"}
    assert answer.headers["Brownout-Hint"] == "the nearest route is POST /v1/charges"


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


def test_an_account_opens_on_first_use_and_knows_nothing_of_others() -> None:
    till = Driver()
    charge = body_of(till.send(account="a"))
    assert till.send("GET", f"/v1/charges/{charge['id']}", account="a").status == 200
    assert till.send("GET", f"/v1/charges/{charge['id']}", account="b").status == 404
    assert sorted(till.simulator.accounts) == ["a", "b"]


def test_ids_depend_on_seed_and_account_and_not_on_what_other_accounts_do() -> None:
    alone, beside = Driver(seed=3), Driver(seed=3)
    beside.send(account="other")
    assert body_of(alone.send(account="a"))["id"] == body_of(beside.send(account="a"))["id"]
    assert body_of(Driver(seed=4).send(account="a"))["id"] != body_of(Driver(seed=3).send(account="a"))["id"]


def test_a_bad_credential_gets_the_vendors_own_refusal_and_is_booked_without_an_account() -> None:
    till = Driver()
    answer = till.send(headers={"authorization": "Bearer nonsense"})
    assert body_of(answer) == {"error": "who_are_you"}
    assert till.requests()[0]["account"] == ""
    assert till.simulator.accounts == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk_live_abcdefghijklmnop"},
        {"authorization": "Basic c2tfbGl2ZV9hYmNkZWZnaGlqa2xtbm9wOg=="},
        {"x-api-key": "rk_live_abcdefghijklmnop"},
    ],
)
def test_a_credential_that_looks_live_is_refused_and_kept_nowhere(headers: dict[str, str]) -> None:
    till = Driver()
    answer = till.send(headers=headers)
    assert answer.status == 401
    assert b"refuses" in answer.body
    assert "live_abc" not in repr(till.rows()) + repr(answer) + repr(till.simulator.status())


def test_the_operation_is_found_in_the_body_where_no_header_names_it() -> None:
    till = Driver()
    till.send(body={"amount": 1, "metadata": {"operation_id": "op-b"}})
    assert [row["operation_id"] for row in till.rows()] == ["op-b", "op-b"]


def test_an_action_that_breaks_is_the_simulators_problem_and_still_answers() -> None:
    till = Driver()
    assert till.send("POST", "/v1/clumsy").status == 500
    assert till.simulator.problems == ["POST /v1/clumsy: KeyError: 'a defect'"]


def test_dates_follow_the_vendors_clock() -> None:
    till = Driver()
    assert till.send().headers["date"] == "Tue, 14 Nov 2023 22:15:00 GMT"


def test_the_fault_that_struck_is_named_beside_the_answer() -> None:
    till = Driver({"latency": {"fixed_s": 0.1}}, {"respond": {"status": 502}})
    assert till.send().headers["Brownout-Fault"] == "r1, r0"


def test_the_calls_in_flight_are_counted_per_account_also_when_a_host_gives_up() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}})
    steps = till.simulator.handle(till.call(key="k-1"))
    next(steps)
    assert (till.simulator.in_flight, till.simulator.accounts["a"].in_flight) == (1, 1)
    steps.close()
    assert (till.simulator.in_flight, till.simulator.accounts["a"].in_flight) == (0, 0)
    till.simulator.plan.remove()
    assert till.send(key="k-1").status == 200
