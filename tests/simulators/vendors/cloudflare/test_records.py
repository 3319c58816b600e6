"""DNS records: what they may say, who may stand beside whom, many at once, files."""

from typing import Any

import pytest

from tests.simulators.vendors.cloudflare.bench import CloudflareBench, a_record, refusal

RECORDS = "POST /client/v4/zones/{zone}/dns_records"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"content": "1.2.3"}, 9005),
        ({"type": "AAAA", "content": "192.0.2.1"}, 9006),
        ({"type": "CNAME", "content": "www.shop.test"}, 9039),
        ({"type": "TXT", "content": "t", "proxied": True}, 9004),
        ({"type": "MX", "content": "m.test"}, 9008),
        ({"type": "NOPE"}, 9002),
        ({"name": "a..b"}, 9000),
        ({"ttl": 59}, 9021),
        ({"ttl": 86_401}, 9021),
        ({"ttl": True}, 9021),
        ({"type": "SRV"}, 9101),
        ({"comment": 7}, 9204),
        ({"tags": [7]}, 9205),
        ({"settings": []}, 0),
    ],
)
def test_what_a_record_cannot_say_is_told_as_the_cause_alone_or_in_a_chain(said: dict[str, Any], code: int) -> None:
    new, old = CloudflareBench(), CloudflareBench(error_chain=True)
    if code:
        answer = new.ask("POST", f"{new.zone()}/dns_records", a_record(**said))
        assert refusal(answer) == (400, code)
        assert "error_chain" not in answer.json["errors"][0]
        answer = old.ask("POST", f"{old.zone()}/dns_records", a_record(**said))
        assert refusal(answer) == (400, 1004)
        assert answer.json["errors"][0]["error_chain"][0]["code"] == code
        assert new.done("cloudflare.dns_record") == []
    else:
        assert new.do("POST", f"{new.zone()}/dns_records", a_record(**said))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("@", "shop.test"), ("www", "www.shop.test"), ("WWW.shop.test.", "www.shop.test"), ("*", "*.shop.test"),
     ("b\u00fccher", "xn--bcher-kva.shop.test"), ("a.b", "a.b.shop.test")],
)  # fmt: skip
def test_names_are_completed(given: str, kept: str) -> None:
    bench = CloudflareBench()
    assert bench.do("POST", f"{bench.zone()}/dns_records", a_record(given))["name"] == kept


def test_who_may_stand_beside_whom() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/dns_records"
    bench.do("POST", path, a_record())
    bench.do("POST", path, a_record(content="192.0.2.2"))
    alias = {"type": "CNAME", "name": "www", "content": "b.test"}
    assert refusal(bench.ask("POST", path, a_record())) == (400, 81058)
    assert refusal(bench.ask("POST", path, alias)) == (400, 81053)
    made = bench.do("POST", path, {**alias, "name": "alias"})
    assert refusal(bench.ask("POST", path, a_record("alias"))) == (400, 81054)
    assert refusal(bench.ask("PATCH", f"{path}/{made['id']}", {"name": "www"})) == (400, 81053)
    assert refusal(bench.ask("POST", path, {"type": "NS", "name": "www", "content": "n.test"})) == (400, 81056)
    bench.do("POST", path, {"type": "NS", "name": "@", "content": "n.test"})
    bench.do("DELETE", f"{path}/{made['id']}")
    bench.do("POST", path, a_record("alias"))
    assert [row["fields"]["op"] for row in bench.done("cloudflare.dns_record")] == [
        "create", "create", "create", "create", "delete", "create",
    ]  # fmt: skip


def test_a_patch_keeps_what_it_does_not_name_and_a_put_does_not() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/dns_records"
    made = bench.do("POST", path, a_record(proxied=True, comment="c", ttl=300))
    assert (made["proxied"], made["ttl"]) == (True, 1)
    bench.pass_time(1)
    patched = bench.do("PATCH", f"{path}/{made['id']}", {"content": "192.0.2.9"})
    assert (patched["proxied"], patched["comment"]) == (True, "c")
    assert patched["modified_on"] > made["modified_on"] == patched["created_on"]
    replaced = bench.do("PUT", f"{path}/{made['id']}", a_record())
    assert (replaced["proxied"], replaced["comment"]) == (False, None)
    assert bench.do("DELETE", f"{path}/{made['id']}") == {"id": made["id"]}
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        body = None if method in {"GET", "DELETE"} else a_record()
        assert refusal(bench.ask(method, f"{path}/{made['id']}", body)) == (404, 81044)


def test_a_batch_is_done_as_a_whole_or_not_at_all() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    first = bench.do("POST", f"{zone}/dns_records", a_record())
    other = bench.do("POST", f"{zone}/dns_records", a_record("other"))
    before, effects = bench.do("GET", f"{zone}/dns_records"), len(bench.done("cloudflare.dns_record"))
    bad = {
        "deletes": [{"id": first["id"]}], "patches": [{"id": other["id"], "ttl": 300}],
        "posts": [{"type": "CNAME", "name": "www", "content": "b.test"}, a_record("z", "no")],
    }  # fmt: skip
    assert refusal(bench.ask("POST", f"{zone}/dns_records/batch", bad)) == (400, 9005)
    assert bench.do("GET", f"{zone}/dns_records") == before
    assert len(bench.done("cloudflare.dns_record")) == effects
    assert refusal(bench.ask("POST", f"{zone}/dns_records", a_record())) == (400, 81058), "the index is as before"
    bad["posts"].pop()
    done = bench.do("POST", f"{zone}/dns_records/batch", bad)
    assert [len(done[name]) for name in ("deletes", "patches", "puts", "posts")] == [1, 1, 0, 1]
    assert bench.records(zone) == [("A", "other.shop.test", "192.0.2.1"), ("CNAME", "www.shop.test", "b.test")]
    batches = {row["fields"]["batch"] for row in bench.done("cloudflare.dns_record")[effects:]}
    assert len(batches) == 1
    many = {"posts": [a_record(f"h{n}") for n in range(201)]}
    assert bench.ask("POST", f"{zone}/dns_records/batch", many).status == 400


def test_what_a_list_shows() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    bench.do("POST", f"{zone}/dns_records", a_record("a", comment="owned by shop", tags=["owner:shop"]))
    bench.do("POST", f"{zone}/dns_records", a_record("b", "192.0.2.2", proxied=True))
    bench.do("POST", f"{zone}/dns_records", {"type": "TXT", "name": "a", "content": "hello"})
    for query, found in (
        ("name=a.shop.test", 2), ("name.exact=A.SHOP.test", 2), ("name.startswith=b", 1), ("type=TXT", 1),
        ("content.contains=192", 2), ("proxied=false", 2), ("comment.present=", 1), ("comment.absent=", 2),
        ("tag=owner:shop", 1), ("tag.present=owner", 1), ("tag.absent=owner", 2), ("search=hello", 1),
        ("type=TXT&content=192.0.2.2&match=any", 2), ("type=TXT&content=192.0.2.2", 0), ("name=c.shop.test", 0),
    ):  # fmt: skip
        assert len(bench.records(zone, f"?{query}")) == found, query
    by_name = bench.records(zone, "?order=name&direction=desc")
    assert [name for _, name, _ in by_name] == ["b.shop.test", "a.shop.test", "a.shop.test"]
    assert refusal(bench.ask("GET", f"{zone}/dns_records?order=x")) == (400, 1004)


def test_a_zone_file_comes_back() -> None:
    bench, copy = CloudflareBench(), CloudflareBench("copy")
    zone = bench.zone()
    for said in (a_record(ttl=300), {"type": "MX", "name": "@", "content": "m.shop.test", "priority": 5},
                 {"type": "TXT", "name": "t", "content": "v=spf1 -all"},
                 {"type": "CNAME", "name": "c", "content": "b.test"}):  # fmt: skip
        bench.do("POST", f"{zone}/dns_records", said)
    text = bench.ask("GET", f"{zone}/dns_records/export")
    assert text.headers["content-type"] == "text/plain"
    form = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + text.body + b"\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    other = copy.zone()
    counts = copy.do("POST", f"{other}/dns_records/import", form, content_type=kind)
    assert counts == {"recs_added": 4, "total_records_parsed": 4}
    assert copy.records(other) == bench.records(zone)
    assert copy.do("POST", f"{other}/dns_records/import", form, content_type=kind)["recs_added"] == 0


def test_a_reader_who_is_behind_sees_what_was() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    kept = bench.do("POST", f"{zone}/dns_records", a_record())
    gone = bench.do("POST", f"{zone}/dns_records", a_record("gone"))
    bench.pass_time(10)
    bench.do("PATCH", f"{zone}/dns_records/{kept['id']}", {"content": "192.0.2.7"})
    bench.do("DELETE", f"{zone}/dns_records/{gone['id']}")
    bench.do("POST", f"{zone}/dns_records", a_record("new"))
    now = bench.records(zone)
    bench.schedule({"match": "GET /client/v4/zones/{zone}/dns_records", "stale_reads": {"lag_s": 5}})
    assert bench.records(zone) == [("A", "gone.shop.test", "192.0.2.1"), ("A", "www.shop.test", "192.0.2.1")]
    bench.schedule()
    assert bench.records(zone) == now == [("A", "new.shop.test", "192.0.2.1"), ("A", "www.shop.test", "192.0.2.7")]


def test_comments_with_an_outcome() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/dns_records"
    late = bench.do("POST", path, a_record("late", comment="sim:lag=5s"))
    assert refusal(bench.ask("GET", f"{path}/{late['id']}")) == (404, 81044)
    bench.pass_time(5)
    assert bench.do("GET", f"{path}/{late['id']}") == late
    ghost = bench.do("POST", path, a_record("ghost", comment="sim:ghost"))
    assert refusal(bench.ask("GET", f"{path}/{ghost['id']}")) == (404, 81044)
    broken = a_record("broken", comment="sim:commit-then-500")
    assert bench.ask("POST", path, broken).status == 500
    assert refusal(bench.ask("POST", path, broken)) == (400, 81058)
    told = [row["fields"]["name"] for row in bench.done("cloudflare.dns_record")]
    assert told == ["late.shop.test", "broken.shop.test"], "a ghost is in no books"


def test_a_record_is_seen_at_the_edge_a_little_later() -> None:
    bench = CloudflareBench()
    bench.do("POST", f"{bench.zone()}/dns_records", a_record())
    assert bench.done("cloudflare.dns_visible") == []
    bench.pass_time(6)
    assert [row["fields"]["op"] for row in bench.done("cloudflare.dns_visible")] == ["create"]


def test_a_zone_holds_a_thousand_records() -> None:
    bench = CloudflareBench()
    zone = bench.zone()
    for start in range(0, 1_000, 200):
        bench.do("POST", f"{zone}/dns_records/batch", {"posts": [a_record(f"h{n}") for n in range(start, start + 200)]})
    assert refusal(bench.ask("POST", f"{zone}/dns_records", a_record())) == (400, 81045)
