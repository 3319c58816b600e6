"""Cloudflare: records, purges and values; errors told by status, place and code. The vendor is its simulator."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from brownout_core.adapters.cloudflare import ADAPTER, UNKNOWN_KEY, CloudflareAccess, CloudflareClient, ToldToWait
from brownout_core.adapters.declaration import Wire, read_access
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.policies.settings import VendorPolicies
from brownout_core.redaction import Redactor
from brownout_core.services.edge import EdgeService, Record, RecordContended
from brownout_core.transport import Lost, Request, Response
from brownout_simulators.vendors.cloudflare import VENDOR
from brownout_simulators.vendors.cloudflare.limits import REQUESTS, WINDOW_S
from brownout_simulators.vendors.cloudflare.named_errors import NAMED_ERRORS
from tests.core.fakes import After, Fake, Step, reply
from tests.simulators.vendors.cloudflare.bench import USER, CloudflareBench
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

KEY = VENDOR.test_key(USER)
ACCESS = read_access({"cloudflare": ADAPTER}, VENDOR.environment("http://edge.test", KEY))["cloudflare"]
WANTED = Record(name="shop.site.test", target="pages.host.test", note="op-1")
CREATE = "POST /client/v4/zones/{zone}/dns_records"


class FakeCloudflare(Fake):
    """The simulator, on the loop's clock."""

    def __init__(self, **setup: Any) -> None:
        super().__init__()
        self.bench = CloudflareBench(**{"zones": ["site.test"], "namespaces": ["site"], **setup})

    def now_s(self) -> float:
        return 100.0 + asyncio.get_running_loop().time()

    def work(self, request: Request) -> Response:
        passed_s = self.now_s() - self.bench.now_s
        if passed_s > 0:
            self.bench.pass_time(passed_s)
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.bench.send(request.method, target, request.body, headers=headers)
        return Response(answer.status, answer.headers, answer.body)

    def client(self) -> CloudflareClient:
        return CloudflareClient(ACCESS, Wire(self.transport, lambda: EPOCH_S + self.now_s(), Redactor([KEY])))

    def records(self) -> list[tuple[str, str, str]]:
        return self.bench.records(f"/zones/{ACCESS.zone_id}")


def with_cloudflare(work: Callable[[FakeCloudflare, CloudflareClient], Any], **setup: Any) -> None:
    async def main() -> None:
        fake = FakeCloudflare(**setup)
        await work(fake, fake.client())

    virtually(main())


def test_a_record_is_made_found_and_changed_in_the_name_of_its_operation() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        service: EdgeService = client
        assert await service.records("shop.site.test", operation_id="op-1") == []
        made = await service.create(WANTED, operation_id="op-1")
        assert await service.records("SHOP.site.test", operation_id="op-1") == [made]
        assert (made.name, made.target, made.type, made.note) == ("shop.site.test", "pages.host.test", "CNAME", "op-1")
        changed = await service.change(made.id, Record(name=made.name, target="new.host.test"), operation_id="op-2")
        assert (changed.id, changed.target) == (made.id, "new.host.test")
        assert fake.records() == [("CNAME", "shop.site.test", "new.host.test")]
        rows = fake.bench.done("cloudflare.dns_record")
        assert [(row["operation_id"], row["fields"]["op"]) for row in rows] == [("op-1", "create"), ("op-2", "update")]
        assert await service.records("other.site.test", operation_id="op-1") == []

    with_cloudflare(work)


def test_all_records_of_a_name_are_found_whatever_their_type() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        zone = f"/zones/{ACCESS.zone_id}"
        for content in ("192.0.2.1", "192.0.2.2"):
            fake.bench.do("POST", f"{zone}/dns_records", {"type": "A", "name": "shop", "content": content})
        found = await client.records("shop.site.test", operation_id="op-1")
        assert [(each.type, each.target) for each in found] == [("A", "192.0.2.1"), ("A", "192.0.2.2")]

    with_cloudflare(work)


@pytest.mark.parametrize("there", [WANTED, Record(name=WANTED.name, target="other.test")], ids=["same", "another"])
def test_a_name_that_has_its_record_already_is_no_refusal(there: Record) -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        await client.create(there, operation_id="op-0")
        with pytest.raises(RecordContended) as raised:
            await client.create(WANTED, operation_id="op-1")
        assert (raised.value.retryable, raised.value.may_have_effect, raised.value.is_failure) == (True, False, False)
        assert len(fake.records()) == 1

    with_cloudflare(work)


def test_a_purge_names_its_hosts_and_what_was_accepted() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        accepted = await client.purge(["shop.site.test"], operation_id="op-1")
        (row,) = fake.bench.done("cloudflare.purge")
        assert (row["id"], row["operation_id"]) == (accepted, "op-1")
        assert row["fields"] == {"zone": "site.test", "selector": "hosts", "items": ["shop.site.test"], "led_to": [""]}

    with_cloudflare(work)


@pytest.mark.parametrize("name", ["shop.other.test", "notsite.test", "shop", ""])
def test_a_name_outside_the_zone_is_sent_nowhere_for_it_would_be_completed_to_another(name: str) -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        stray = Record(name=name, target="pages.host.test")
        for call in (
            client.records(name, operation_id="op-1"),
            client.create(stray, operation_id="op-1"),
            client.change("r", stray, operation_id="op-1"),
            client.purge(["shop.site.test", name], operation_id="op-1"),
        ):
            with pytest.raises(VendorRefused, match="not a name of the zone"):
                await call
        assert fake.requests == []

    with_cloudflare(work)


@pytest.mark.parametrize("key", ["a", "a/b:c d%?", "\u00fc", "x" * 512])
def test_a_value_is_kept_under_its_key_and_read_as_it_was_written(key: str) -> None:
    async def work(_fake: FakeCloudflare, client: CloudflareClient) -> None:
        with pytest.raises(VendorRefused) as nothing:
            await client.get(key, operation_id="op-1")
        assert nothing.value.code == UNKNOWN_KEY
        value = b'{"success": false, "errors": []}\x00\xff'
        await client.put(key, value, operation_id="op-1", ttl_s=60)
        assert await client.get(key, operation_id="op-1") == value
        await asyncio.sleep(61)
        with pytest.raises(VendorRefused) as none:
            await client.get(key, operation_id="op-1")
        assert none.value.code == UNKNOWN_KEY

    with_cloudflare(work)


def test_a_value_that_cannot_be_kept_is_refused() -> None:
    async def work(_fake: FakeCloudflare, client: CloudflareClient) -> None:
        with pytest.raises(VendorRefused, match="60"):
            await client.put("k", b"v", operation_id="op-1", ttl_s=59)
        with pytest.raises(VendorRefused):
            await client.put("x" * 513, b"v", operation_id="op-1")

    with_cloudflare(work)


def test_a_namespace_that_is_gone_is_no_missing_value() -> None:
    """Both are 404; whoever took one for the other would write into nowhere."""

    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.bench.do("DELETE", f"/accounts/{ACCESS.account_id}/storage/kv/namespaces/{ACCESS.namespace_id}")
        with pytest.raises(VendorRefused, match="namespace"):
            await client.get("k", operation_id="op-1")

    with_cloudflare(work)


MEANS: dict[str, type[ServiceError]] = {
    "bad_headers": AuthenticationFailed,
    "no_credentials": AuthenticationFailed,
    "unknown_key": AuthenticationFailed,
    "invalid_token": AuthenticationFailed,
    "no_permission": AuthenticationFailed,
    "not_yours": AuthenticationFailed,
    "internal": VendorUnavailable,
    "record_unknown": RecordContended,
    "record_exists": RecordContended,
    "record_beside_address": RecordContended,
    "record_beside_cname": RecordContended,
    "record_beside_ns": RecordContended,
    "checked_too_soon": Throttled,
    "kv_rate": Throttled,
    "throttled": Throttled,
    "unknown_error": VendorUnavailable,
    "request_timeout": VendorUnavailable,
    "ok_success_false": ToldToWait,
    **{name: VendorUnavailable for name in NAMED_ERRORS if name.startswith("edge_")},
}
"""Everything else is a definitive no."""


@pytest.mark.parametrize("name", NAMED_ERRORS)
def test_an_error_is_told_by_status_place_and_code(name: str) -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.bench.schedule({"match": CREATE, "respond": {"error": name}})
        with pytest.raises(ServiceError) as raised:
            await client.create(WANTED, operation_id="op-1")
        error = raised.value
        assert type(error) is MEANS.get(name, VendorRefused)
        assert error.retryable == (MEANS.get(name) in {RecordContended, Throttled, ToldToWait, VendorUnavailable})
        assert error.is_failure == (MEANS.get(name) is VendorUnavailable)
        assert fake.records() == []

    with_cloudflare(work)


def envelope(status: int, *errors: dict[str, Any], success: bool = False) -> Response:
    return reply(status, {"success": success, "result": None, "errors": list(errors), "messages": []})


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (After(Lost()), ConnectionLost),
        (envelope(200), ResponseBroken),
        (envelope(200, {"code": 10013, "message": "An unknown error has occurred"}), ResponseBroken),
        (envelope(200, success=True), ResponseBroken),
        (reply(200, {"result": {"id": "r"}}), ResponseBroken),
        (Response(200, {"content-type": "text/html"}, b"<html>"), ResponseBroken),
        (Response(403, {"content-type": "text/html"}, b"<html>1020"), VendorUnavailable),
        (Response(429, {"content-type": "text/html"}, b"<html>1015"), Throttled),
        (envelope(403, {"code": 10001, "message": "Method not allowed for token"}), AuthenticationFailed),
        (envelope(400, {"code": 971, "message": "Please wait"}), Throttled),
        (envelope(400, {"message": "no code"}), VendorRefused),
        (reply(400, {"errors": "x"}), VendorUnavailable),
    ],
    ids=str,
)
def test_what_is_not_in_the_table_is_told_by_what_it_is(step: Step, kind: type[ServiceError]) -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.script.append(step)
        with pytest.raises(kind):
            await client.create(WANTED, operation_id="op-1")

    with_cloudflare(work)


def test_nothing_is_kept_where_an_envelope_under_status_200_says_so() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.script.append(envelope(200))
        with pytest.raises(ResponseBroken):
            await client.put("k", b"v", operation_id="op-1")

    with_cloudflare(work)


@pytest.mark.parametrize("step", [envelope(200), Response(200, {"content-type": "text/html"}, b"<html>")], ids=str)
def test_a_page_under_status_200_is_no_value(step: Response) -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.script.append(step)
        with pytest.raises(ResponseBroken):
            await client.get("k", operation_id="op-1")

    with_cloudflare(work)


def test_the_limits_429_says_how_long_everybody_is_blocked() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        fake.bench.schedule(limits={"requests": {"burst": 2}})
        for _ in range(2):
            await client.records("shop.site.test", operation_id="op-1")
        with pytest.raises(Throttled) as raised:
            await client.create(WANTED, operation_id="op-1")
        assert raised.value.code == "971"
        assert 0 < (raised.value.retry_after_s or 0) <= WINDOW_S
        assert fake.bench.done("cloudflare.dns_record") == [], "what is blocked has no effect"

    with_cloudflare(work)


def test_one_application_alone_stays_below_the_limit() -> None:
    settings: VendorPolicies = ADAPTER.recommended
    assert settings.limiter is not None
    assert settings.limiter.capacity + WINDOW_S * settings.limiter.refill_per_s < REQUESTS.burst


def test_no_token_is_written_down() -> None:
    async def work(fake: FakeCloudflare, client: CloudflareClient) -> None:
        for status in (400, 200):
            fake.script.append(envelope(status, {"code": 971, "message": f"your token is {KEY}"}))
            with pytest.raises(Throttled) as refused:
                await client.create(WANTED, operation_id="op-1")
            assert KEY not in str(refused.value)
        assert KEY not in repr(ACCESS)
        assert json.loads(fake.requests[0].body)["content"] == WANTED.target

    with_cloudflare(work)


def test_only_the_zone_has_to_be_named() -> None:
    named = {"CLOUDFLARE_API_TOKEN": KEY, "CLOUDFLARE_ZONE_ID": "z"}
    assert read_access({"cloudflare": ADAPTER}, named)["cloudflare"] == CloudflareAccess(api_token=KEY, zone_id="z")
