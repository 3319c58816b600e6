"""The control API."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.faults import FAULTS, rule_from_json
from brownout_simulators.hosts.control import PREFIX, ROUTES, control
from tests.simulators.driving import Driver

DOCS = Path(__file__).parents[3] / "docs" / "simulators.md"


def ask(till: Driver, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    status, answer = control(till.simulator, method, f"{PREFIX}/{path}", query, raw)
    return status, json.loads(answer)


def test_a_simulator_describes_itself() -> None:
    status, said = ask(Driver(), "GET", "")
    assert status == 200
    assert (said["vendor"], said["limits"], said["faults"]) == ("till", ["per-second", "at-once"], list(FAULTS))
    assert "POST /v1/charges" in said["routes"]
    assert said["environment"] == {"TILL_URL": "", "TILL_KEY": "till_test_default"}


def test_rules_of_a_schedule_are_read_as_a_fault_by_itself_is() -> None:
    """Whoever starts the simulator says how: in seconds, or as a scenario has them."""
    given = {"id": "slow", "vendor": "till", "latency": "2s"}
    asked = []

    def read(written: Any) -> Any:
        asked.append(written)
        return rule_from_json({**written, "latency": {"fixed_s": 2.0}})

    till = Driver(read_rule=read)
    assert ask(till, "POST", "schedule", {"rules": [given]})[0] == 200
    assert asked == [given]
    till.send()
    assert till.clock() == pytest.approx(102.0)


def test_faults_are_added_listed_counted_and_removed() -> None:
    till = Driver()
    status, rule = ask(till, "POST", "faults", {"match": "POST /v1/charges", "respond": {"status": 502}})
    assert (status, rule["id"], rule["vendor"]) == (201, "fault.1", "till")
    assert till.send().status == 502
    assert ask(till, "GET", "faults")[1] == {"faults": [{**rule, "matched": 1, "struck": 1}]}
    assert ask(till, "GET", "faults/fault.1")[1]["struck"] == 1
    assert ask(till, "DELETE", "faults/fault.1") == (200, {"removed": "fault.1"})
    assert ask(till, "DELETE", "faults/fault.1")[0] == ask(till, "GET", "faults/fault.1")[0] == 404
    assert ask(till, "PUT", "faults/mine", {"hang": {}})[1]["id"] == "mine"
    assert ask(till, "DELETE", "faults") == (200, {"removed": "all"})
    assert till.send().status == 200


def test_changes_by_hand_are_told_with_who_made_them() -> None:
    till = Driver()
    ask(till, "POST", "faults", {"hang": {}}, "by=cli")
    till.clock.now_s += 4.0
    ask(till, "DELETE", "faults/fault.1", query="by=console")
    ask(till, "PUT", "faults/mine", {"hang": {}})
    status, said = ask(till, "GET", "changes")
    assert (status, said["now_s"] - said["start_at_s"], said["dropped"]) == (200, 4.0, 0)
    told = [(each["rule"]["id"], each["by"], each["off_by"]) for each in said["changes"]]
    assert told == [("fault.1", "cli", "console"), ("mine", "api", "")]
    assert said["changes"][0]["off_s"] - said["changes"][0]["on_s"] == 4.0
    assert ask(till, "DELETE", "faults", query="by=No%20Name")[0] == 400


def test_an_id_in_the_path_may_be_anything_percent_encoded() -> None:
    till = Driver()
    assert ask(till, "PUT", "faults/a%2Fb%20%3F", {"hang": {}})[1]["id"] == "a/b ?"
    assert ask(till, "DELETE", "faults/a%2Fb%20%3F") == (200, {"removed": "a/b ?"})


def test_a_rule_for_a_route_that_the_vendor_does_not_have_is_added_and_said_to_match_none() -> None:
    till = Driver()
    status, said = ask(till, "POST", "faults", {"id": "typo", "match": "POST /v1/charge", "hang": {}})
    assert (status, said["matches_no_route"], said["nearest"]) == (201, True, "POST /v1/charges")
    assert "typo" in till.simulator.plan.standing
    assert "matches_no_route" not in ask(till, "POST", "faults", {"match": "POST /v1/charges", "hang": {}})[1]
    rules = [{"id": "a", "vendor": "till", "match": "PUT /v1/charges/x", "hang": {}}]
    said = ask(till, "POST", "schedule", {"rules": rules})[1]
    assert said["matches_no_route"] == {"a": "POST /v1/charges/{id}"}


def test_a_schedule_brings_rules_start_seed_limits_and_correlation_at_once() -> None:
    till = Driver()
    schedule = {
        "start_at_s": 95.0,
        "seed": 3,
        "rules": [
            {"id": "a", "vendor": "till", "respond": {"status": 503}, "window": {"start_s": 5, "end_s": 6}},
            {"id": "b", "vendor": "stripe", "hang": {}},
        ],
        "limits": {"per-second": {"burst": 2}},
        "limits_during": [{"start_s": 6, "end_s": 9, "limits": {}}],
        "correlate": ["header.x-run"],
        "webhook_time_scale": 0.5,
    }
    told = {"rules": ["a"], "start_at_s": 95.0, "matches_no_route": {}}
    assert ask(till, "POST", "schedule", schedule) == (200, told)
    answers = [till.send(headers={"x-run": "op-9"}).status for _ in range(3)]
    assert answers == [503, 503, 429]
    till.clock.now_s += 1.0
    assert [till.send().status for _ in range(3)] == [200, 200, 200]
    assert till.requests()[0]["operation_id"] == "op-9"
    assert (till.simulator.plan.seed, till.simulator.seed) == (3, 7)


def test_the_ledger_is_read_in_pages() -> None:
    till = Driver()
    for _ in range(5):
        till.send()
    _, first = ask(till, "GET", "ledger", query="limit=4")
    assert ([row["seq"] for row in first["rows"]], first["next_after"], first["more"]) == ([0, 1, 2, 3], 3, True)
    _, rest = ask(till, "GET", "ledger", query="after=3")
    assert ([row["seq"] for row in rest["rows"]], rest["more"], rest["dropped"]) == ([4, 5, 6, 7, 8, 9], False, 0)
    assert ask(till, "GET", "ledger", query="after=9")[1]["rows"] == []


def test_the_clock_is_read_and_moved() -> None:
    till = Driver()
    assert ask(till, "GET", "clock")[1]["now_s"] == 100.0
    assert ask(till, "POST", "clock", {"advance_s": 60})[1] == {
        "now_s": 100.0,
        "vendor_now_s": 160.0,
        "offset_s": 60.0,
        "epoch_s": 1_700_000_000.0,
    }


def test_reset_and_seed_begin_anew() -> None:
    till = Driver()
    till.send(account="a")
    till.send(account="b")
    assert ask(till, "POST", "reset", {"account": "a"}) == (200, {"reset": "a"})
    assert list(till.simulator.accounts) == ["b"]
    assert ask(till, "POST", "reset") == (200, {"reset": "all"})
    assert ask(till, "POST", "seed", {"seed": 11}) == (200, {"seed": 11})
    assert (till.simulator.seed, till.rows()) == (11, [])


def test_status_and_webhooks_tell_what_is_open() -> None:
    till = Driver({"latency": {"fixed_s": 1}})
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"})
    till.send()
    (webhook,) = till.simulator.run_due(till.clock())
    _, status = ask(till, "GET", "status")
    assert status["rules"] == [{"id": "r0", "matched": 2, "struck": 2}]
    assert (status["in_flight"], status["open_webhooks"]) == (0, 1)
    assert status["ledger"] == {"next_seq": 3, "dropped": 0, "epoch": 0}
    till.simulator.webhook_done(webhook.id, 200)
    _, webhooks = ask(till, "GET", "webhooks")
    assert (webhooks["delivered"], webhooks["attempts"]) == (1, webhooks["attempts"])
    assert webhooks["log"][0]["type"] == "charge.made"


def test_status_tells_who_is_at_work_and_who_waits() -> None:
    till = Driver({"serve": {"at_once": 1, "each": {"fixed_s": 1}, "queue": 1}})
    for steps in (first := till.simulator.handle(till.call()), till.simulator.handle(till.call())):
        next(steps)
    assert till.send().status == 503
    _, status = ask(till, "GET", "status")
    assert status["serving"] == {
        "working": 1, "waiting": 1, "most_waiting": 1, "came": 3, "waited": 1, "turned_away": 1, "gave_up": 0,
        "asked_work_s": 0.0, "given_work_s": 0.0,
    }  # fmt: skip
    till.finish(first)
    serving = ask(till, "GET", "status")[1]["serving"]
    assert (serving["working"], serving["waiting"], serving["given_work_s"]) == (1, 0, 1.0)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "why"),
    [
        ("GET", "nowhere", None, 404, "no such control route"),
        ("DELETE", "ledger", None, 405, "ledger answers to GET"),
        ("POST", "faults", b"{", 400, "not JSON"),
        ("POST", "faults", [1], 400, "JSON object"),
        ("POST", "faults", {"hagn": {}}, 400, "did you mean hang"),
        ("POST", "faults", {"vendor": "stripe", "hang": {}}, 400, "is for stripe"),
        ("POST", "schedule", {"rule": []}, 400, "rule: no such key"),
        ("POST", "schedule", {"rules": 3}, 400, "rules: a list"),
        ("POST", "schedule", {"start_at_s": "now"}, 400, "start_at_s: a number"),
        ("POST", "schedule", {"limits": {"x": True}}, 400, "no such limit"),
        ("POST", "schedule", {"limits": [1]}, 400, "limits: an object"),
        ("POST", "schedule", {"limits_during": {}}, 400, "limits_during: a list"),
        ("POST", "schedule", {"limits_during": [{}]}, 400, "limits_during: objects of start_s"),
        ("POST", "schedule", {"correlate": ["x"]}, 400, "correlate"),
        ("POST", "schedule", {"fields": {"till.charge": "currency"}}, 400, "fields"),
        ("POST", "schedule", {"fields": {"till.charge": ["colour"]}}, 400, "till.charge has no field 'colour'"),
        ("POST", "schedule", {"fields": {"till.refund": []}}, 400, "till has no effect 'till.refund'"),
        ("POST", "schedule", {"webhook_time_scale": -1}, 400, "webhook_time_scale"),
        ("POST", "schedule", {"webhook_time_scale": 1e300}, 400, "webhook_time_scale"),
        ("POST", "schedule", {"start_at_s": 10**400}, 400, "start_at_s"),
        ("POST", "clock", {"advance_s": 10**400}, 400, "advance_s"),
        ("POST", "schedule", {"limits": {"per-second": {"burst": 10**400}}}, 400, "burst"),
        ("POST", "faults", {"vendor": "*", "hang": {}}, 400, "a rule names one vendor"),
        ("POST", "faults", {"id": "sk_live_abcdefghijkl", "hang": {}}, 400, "looks like a live credential"),
        ("POST", "faults", {"match": {"operation": "sk_live_abcdefghijkl"}, "hang": {}}, 400, "a live credential"),
        ("POST", "reset", b'{"account": "sk\\u005flive_abcdefghijkl"}', 400, "a live credential"),
        ("POST", "faults", {"id": "a\nb", "hang": {}}, 400, "printable"),
        ("POST", "faults", {"match": "Messages.json", "hang": {}}, 400, "a path starts with /"),
        ("POST", "faults", {"stale_reads": {"lag_s": 10**400}}, 400, "lag_s: a number"),
        ("POST", "faults", {"webhooks": {"late_s": 2**64}}, 400, "webhooks.late_s: at least 0, and a year at most"),
        ("POST", "faults", {"latency": {"empirical": {"file": "/"}}}, 400, "Is a directory"),
        ("POST", "faults", {"latency": {"empirical": {"file": "/dev/zero"}}}, 400, "not a regular file"),
        ("POST", "clock", {}, 400, "advance_s"),
        ("POST", "clock", {"advance_s": -1}, 400, "advance_s"),
        ("POST", "clock", b'{"advance_s": NaN}', 400, "advance_s"),
        ("POST", "clock", {"advance_s": 1e300}, 400, "advance_s"),
        ("POST", "schedule", b'{"start_at_s": Infinity}', 400, "start_at_s"),
        ("POST", "faults", b"[" * 100_000, 400, "recursion depth"),
        ("POST", "seed", {"seed": 1.5}, 400, "whole number"),
        ("POST", "seed", {}, 400, "seed"),
        ("POST", "reset", {"account": 3}, 400, "account"),
    ],
)
def test_a_request_that_cannot_be_says_why(method: str, path: str, body: Any, status: int, why: str) -> None:
    till = Driver({"hang": {}})
    assert ask(till, method, path, body)[0] == status
    assert why in ask(till, method, path, body)[1]["error"]
    assert list(till.simulator.plan.standing) == ["r0"]


def test_a_page_that_cannot_be_is_refused() -> None:
    status, answer = ask(Driver(), "GET", "ledger", query="after=x")
    assert (status, answer["error"]) == (400, "after: a whole number is needed, got 'x'")


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_in_the_manual(route: str) -> None:
    assert f"`{route}" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_and_field_is_in_the_manual(kind: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    section = text.partition(f"\n### `{kind}`")[2].partition("\n### ")[0]
    assert section, f"no section on {kind}"
    for field in fields(FAULTS[kind]):  # type: ignore[arg-type]
        assert f"`{field.name}`" in section, f"{kind}.{field.name} is not described"


def test_moments_are_watched_told_and_let_go() -> None:
    till = Driver()
    status, said = ask(till, "POST", "moments", {"moments": [{"id": "m", "match": "POST *", "moment": "received"}]})
    nothing_yet = {"id": "m", "came": 0, "has_come": False, "is_held": False, "was_held_too_long": False}
    assert (status, said) == (200, {"moments": [nothing_yet]})
    steps = till.simulator.handle(till.call())
    next(steps)
    assert ask(till, "GET", "moments/m")[1]["moments"] == [
        {**nothing_yet, "came": 1, "has_come": True, "is_held": True}
    ]
    assert ask(till, "DELETE", "moments/m")[1]["moments"][0]["is_held"] is False
    assert till.finish(steps).status == 200
    assert ask(till, "DELETE", "moments/x")[0] == 404


@pytest.mark.parametrize(
    "moments",
    [None, [1], [{}], [{"id": "m", "moment": "sent"}], [{"id": "m", "moment": "received", "nth": -1}], [{"odd": 1}]],
)
def test_moments_that_cannot_be_are_refused_and_nothing_changes(moments: Any) -> None:
    till = Driver()
    ask(till, "POST", "moments", {"moments": [{"id": "m", "moment": "received"}]})
    assert ask(till, "POST", "moments", {"moments": moments})[0] == 400
    assert list(till.simulator.moments.waiting()) == ["m"]


def test_deliveries_are_read_page_by_page() -> None:
    till = Driver()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    for _ in range(3):
        till.send(operation="op-1")
    for webhook in till.simulator.run_due(till.clock()):
        till.simulator.webhook_done(webhook.id, 200)
    _, first = ask(till, "GET", "deliveries", query="limit=2")
    assert ([row["delivery"] for row in first["rows"]], first["next_after"], first["more"]) == ([1, 2], 1, True)
    assert (first["rows"][0]["vendor"], first["rows"][0]["operation_id"], first["dropped"]) == ("till", "op-1", 0)
    _, rest = ask(till, "GET", "deliveries", query=f"after={first['next_after']}")
    assert ([row["delivery"] for row in rest["rows"]], rest["next_after"], rest["more"]) == ([3], 2, False)
    assert ask(till, "GET", "deliveries", query="after=2")[1] == {
        "rows": [],
        "next_after": 2,
        "more": False,
        "dropped": 0,
    }


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"url": "http://127.0.0.1:1/hook"}, "till has no receivers to register"),
        ({"url": "http://shop.example.com/hook"}, "a receiver on this machine is needed"),
        ({}, "a receiver on this machine is needed"),
        ({"url": "http://127.0.0.1:1/hook", "account": 7}, "a receiver on this machine is needed"),
    ],
)
def test_a_receiver_that_cannot_be_is_refused(body: dict[str, Any], why: str) -> None:
    status, answer = ask(Driver(), "POST", "receivers", body)
    assert status == 400
    assert why in answer["error"]


def test_a_vendor_names_itself_by_where_clients_find_it() -> None:
    till = Driver()
    assert ask(till, "PUT", "address", {"url": "http://127.0.0.1:4000"}) == (200, {"url": "http://127.0.0.1:4000"})
    assert ask(till, "GET", "")[1]["url"] == "http://127.0.0.1:4000"
    for wrong in ({}, {"url": 7}, {"url": "http://shop.example.com"}):
        status, answer = ask(till, "PUT", "address", wrong)
        assert (status, "where clients find it on this machine" in answer["error"]) == (400, True)


def test_a_vendor_is_set_up_and_says_how() -> None:
    till = Driver()
    assert ask(till, "GET", "")[1]["setup"] == {"shop": "whose till it is, on each charge"}
    assert ask(till, "GET", "setup") == (200, {"setup": {}})
    assert ask(till, "PUT", "setup", {"shop": "Noon"}) == (200, {"setup": {"shop": "Noon"}})
    assert ask(till, "PUT", "setup", {"shop": 7}) == (400, {"error": "shop: a name is needed"})
    assert ask(till, "POST", "schedule", {"setup": ["shop"]})[0] == 400
    assert ask(till, "GET", "setup") == (200, {"setup": {"shop": "Noon"}})
    assert ask(till, "POST", "schedule", {"setup": {"shop": "Dusk"}})[0] == 200
    assert ask(till, "GET", "setup") == (200, {"setup": {"shop": "Dusk"}})
