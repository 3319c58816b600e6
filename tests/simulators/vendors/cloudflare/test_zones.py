"""Zones: their states by the clock, changes, lists that end; purges, rulesets, buckets."""

from typing import Any

import pytest

from tests.simulators.vendors.cloudflare.bench import ACCOUNT, CloudflareBench, a_record, refusal

DAY_S = 86_400.0


def test_a_zone_is_pending_then_active_and_told_so_once() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    assert refusal(bench.ask("POST", "/zones", {"name": "SHOP.test"})) == (400, 1061)
    bench.pass_time(61)
    assert bench.do("GET", zone)["status"] == "pending"
    bench.pass_time(120)
    read = bench.do("GET", zone)
    assert (read["status"], bool(read["activated_on"])) == ("active", True)
    bench.pass_time(60 * DAY_S)
    assert bench.do("GET", zone)["status"] == "active"
    assert len(bench.done("cloudflare.zone_state")) == 1


def test_zones_that_never_are_active_and_those_that_are_moved_go() -> None:
    bench = CloudflareBench()
    stuck, moved = bench.zone("a.stuck.test"), bench.zone("a.moved.test")
    servers = bench.do("GET", stuck)["name_servers"]
    bench.pass_time(2 * 3_600)
    assert (bench.do("GET", stuck)["status"], bench.do("GET", moved)["status"]) == ("pending", "moved")
    bench.pass_time(8 * DAY_S)
    assert [zone["name"] for zone in bench.do("GET", "/zones")] == ["a.stuck.test"]
    bench.pass_time(28 * DAY_S)
    assert bench.do("GET", "/zones") == []
    assert refusal(bench.ask("GET", stuck)) == (404, 1001)
    told = [(row["fields"]["name"], row["fields"]["status"]) for row in bench.done("cloudflare.zone_state")]
    assert told == [
        ("a.moved.test", "active"), ("a.moved.test", "moved"), ("a.moved.test", "deleted"), ("a.stuck.test", "deleted"),
    ]  # fmt: skip
    assert bench.do("POST", "/zones", {"name": "a.stuck.test"})["name_servers"] != servers


def test_a_check_may_be_asked_for_now_and_then() -> None:
    bench = CloudflareBench(zones_stuck=True)
    zone = bench.zone()
    bench.do("PUT", f"{zone}/activation_check")
    assert refusal(bench.ask("PUT", f"{zone}/activation_check")) == (429, 1224)
    bench.pass_time(3_601)
    bench.do("PUT", f"{zone}/activation_check")
    assert bench.do("GET", zone)["status"] == "pending"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"paused": True}, 200), ({"plan": {"id": "pro"}}, 200), ({"type": "partial"}, 200),
        ({"vanity_name_servers": ["ns1.shop.test"]}, 200), ({}, 400), ({"paused": True, "type": "full"}, 400),
        ({"paused": 1}, 400), ({"plan": "pro"}, 400), ({"type": "x"}, 400), ({"vanity_name_servers": "x"}, 400),
    ],
)  # fmt: skip
def test_one_change_at_a_time(body: dict[str, Any], status: int) -> None:
    bench = CloudflareBench()
    assert bench.ask("PATCH", bench.zone(), body).status == status
    assert len(bench.done("cloudflare.zone_edit")) == (status == 200)


@pytest.mark.parametrize(
    ("name", "code"), [("a.banned.test", 1097), ("no zone", 1099), ("test", 1099), (7, 1099), ("*.test", 1099)]
)
def test_what_cannot_be_a_zone(name: Any, code: int) -> None:
    bench = CloudflareBench()
    assert refusal(bench.ask("POST", "/zones", {"name": name})) == (400, code)
    assert bench.effects() == []


def test_a_list_ends_at_an_empty_page_or_where_it_is_set_up_never() -> None:
    bench, endless = CloudflareBench(), CloudflareBench(repeat_last_page=True)
    for each in (bench, endless):
        for n in range(7):
            each.zone(f"z{n}.test")
    pages = [bench.ask("GET", f"/zones?per_page=5&page={page}").json for page in (1, 2, 3)]
    assert [len(page["result"]) for page in pages] == [5, 2, 0]
    assert pages[0]["result_info"] == {"page": 1, "per_page": 5, "count": 5, "total_count": 7, "total_pages": 2}
    assert [zone["name"] for zone in endless.do("GET", "/zones?per_page=5&page=9")] == ["z5.test", "z6.test"]
    assert refusal(bench.ask("GET", "/zones?per_page=4")) == (400, 1004)
    assert len(bench.do("GET", "/zones?name=contains:z3")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"purge_everything": True}, 200), ({"tags": ["a"]}, 200),
        ({"files": ["https://shop.test/a", {"url": "https://www.shop.test/b"}]}, 200),
        ({"hosts": ["www.shop.test"]}, 200), ({"prefixes": ["shop.test/a"]}, 200), ({}, 400),
        ({"purge_everything": False}, 400), ({"purge_everything": True, "tags": ["a"]}, 400), ({"tags": []}, 400),
        ({"files": ["https://other.test/a"]}, 400), ({"hosts": ["notshop.test"]}, 400), ({"tags": ["a"] * 101}, 400),
        ({"files": [7]}, 400),
    ],
)  # fmt: skip
def test_a_purge_names_one_thing_of_its_zone(body: dict[str, Any], status: int) -> None:
    bench = CloudflareBench()
    assert bench.ask("POST", f"{bench.zone()}/purge_cache", body).status == status
    assert len(bench.done("cloudflare.purge")) == (status == 200)


def test_a_purge_of_hosts_tells_where_they_led_at_that_moment() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    for content in ("192.0.2.2", "192.0.2.1"):
        bench.do("POST", f"{zone}/dns_records", a_record("www", content))
    bench.do("POST", f"{zone}/purge_cache", {"hosts": ["WWW.shop.test", "none.shop.test"]})
    bench.do("POST", f"{zone}/purge_cache", {"tags": ["a"]})
    told = [row["fields"]["led_to"] for row in bench.done("cloudflare.purge")]
    assert told == [["192.0.2.1 192.0.2.2", ""], []]


def test_purges_by_plan_as_they_were() -> None:
    bench = CloudflareBench(purge_by_plan=True)
    path = f"{bench.zone()}/purge_cache"
    assert refusal(bench.ask("POST", path, {"tags": ["a"]})) == (400, 1107)
    assert bench.ask("POST", path, {"files": ["https://shop.test/"] * 31}).status == 400
    bench.do("POST", path, {"purge_everything": True})


def test_each_change_of_a_ruleset_is_a_version_more() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    entry = f"{zone}/rulesets/phases/http_request_firewall_custom/entrypoint"
    assert refusal(bench.ask("GET", entry)) == (404, 20001)
    rule = {"action": "block", "expression": "true"}
    made = bench.do("PUT", entry, {"rules": [rule]})
    path = f"{zone}/rulesets/{made['id']}"
    twice = [bench.do("POST", f"{path}/rules", rule) for _ in range(2)][-1]
    assert (twice["version"], len(twice["rules"])) == ("3", 3), "a repeated rule is a second rule"
    rule_id = twice["rules"][0]["id"]
    assert bench.do("PATCH", f"{path}/rules/{rule_id}", {"action": "log"})["rules"][0]["action"] == "log"
    assert len(bench.do("DELETE", f"{path}/rules/{rule_id}")["rules"]) == 2
    assert bench.do("GET", entry)["version"] == "5"
    assert len(bench.do("PUT", path, {"rules": []})["rules"]) == 0
    gone = bench.ask("DELETE", path)
    assert (gone.status, gone.body) == (204, b"")
    assert bench.do("GET", f"{zone}/rulesets") == []
    versions = [row["fields"]["version"] for row in bench.done("cloudflare.ruleset_version")]
    assert versions == ["1", "2", "3", "4", "5", "6", "6"]


def test_buckets_are_made_listed_and_removed() -> None:
    bench = CloudflareBench()
    path = f"{ACCOUNT}/r2/buckets"
    for name in ("b-two", "a-one", "c-three"):
        bench.do("POST", path, {"name": name})
    assert refusal(bench.ask("POST", path, {"name": "a-one"})) == (409, 10004)
    assert refusal(bench.ask("POST", path, {"name": "No"})) == (400, 10005)
    first = bench.ask("GET", f"{path}?per_page=2").json
    assert [row["name"] for row in first["result"]["buckets"]] == ["a-one", "b-two"]
    rest = bench.ask("GET", f"{path}?per_page=2&cursor={first['result_info']['cursor']}").json
    assert ([row["name"] for row in rest["result"]["buckets"]], rest["result_info"]["cursor"]) == (["c-three"], "")
    bench.do("DELETE", f"{path}/a-one")
    assert refusal(bench.ask("GET", f"{path}/a-one")) == (404, 10006)
