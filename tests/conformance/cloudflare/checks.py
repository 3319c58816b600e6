"""Cloudflare, with the official SDK for Python, sync and async."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import cloudflare
import httpx
from cloudflare import AsyncCloudflare, Cloudflare

from tests.conformance.checking import At, check, main

ROOT = "/client/v4"
RECORDS = f"POST {ROOT}/zones/{{zone}}/dns_records"
RAY = re.compile(r"[0-9a-f]{16}-[A-Z]{3}")


class Seen:
    """What went over the wire: requests, and answers."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []

    @property
    def retries(self) -> list[str]:
        """What the SDK said of itself."""
        return [request.headers["x-stainless-retry-count"] for request in self.requests]


def client(at: At, seen: Seen | None = None, **more: Any) -> Cloudflare:
    """The client, in strict mode unless it is told otherwise: what has not the SDK's shape is an error."""
    del at
    hooks: Any = {"request": [seen.requests.append], "response": [seen.answers.append]} if seen is not None else {}
    return Cloudflare(http_client=httpx.Client(event_hooks=hooks), **{"_strict_response_validation": True, **more})


def refused(work: Callable[[], object]) -> Any:
    try:
        work()
    except cloudflare.APIStatusError as error:
        return error
    raise AssertionError("it went through")


async def refused_async(asked: Awaitable[object]) -> Any:
    try:
        await asked
    except cloudflare.APIStatusError as error:
        return error
    raise AssertionError("it went through")


def code_of(error: Any) -> tuple[int, int]:
    return error.status_code, error.errors[0].code


def zone_of(cf: Cloudflare, at: At, name: str = "a.test") -> str:
    return str(cf.zones.create(account={"id": at.env["CLOUDFLARE_ACCOUNT_ID"]}, name=name).id)


def a_record(cf: Cloudflare, zone: str, content: str = "192.0.2.1", name: str = "www", **more: Any) -> Any:
    return cf.dns.records.create(zone_id=zone, type="A", name=name, content=content, ttl=1, **more)


def space_of(cf: Cloudflare, at: At) -> dict[str, str]:
    """The two arguments by which a namespace is named."""
    account = at.env["CLOUDFLARE_ACCOUNT_ID"]
    made = cf.kv.namespaces.create(account_id=account, title="cache")
    return {"account_id": account, "namespace_id": made.id}


@check(1, "a good token is told as such, by a code that is an error elsewhere", "python")
def verified(at: At) -> None:
    seen = Seen()
    cf = client(at, seen)
    result = cf.user.tokens.verify()
    assert result is not None
    assert result.status == "active"
    body = seen.answers[0].json()
    assert (body["errors"], body["messages"][0]["code"]) == ([], 10000)
    assert [request.headers["authorization"] for request in seen.requests] == [
        f"Bearer {at.env['CLOUDFLARE_API_TOKEN']}"
    ]


@check(2, "a key with its e-mail in place of a token; a wrong one is 9103, once", "python")
def keys(at: At) -> None:
    seen = Seen()
    url = at.env["CLOUDFLARE_BASE_URL"]
    cf = client(at, seen, api_key="cf_key_shop", api_email="ada@shop.test", base_url=url)
    cf.zones.list()
    sent = seen.requests[0].headers
    assert (sent["x-auth-key"], sent["x-auth-email"], "authorization" in sent) == (
        "cf_key_shop",
        "ada@shop.test",
        False,
    )
    bad = Seen()
    wrong = client(at, bad, api_key="cf_wrong", api_email="ada@shop.test")
    error = refused(wrong.zones.list)
    assert isinstance(error, cloudflare.PermissionDeniedError)
    assert code_of(error) == (403, 9103)
    assert len(bad.requests) == 1


@check(3, "a header of another form is 6003, with its cause in a chain", "python")
def bad_header(at: At) -> None:
    said = httpx.get(f"{at.env['CLOUDFLARE_BASE_URL']}/zones", headers={"Authorization": "token x"})
    (error,) = said.json()["errors"]
    assert (said.status_code, error["code"], error["error_chain"][0]["code"]) == (400, 6003, 6111)


@check(4, "a zone is pending, with two name servers, and there once", "python")
def zones(at: At) -> None:
    cf = client(at)
    made = cf.zones.create(account={"id": at.env["CLOUDFLARE_ACCOUNT_ID"]}, name="a.test")
    assert (made.status, len(made.name_servers)) == ("pending", 2)
    error = refused(lambda: zone_of(cf, at))
    assert isinstance(error, cloudflare.BadRequestError)
    assert code_of(error) == (400, 1061)
    assert [zone.id for zone in cf.zones.list(name="a.test")] == [made.id]


@check(5, "a zone becomes active; a second check so soon is refused; one that never does disappears", "python")
def activation(at: At) -> None:
    cf = client(at)
    zone, stuck = zone_of(cf, at), zone_of(cf, at, "x.stuck.test")
    cf.zones.activation_check.trigger(zone_id=zone)
    cf.zones.activation_check.trigger(zone_id=stuck)
    at.control.advance(120)
    read = cf.zones.get(zone_id=zone)
    assert read is not None
    assert (read.status, bool(read.activated_on)) == ("active", True)
    again = refused(lambda: cf.with_options(max_retries=0).zones.activation_check.trigger(zone_id=stuck))
    assert code_of(again) == (429, 1224)
    at.control.advance(28 * 86_400)
    assert sorted(each.name for each in cf.zones.list()) == ["a.test", "site.test"]


@check(6, "a record is made, read, patched, put back and deleted", "python")
def round_trip(at: At) -> None:
    cf = client(at)
    zone = zone_of(cf, at)
    made = a_record(cf, zone, proxied=True, comment="c")
    assert (made.name, made.proxied, made.ttl) == ("www.a.test", True, 1)
    edited = cf.dns.records.edit(
        made.id, zone_id=zone, type="A", name="www", ttl=300, proxied=False, content="192.0.2.1"
    )
    assert edited is not None
    assert (edited.ttl, edited.comment) == (300, "c")
    whole = cf.dns.records.update(made.id, zone_id=zone, type="A", name="www", ttl=1, content="192.0.2.2")
    assert whole is not None
    assert (whole.proxied, whole.comment, whole.content) == (False, None, "192.0.2.2")
    gone = cf.dns.records.delete(made.id, zone_id=zone)
    assert gone is not None
    assert gone.to_dict() == {"id": made.id}
    error = refused(lambda: cf.dns.records.get(made.id, zone_id=zone))
    assert isinstance(error, cloudflare.NotFoundError)
    assert code_of(error) == (404, 81044)


@check(7, "the same record twice is 81058; another content is another record", "python")
def duplicates(at: At) -> None:
    cf = client(at)
    zone = zone_of(cf, at)
    a_record(cf, zone)
    assert code_of(refused(lambda: a_record(cf, zone))) == (400, 81058)
    assert len(list(cf.dns.records.list(zone_id=zone))) == 1
    a_record(cf, zone, "192.0.2.2")
    assert len(list(cf.dns.records.list(zone_id=zone))) == 2


@check(8, "who may not stand beside whom; what is no address, as now and as it was", "python")
def conflicts(at: At) -> None:
    cf = client(at)
    zone = zone_of(cf, at)
    a_record(cf, zone)
    alias: Any = {"zone_id": zone, "type": "CNAME", "content": "b.test", "ttl": 1}
    assert code_of(refused(lambda: cf.dns.records.create(name="www", **alias))) == (400, 81053)
    cf.dns.records.create(name="alias", **alias)
    assert code_of(refused(lambda: a_record(cf, zone, name="alias"))) == (400, 81054)
    wrong = refused(lambda: a_record(cf, zone, "1.2.3"))
    assert (code_of(wrong), "error_chain" in wrong.response.json()["errors"][0]) == ((400, 9005), False)
    at.control.setup(error_chain=True)
    old = refused(lambda: a_record(cf, zone, "1.2.3"))
    assert (code_of(old), old.response.json()["errors"][0]["error_chain"][0]["code"]) == ((400, 1004), 9005)


@check(9, "a batch deletes first, and is done as a whole or not at all", "python")
def batches(at: At) -> None:
    cf = client(at)
    zone = zone_of(cf, at)
    old = a_record(cf, zone)
    alias: Any = {"type": "CNAME", "name": "www", "content": "b.test", "ttl": 1}
    done = cf.dns.records.batch(zone_id=zone, deletes=[{"id": old.id}], posts=[alias])
    assert done is not None
    assert [each.type for each in done.posts or []] == ["CNAME"]
    good: Any = [{"type": "A", "name": name, "content": "192.0.2.1", "ttl": 1} for name in ("x", "y")]
    bad: Any = [*good, {"type": "A", "name": "z", "content": "no", "ttl": 1}]
    error = refused(lambda: cf.dns.records.batch(zone_id=zone, posts=bad))
    assert (code_of(error), len(error.errors)) == ((400, 9005), 1)
    assert [each.name for each in cf.dns.records.list(zone_id=zone)] == ["www.a.test"]
    many: Any = [{"type": "A", "name": f"h{n}", "content": "192.0.2.1", "ttl": 1} for n in range(201)]
    assert refused(lambda: cf.dns.records.batch(zone_id=zone, posts=many)).status_code == 400


@check(10, "250 records on three pages, and an empty one that ends the list", "python")
def pages(at: At) -> None:
    seen = Seen()
    cf = client(at, seen)
    zone = zone_of(cf, at)
    for start in (0, 200):
        posts: Any = [
            {"type": "A", "name": f"h{n}", "content": "192.0.2.1", "ttl": 1}
            for n in range(start, min(250, start + 200))
        ]
        cf.dns.records.batch(zone_id=zone, posts=posts)
    seen.requests.clear()
    seen.answers.clear()
    assert len({each.id for each in cf.dns.records.list(zone_id=zone, per_page=100)}) == 250
    assert len(seen.requests) == 4
    assert seen.answers[0].json()["result_info"]["total_count"] == 250
    (one,) = cf.dns.records.list(zone_id=zone, name={"exact": "h7.a.test"})
    assert one.name == "h7.a.test"
    assert "name.exact=" in str(seen.requests[-1].url)


@check(11, "a zone file is read once, and written as text", "python")
def zone_files(at: At) -> None:
    cf = client(at)
    zone = zone_of(cf, at)
    text = "www 300 IN A 192.0.2.1\nmail 300 IN A 192.0.2.2\n@ 300 IN MX 10 mail.a.test.\n"
    first = cf.dns.records.import_(zone_id=zone, file=text)
    assert first is not None
    assert first.recs_added == 3
    told = cf.dns.records.export(zone_id=zone)
    assert all(part in told for part in ("www.a.test.\t300\tIN\tA\t192.0.2.1", "MX\t10 mail.a.test."))
    again = cf.dns.records.import_(zone_id=zone, file=text)
    assert again is not None
    assert again.recs_added == 0
    assert len(list(cf.dns.records.list(zone_id=zone))) == 3


@check(12, "a value with its metadata and its end; after that it is 10009", "python")
def values(at: At) -> None:
    cf = client(at)
    space = space_of(cf, at)
    kv = cf.kv.namespaces
    kv.values.update("k", value=b"\x00\xffv", metadata={"a": 1}, expiration_ttl=60, **space)
    assert kv.values.get("k", **space).read() == b"\x00\xffv"
    assert kv.metadata.get("k", **space) == {"a": 1}
    (key,) = kv.keys.list(**space)
    assert key.expiration is not None
    at.control.advance(61)
    error = refused(lambda: kv.values.get("k", **space))
    assert code_of(error) == (404, 10009)
    short = refused(lambda: kv.values.update("k", value=b"v", expiration_ttl=59, **space))
    assert short.status_code == 400


@check(13, "a key is decoded once, slashes and all", "python")
def odd_keys(at: At) -> None:
    cf = client(at)
    space, name = space_of(cf, at), "a/b:c d%?"
    cf.kv.namespaces.values.update(name, value=b"v", **space)
    assert cf.kv.namespaces.values.get(name, **space).read() == b"v"
    assert [key.name for key in cf.kv.namespaces.keys.list(**space)] == [name]


@check(14, "2500 keys on three pages, the last cursor empty", "python")
def key_pages(at: At) -> None:
    seen = Seen()
    cf = client(at, seen)
    space = space_of(cf, at)
    cf.kv.namespaces.bulk_update(body=[{"key": f"k{n:04}", "value": "v"} for n in range(2_500)], **space)
    seen.requests.clear()
    seen.answers.clear()
    assert len({key.name for key in cf.kv.namespaces.keys.list(limit=1_000, **space)}) == 2_500
    assert (len(seen.requests), seen.answers[-1].json()["result_info"]["cursor"]) == (3, "")
    assert len(list(cf.kv.namespaces.keys.list(prefix="k24", **space))) == 100


@check(15, "a bulk write that succeeds names what it did not write", "python")
def bulk(at: At) -> None:
    cf = client(at)
    space = space_of(cf, at)
    body: Any = [{"key": "a", "value": "1"}, {"key": "sim-fail/b", "value": "2"}]
    said = cf.kv.namespaces.bulk_update(body=body, **space)
    assert said is not None
    assert (said.successful_key_count, said.unsuccessful_keys) == (1, ["sim-fail/b"])
    assert cf.kv.namespaces.values.get("a", **space).read() == b"1"
    cf.kv.namespaces.values.delete("never", **space)
    assert len(at.control.effects("cloudflare.kv_delete")) == 0


@check(16, "a key is written once a second: the SDK waits for it", "python")
def one_key(at: At) -> None:
    at.control.limits(kv_key=True)
    seen = Seen()
    cf = client(at, seen)
    space = space_of(cf, at)
    for value in (b"1", b"2"):
        cf.kv.namespaces.values.update("k", value=value, **space)
    assert seen.retries == ["0", "0", "0", "1"]
    assert seen.answers[2].headers["retry-after"] == "1"


@check(17, "above the rate everything of one user is 971 until the window ends; another's is not", "python")
def rate(at: At) -> None:
    at.control.limits(requests={"burst": 5})
    seen = Seen()
    cf = client(at, seen, max_retries=0)
    for _ in range(5):
        cf.user.tokens.verify()
    error = refused(cf.zones.list)
    assert isinstance(error, cloudflare.RateLimitError)
    assert code_of(error) == (429, 971)
    wait_s = int(error.response.headers["retry-after"])
    assert 290 <= wait_s <= 300
    left = [re.findall(r"r=(\d+)", answer.headers["ratelimit"])[0] for answer in seen.answers]
    assert left == ["4", "3", "2", "1", "0", "0"]
    client(at, api_token="cf_ok_other").zones.list()
    at.control.advance(wait_s)
    cf.zones.list()


@check(18, "Python does not heed a wait of 300 s: three requests, at once", "python")
def long_wait(at: At) -> None:
    at.control.fault(match=f"GET {ROOT}/zones", throttle={"retry_after_s": 300})
    seen = Seen()
    began_s = time.monotonic()
    assert isinstance(refused(client(at, seen).zones.list), cloudflare.RateLimitError)
    assert seen.retries == ["0", "1", "2"]
    assert time.monotonic() - began_s < 10


@check(19, "a record that was made and answered 500 comes back as a duplicate", "python")
def committed(at: At) -> None:
    seen = Seen()
    cf = client(at, seen)
    zone = zone_of(cf, at)
    at.control.fault(match=RECORDS, fail_after_effect={"status": 500}, sequence="F.")
    error = refused(lambda: a_record(cf, zone))
    assert isinstance(error, cloudflare.BadRequestError)
    assert code_of(error) == (400, 81058)
    assert seen.retries == ["0", "0", "1"]
    assert len(at.control.effects("cloudflare.dns_record")) == 1


@check(20, "a page of the edge is 521, three times; once where nothing is tried again", "python")
def edge(at: At) -> None:
    at.control.fault(match=f"GET {ROOT}/zones", respond={"error": "edge_521"})
    seen = Seen()
    cf = client(at, seen)
    error = refused(cf.zones.list)
    assert isinstance(error, cloudflare.InternalServerError)
    assert (error.status_code, error.errors, len(seen.requests)) == (521, [], 3)
    assert RAY.fullmatch(error.response.headers["cf-ray"])
    refused(cf.with_options(max_retries=0).zones.list)
    assert len(seen.requests) == 4


@check(21, "a purge names one thing; the 26th in a burst is refused, and not in the books", "python")
def purges(at: At) -> None:
    at.control.limits(purge=True)
    cf = client(at, max_retries=0)
    zone = zone_of(cf, at)
    url = f"{at.env['CLOUDFLARE_BASE_URL']}/zones/{zone}/purge_cache"
    headers = {"Authorization": f"Bearer {at.env['CLOUDFLARE_API_TOKEN']}"}
    for _ in range(25):
        done = cf.cache.purge(zone_id=zone, purge_everything=True)
        assert done is not None
        assert done.id
    assert refused(lambda: cf.cache.purge(zone_id=zone, purge_everything=True)).status_code == 429
    assert len(at.control.effects("cloudflare.purge")) == 25
    at.control.limits()
    for body in ({}, {"purge_everything": True, "tags": ["a"]}):
        assert httpx.post(url, json=body, headers=headers).status_code == 400


@check(22, "every answer has a ray of its own, and the four parts of the envelope", "python")
def rays(at: At) -> None:
    seen = Seen()
    cf = client(at, seen, max_retries=0)
    zone = zone_of(cf, at)
    a_record(cf, zone)
    refused(lambda: a_record(cf, zone))
    refused(lambda: cf.get("/no/such/path", cast_to=object))
    list(cf.dns.records.list(zone_id=zone))
    faults: tuple[dict[str, Any], ...] = (
        {"respond": {"status": 502}},
        {"throttle": {}},
        {"respond": {"error": "edge_530"}},
    )
    for fault in faults:
        at.control.ask("DELETE", "faults")
        at.control.fault(match=f"GET {ROOT}/zones", **fault)
        refused(cf.zones.list)
    found = [answer.headers["cf-ray"] for answer in seen.answers]
    assert len(set(found)) == len(found) == 9
    assert all(RAY.fullmatch(ray) for ray in found)
    for answer in seen.answers:
        if answer.headers["content-type"] == "application/json":
            assert set(answer.json()) >= {"success", "errors", "messages", "result"}


@check(23, "a 200 that is no success is None, and no error", "python")
def no_success(at: At) -> None:
    at.control.fault(match=f"GET {ROOT}/user/tokens/verify", respond={"error": "ok_success_false"})
    assert client(at, _strict_response_validation=False).user.tokens.verify() is None


@check(24, "a value that was cut off is asked for again; one that was written is written again", "python")
def truncated(at: At) -> None:
    seen = Seen()
    cf = client(at, seen)
    zone = zone_of(cf, at)
    at.control.fault(match=RECORDS, truncate={}, sequence="F.")
    assert code_of(refused(lambda: a_record(cf, zone))) == (400, 81058)
    assert len(at.control.effects("cloudflare.dns_record")) == 1


@check(25, "async: a token, a zone, a record, a duplicate", "python async")
async def records_async(at: At) -> None:
    cf = AsyncCloudflare(_strict_response_validation=True)
    verified = await cf.user.tokens.verify()
    assert verified is not None
    zone = await cf.zones.create(account={"id": at.env["CLOUDFLARE_ACCOUNT_ID"]}, name="a.test")
    record: Any = {"zone_id": zone.id, "type": "A", "name": "www", "content": "192.0.2.1", "ttl": 1}
    await cf.dns.records.create(**record)
    assert code_of(await refused_async(cf.dns.records.create(**record))) == (400, 81058)
    assert len([each async for each in cf.dns.records.list(zone_id=zone.id)]) == 1


@check(26, "async: a record that was made and answered 500 comes back as a duplicate", "python async")
async def committed_async(at: At) -> None:
    cf = AsyncCloudflare(_strict_response_validation=True)
    zone = await cf.zones.create(account={"id": at.env["CLOUDFLARE_ACCOUNT_ID"]}, name="a.test")
    at.control.fault(match=RECORDS, fail_after_effect={"status": 500}, sequence="F.")
    made = cf.dns.records.create(zone_id=zone.id, type="A", name="www", content="192.0.2.1", ttl=1)
    assert code_of(await refused_async(made)) == (400, 81058)
    assert len(at.control.effects("cloudflare.dns_record")) == 1


@check(27, "async: values, and a list of their keys", "python async")
async def values_async(at: At) -> None:
    cf = AsyncCloudflare(_strict_response_validation=True)
    account = at.env["CLOUDFLARE_ACCOUNT_ID"]
    made = await cf.kv.namespaces.create(account_id=account, title="cache")
    space: Any = {"account_id": account, "namespace_id": made.id}
    await cf.kv.namespaces.values.update("a/b", value=b"v", metadata={"a": 1}, **space)
    got = await cf.kv.namespaces.values.get("a/b", **space)
    assert await got.read() == b"v"
    assert [key.name async for key in cf.kv.namespaces.keys.list(**space)] == ["a/b"]


if __name__ == "__main__":
    main()
