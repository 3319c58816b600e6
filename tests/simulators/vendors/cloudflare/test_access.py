"""Who is let in, how often, and how Cloudflare says no."""

import pytest

from brownout_simulators.vendors.cloudflare.access import EXAMPLE_KEY, account_id
from brownout_simulators.vendors.cloudflare.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.cloudflare.setup import SETUP
from tests.simulators.vendors.cloudflare.bench import ACCOUNT, SPACES, ZONE, CloudflareBench, a_record, refusal

VERIFY = "/client/v4/user/tokens/verify"


def test_a_good_token_is_told_by_a_code_that_is_an_error_elsewhere() -> None:
    bench = CloudflareBench()
    said = bench.ask("GET", "/user/tokens/verify").json
    assert (said["result"]["status"], said["errors"], said["messages"][0]["code"]) == ("active", [], 10000)
    assert bench.send("GET", "/user/tokens/verify").json == said, "also without the prefix"
    bench.schedule({"match": "GET /client/v4/user/tokens/verify", "respond": {"error": "no_permission"}})
    for path in ("/user/tokens/verify", VERIFY):
        assert refusal(bench.send("GET", path)) == (403, 10000), "a fault names one path, and strikes both"


@pytest.mark.parametrize(
    ("token", "path", "found"),
    [
        ("cf_ok_", VERIFY, (401, 1000)),
        ("anything", VERIFY, (401, 1000)),
        ("cfat_ok_shop", VERIFY, (401, 1000)),
        ("cf_ok_shop", f"/client/v4{ACCOUNT}/tokens/verify", (401, 1000)),
        ("cf_expired_shop", "/client/v4/zones", (401, 1000)),
        ("cf_disabled_shop", "/client/v4/zones", (401, 1000)),
        ("cf_ok_shop", f"/client/v4/accounts/{account_id('other')}/storage/kv/namespaces", (403, 9109)),
        ("cf_ok_shop", "/client/v4/zones/x", (404, 7003)),
        ("cf_ok_shop", "/client/v4/no/such/path", (404, 7000)),
    ],
)
def test_who_is_not_let_in(token: str, path: str, found: tuple[int, int]) -> None:
    bench = CloudflareBench()
    assert refusal(bench.send("GET", path, headers={"authorization": f"Bearer {token}"})) == found


def test_tokens_of_each_kind() -> None:
    bench = CloudflareBench()
    zone, other = bench.zone(), bench.zone("other.test")
    zone_id = zone.rpartition("/")[2]
    for token, method, path, found in (
        ("cf_ro_shop", "GET", zone, 200), ("cf_ro_shop", "DELETE", zone, 403),
        (f"cf_zone_{zone_id}_shop", "GET", zone, 200), (f"cf_zone_{zone_id}_shop", "GET", other, 403),
        (f"cf_zone_{zone_id}_shop", "GET", SPACES, 403), ("cfat_ok_shop", "GET", f"{ACCOUNT}/tokens/verify", 200),
        ("cfat_ok_shop", "GET", zone, 200),
    ):  # fmt: skip
        answer = bench.send(method, f"/client/v4{path}", headers={"authorization": f"Bearer {token}"})
        assert answer.status == found, (token, path)
    seen = bench.ask("GET", "/zones", authorization=f"Bearer cf_zone_{zone_id}_shop").json["result"]
    assert [each["name"] for each in seen] == [ZONE]
    for kind in ("expired", "disabled"):
        said = bench.ask("GET", "/user/tokens/verify", authorization=f"Bearer cf_{kind}_shop").json
        assert (said["result"]["status"], said["messages"]) == (kind, [])


@pytest.mark.parametrize(
    ("key", "email", "token", "found"),
    [
        ("cf_key_shop", "a@shop.test", None, None),
        (EXAMPLE_KEY, "user@example.com", None, None),
        ("cf_key_shop", "a@shop.test", "Bearer cf_ok_shop", None),
        ("cf_key_shop", "a@shop.test", "Bearer bad", (401, 1000)),
        ("bad", "a@shop.test", "Bearer cf_ok_shop", (403, 9103)),
        ("cf_key_shop", "no e-mail", None, (400, 6003)),
        ("", "a@shop.test", None, (400, 6003)),
        (None, None, "token x", (400, 6003)),
        (None, None, None, (400, 9106)),
    ],
)
def test_keys_and_tokens_must_all_be_good(
    key: str | None, email: str | None, token: str | None, found: tuple[int, int] | None
) -> None:
    bench = CloudflareBench()
    given = {"x-auth-key": key, "x-auth-email": email, "authorization": token}
    answer = bench.bare("GET", "/client/v4/zones", {name: each for name, each in given.items() if each is not None})
    assert (answer.status if found is None else refusal(answer)) == (found or 200)


def test_another_method_is_405() -> None:
    assert refusal(CloudflareBench().ask("PATCH", "/zones")) == (405, 7001)
    assert refusal(CloudflareBench().ask("POST", "/zones", b"{")) == (400, 6007)


def test_1200_requests_and_then_none_until_the_window_ends_for_all_of_a_users_credentials() -> None:
    bench = CloudflareBench()
    bench.schedule(limits={"requests": True})
    first = bench.ask("GET", "/zones")
    assert first.headers["ratelimit"].startswith('"default";r=1199;t=300')
    assert first.headers["ratelimit-policy"] == '"burst";q=1200;w=300'
    assert all(bench.ask("GET", "/zones").status == 200 for _ in range(1_199))
    refused = bench.ask("GET", "/zones", authorization="Bearer cf_ro_shop")
    assert refusal(refused) == (429, 971)
    assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == ("300", '"default";r=0;t=300')
    assert bench.ask("GET", "/zones", authorization="Bearer cf_ok_other").status == 200
    assert bench.ask("GET", "/zones", authorization="Bearer cfat_ok_shop").status == 200
    bench.pass_time(299)
    assert bench.ask("GET", "/zones").headers["retry-after"] == "1"
    bench.pass_time(1)
    assert bench.ask("GET", "/zones").status == 200


def test_purges_have_a_bucket_of_their_own_and_those_by_url_another() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/purge_cache"
    bench.schedule(limits={"purge": True, "purge-urls": True})
    codes = [bench.ask("POST", path, {"purge_everything": True}).status for _ in range(26)]
    assert codes == [200] * 25 + [429]
    assert len(bench.done("cloudflare.purge")) == 25
    urls = {"files": ["https://shop.test/a"] * 100}
    assert [bench.ask("POST", path, urls).status for _ in range(9)] == [200] * 8 + [429]
    bench.pass_time(12)
    assert bench.ask("POST", path, {"purge_everything": True}).status == 200


def test_purges_by_url_do_not_count_among_the_requests_and_others_do() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/purge_cache"
    bench.schedule(limits={"requests": {"burst": 2}})
    assert [bench.ask("POST", path, {"files": ["https://shop.test/a"]}).status for _ in range(4)] == [200] * 4
    assert [bench.ask("POST", path, {"tags": ["a"]}).status for _ in range(3)] == [200, 200, 429]


def test_a_key_is_written_once_a_second() -> None:
    bench = CloudflareBench()
    space = bench.space()
    bench.schedule(limits={"kv-key": True})
    bench.do("PUT", f"{space}/values/k", b"1")
    second = bench.ask("PUT", f"{space}/values/k", b"2")
    assert (second.status, second.headers["retry-after"]) == (429, "1")
    bench.do("PUT", f"{space}/values/other", b"1")
    bench.pass_time(1)
    bench.do("PUT", f"{space}/values/k", b"2")


@pytest.mark.parametrize("name", NAMED_ERRORS)
def test_every_error_can_be_asked_for_by_name_and_has_a_ray(name: str) -> None:
    bench = CloudflareBench()
    bench.schedule({"match": "GET /client/v4/zones", "respond": {"error": name}})
    answer = bench.ask("GET", "/zones")
    assert answer.status == NAMED_ERRORS[name].status
    assert answer.headers["cf-ray"][16:] == "-FRA"
    if answer.headers["content-type"] == "application/json":
        assert refusal(answer)[0] == answer.status
    else:
        assert answer.body.startswith(b"<!DOCTYPE html>")


def test_a_create_that_was_answered_500_is_a_duplicate_when_it_is_sent_again() -> None:
    bench = CloudflareBench()
    path = f"{bench.zone()}/dns_records"
    bench.schedule(
        {"match": "POST /client/v4/zones/{zone}/dns_records", "fail_after_effect": {"status": 500}, "sequence": "F."}
    )
    assert bench.ask("POST", path, a_record()).status == 500
    assert refusal(bench.ask("POST", path, a_record())) == (400, 81058)
    assert len(bench.done("cloudflare.dns_record")) == 1


@pytest.mark.parametrize("given", [{"x": 1}, {"plan": "gold"}, {"zones_stuck": 1}, {"kv_failing_share": 2}])
def test_what_cannot_be_set_up(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(given))}: "):
        SETUP.read(given)
