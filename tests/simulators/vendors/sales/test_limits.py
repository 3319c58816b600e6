"""Limits and the headers that tell them."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.sales.bench import ORDERS, SalesBench, order


def test_with_limits_off_the_headers_tell_a_full_bucket_and_nobody_is_refused() -> None:
    bench = SalesBench()
    answers = [bench.send("GET", ORDERS) for _ in range(150)]
    assert {answer.status for answer in answers} == {200}
    assert answers[-1].headers["ratelimit"] == '"burst";r=100;t=0'
    policy = '"burst";q=100;w=10, "concurrency";q=20;qu="concurrent-requests"'
    assert answers[-1].headers["ratelimit-policy"] == policy


def test_the_bucket_is_at_the_edge_where_the_contract_says() -> None:
    bench = SalesBench()
    bench.simulator.schedule([], limits={"burst": True})
    answers = [bench.send("GET", ORDERS) for _ in range(101)]
    assert [answer.status for answer in answers] == [200] * 100 + [429]
    assert answers[0].headers["ratelimit"] == '"burst";r=99;t=1'
    refused = answers[-1]
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"] == '"burst";r=0;t=1'
    assert refused.json["violated-policies"] == ["burst"]
    bench.pass_time(float(refused.headers["retry-after"]))
    assert bench.send("GET", ORDERS).status == 200


def test_the_token_endpoint_has_a_limit_of_its_own() -> None:
    bench = SalesBench()
    bench.simulator.schedule([], limits={"token": True, "burst": {"burst": 1, "rate_per_s": 0.1}})
    assert [bench.log_in().status for _ in range(11)] == [200] * 10 + [429]
    assert bench.log_in().json["violated-policies"] == ["token"]


@pytest.mark.parametrize(
    ("mode", "names"),
    [("draft10", {"ratelimit", "ratelimit-policy"}), ("malformed", {"ratelimit", "ratelimit-policy"}),
     ("lying", {"ratelimit", "ratelimit-policy"}), ("none", set()),
     ("draft06", {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}),
     ("legacy", {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"})],
)  # fmt: skip
def test_each_mode_has_its_headers(mode: str, names: set[str]) -> None:
    answer = SalesBench(f"shop.ratelimit-{mode}").send("GET", ORDERS)
    assert {name for name in answer.headers if "ratelimit" in name} == names


def test_a_legacy_reset_is_an_instant() -> None:
    assert SalesBench("shop.ratelimit-legacy").send("GET", ORDERS).headers["x-ratelimit-reset"] == "1760000100"


def test_a_liar_promises_a_full_bucket_while_it_refuses() -> None:
    bench = SalesBench("shop.ratelimit-lying")
    bench.simulator.schedule([], limits={"burst": {"burst": 1, "rate_per_s": 0.1}})
    bench.send("GET", ORDERS)
    refused = bench.send("GET", ORDERS)
    assert (refused.status, refused.headers["ratelimit"].split(";")[1]) == (429, "r=1")


def test_a_throttle_without_a_limit_behind_it_tells_an_empty_bucket_of_the_general_policy() -> None:
    bench = SalesBench()
    rule = {"id": "r", "vendor": "sales", "throttle": {"retry_after_s": 4}}
    bench.simulator.schedule([rule_from_json(rule)])
    refused = bench.send("GET", ORDERS)
    assert (refused.status, refused.headers["retry-after"]) == (429, "4")
    assert refused.headers["ratelimit"] == '"burst";r=0;t=4'
    assert refused.json["violated-policies"] == ["burst"]


def test_every_reply_carries_its_ids_and_a_date() -> None:
    bench = SalesBench()
    bench.authorization = ""
    answers = [bench.send("GET", ORDERS), bench.send("GET", "/nowhere"), bench.send("GET", "/healthz")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert all(answer.headers["x-correlation-id"].startswith("c-") for answer in answers)
    assert all(answer.headers["date"] == "Thu, 09 Oct 2025 08:55:00 GMT" for answer in answers)


def test_a_skewed_server_tells_its_own_time() -> None:
    bench = SalesBench("shop.skew-60")
    assert bench.take_in(order()).headers["date"] == "Thu, 09 Oct 2025 08:56:00 GMT"
