"""Whatever a client sends to Cloudflare, it is answered in Cloudflare's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.cloudflare import VENDOR
from brownout_simulators.vendors.cloudflare.access import account_id
from tests.simulators.vendors.cloudflare.bench import USER, CloudflareBench, a_record
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, pairs, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
TEXTS = texts(
    "@", "*", "*.shop.test", "shop.test", "b\u00fccher.shop.test", "a..b", "x" * 600, "192.0.2.1", "2001:db8::1", "A",
    "CNAME", "MX", "SRV", "TXT", "CAA", "free", "full", "sim:ghost", "sim:lag=5s", "sim-fail/x",
    "https://shop.test/a", "60", "59", "text", "json", "aGk=", "..", "block", "name", "sim:commit-then-500",
)  # fmt: skip
JSON = json_of(TEXTS)
NAMES = st.sampled_from(
    ["name", "type", "content", "ttl", "proxied", "priority", "data", "comment", "tags", "settings", "deletes",
     "patches", "puts", "posts", "id", "files", "tags", "hosts", "prefixes", "purge_everything", "title", "key",
     "value", "metadata", "expiration", "expiration_ttl", "base64", "keys", "withMetadata", "rules", "phase",
     "kind", "action", "expression", "paused", "plan", "vanity_name_servers", "account", "storageClass",
     "locationHint", "target", "port", "weight"]
)  # fmt: skip
FIELDS = st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES, JSON, max_size=3), max_size=2), max_size=6)
ASKED = (
    "page", "per_page", "limit", "cursor", "prefix", "name", "name.exact", "name.contains", "order", "direction",
     "match", "tag", "tag.present", "proxied", "search", "expiration", "expiration_ttl", "start_after", "type",
    "status",
)  # fmt: skip
QUERIES = pairs(ASKED, TEXTS)
FORM = {"content-type": "multipart/form-data; boundary=b"}
SENT: st.SearchStrategy[dict[str, str]] = st.sampled_from([{}, FORM, {"x-brownout-location": "x"}])


def full() -> tuple[CloudflareBench, list[str]]:
    """A user who holds one of everything, and their ids."""
    bench = CloudflareBench()
    zone, space = bench.zone(), bench.space()
    record = bench.do("POST", f"{zone}/dns_records", a_record(tags=["owner:shop"], comment="c"))["id"]
    bench.do("PUT", f"{space}/values/k", b"v")
    rules = {"name": "n", "phase": "p", "rules": [{"action": "block", "expression": "true"}]}
    ruleset = bench.do("POST", f"{zone}/rulesets", rules)
    bench.do("POST", f"/accounts/{account_id(USER)}/r2/buckets", {"name": "bucket"})
    ids = [zone.rpartition("/")[2], space.rpartition("/")[2], record, ruleset["id"], ruleset["rules"][0]["id"]]
    return bench, ids


def target_of(data: st.DataObject, route: str, ids: list[str]) -> str:
    """Mostly what is there, sometimes what is not."""
    zone, space, record, ruleset, rule = ids
    there = {
        "{account}": account_id(USER), "{zone}": zone, "{namespace}": space, "{record}": record, "{ruleset}": ruleset,
        "{rule}": rule, "{key...}": "k", "{phase}": "p", "{bucket}": "bucket",
    }  # fmt: skip
    odd = data.draw(st.integers(0, 5)) == 0
    return path_of(data, route, st.sampled_from(ids) | TEXTS.filter(bool), {} if odd else there)


@given(st.data(), st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
@examples(40)
def test_any_request_to_any_endpoint_has_an_answer_of_cloudflares(
    data: st.DataObject, routes: list[tuple[str, str]]
) -> None:
    bench, ids = full()
    for method, route in routes:
        changed = {**a_record(), **data.draw(FIELDS)}
        bodies = st.sampled_from([changed, [changed]]) | FIELDS | st.lists(JSON, max_size=2) | JSON
        requests = Requests(bodies=bodies, queries=QUERIES, headers=SENT)
        answer = requests.send(data, bench, method, target_of(data, route, ids))
        asked_for = changed.get("comment") == "sim:commit-then-500"
        assert answer.status < 500 or asked_for, answer.body
        if answer.status >= 400:
            said = answer.json
            assert (said["success"], said["result"], len(said["errors"])) == (False, None, 1)
    bench.pass_time(3_600.0)


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(60)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench, ids = CloudflareBench(), [account_id(USER)] * 5
    method, path = route
    target = "/".join(ids[0] if part.startswith("{") else part for part in path.split("/"))
    assert bench.send(method, target, body).status < 500
    assert bench.send(method, target, body, headers=FORM).status < 500
    assert bench.send(method, f"{target}?{query}").status < 500


@given(st.binary(max_size=60), st.text(max_size=80))
@examples(60)
def test_any_zone_file_and_any_form_have_an_answer(content: bytes, text: str) -> None:
    bench = CloudflareBench()
    zone, space = bench.zone(), bench.space()
    for name, part in (("file", text.encode()), ("file", content), ("value", content), ("metadata", content)):
        form = b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + part + b"\r\n--b--\r\n"
        for method, path in (("POST", f"{zone}/dns_records/import"), ("PUT", f"{space}/values/k")):
            answer = bench.send(method, f"/client/v4{path}", form, headers=FORM)
            assert answer.status in {200, 400}, answer.body


@given(HEADERS)
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = CloudflareBench()
    for name, value in (
        ("authorization", text), ("authorization", f"Bearer {text}"), ("authorization", f"Bearer cf_ok_\x00{text}"),
        ("x-auth-key", text), ("x-auth-email", text),
    ):  # fmt: skip
        assert bench.send("GET", "/client/v4/zones", headers={name: value}).status in {400, 401, 403, 200}


def test_a_body_as_deep_as_may_be_has_an_answer() -> None:
    bench, ids = full()
    zone, space, *_ = ids
    for depth in (50, 500, 5_000):
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        record = b'{"type": "A", "name": "x", "content": "192.0.2.9", "settings": ' + deep + b"}"
        rule = b'{"action": "block", "expression": "true", "action_parameters": ' + deep + b"}"
        bulk = b'[{"key": "k", "value": "v", "metadata": ' + deep + b"}]"
        for method, path, body in (
            ("POST", f"/zones/{zone}/dns_records", record),
            ("POST", f"/zones/{zone}/rulesets/{ids[3]}/rules", rule),
            ("PUT", f"{bench_space(space)}/bulk", bulk),
        ):
            assert bench.send(method, f"/client/v4{path}", body).status in {200, 400}


def bench_space(space: str) -> str:
    """Where a namespace is."""
    return f"/accounts/{account_id(USER)}/storage/kv/namespaces/{space}"
