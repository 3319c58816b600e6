"""Whatever a client sends to Vault, it is answered in Vault's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

import json

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.vault import VENDOR
from tests.simulators.vendors.vault.bench import ROOT, VaultBench
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, pairs, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
OWN = {"error parsing JSON", "failed to determine alias", "failed to find accessor", "connection refused",
       "is not an allowed role", "JSON string value", "forced status"}  # fmt: skip
"""The 500s that are the vendor's own."""
TEXTS = texts(
    "5s", "-5s", "1h1m", "1" * 60 + "h", "a", "app", "ro", "ro-norevoke", "bob", "pw", "sim-role-app",
    "sim-secret-app", "hvs.none", "hvs.x.other", ROOT, "zz", "kv", "kv-v2", "approle", "service", "batch", "../x",
    "a/b", "a/", "/", "root", "default", "\x00",
)  # fmt: skip
JSON = json_of(TEXTS)
NAMES = st.sampled_from(
    ["data", "options", "cas", "versions", "max_versions", "cas_required", "delete_version_after", "custom_metadata",
     "policies", "ttl", "period", "explicit_max_ttl", "num_uses", "renewable", "no_parent", "meta", "type", "token",
     "accessor", "increment", "role_id", "secret_id", "metadata", "secret_id_accessor", "password", "token_policies",
     "token_ttl", "token_max_ttl", "token_num_uses", "bind_secret_id", "lease_id", "sync", "plugin_name", "db_name",
     "allowed_roles", "default_ttl", "max_ttl", "policy", "description", "key", "reset", "x", "display_name"]
)  # fmt: skip
QUERIES = pairs(["list", "version", "standbyok", "activecode", "sealedcode", "x"], TEXTS)


def full() -> tuple[VaultBench, list[str]]:
    """A cluster that holds one of everything, and what it is called by."""
    bench = VaultBench()
    bench.write("a", {"x": {"y": 1}})
    token = bench.log_in()["client_token"]
    lease_id = bench.get("database/creds/ro", token=token)["lease_id"]
    wrapped = bench.do("sys/wrapping/wrap", {"x": 1}, x_vault_wrap_ttl="30s")["wrap_info"]["token"]
    bench.do("sys/mounts/old", {"type": "kv"})
    accessor = bench.do("auth/approle/role/app/secret-id")["data"]["secret_id_accessor"]
    return bench, [token, lease_id, wrapped, accessor, "a", "old/a", "old", "secret/data/a", "app", "bob"]


@given(st.data(), st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
@examples(60)
def test_any_request_to_any_endpoint_has_an_answer_of_vaults(
    data: st.DataObject, routes: list[tuple[str, str]]
) -> None:
    bench, known_ones = full()
    known = st.sampled_from(known_ones)
    bodies = st.dictionaries(NAMES, JSON | known, max_size=5) | st.lists(JSON, max_size=2) | JSON
    headers = st.fixed_dictionaries(
        {
            "x-vault-token": st.sampled_from([ROOT] * 6 + ["", "hvs.none", known_ones[0], known_ones[2]]),
            "content-type": st.sampled_from(["application/json", "application/merge-patch+json", ""]),
        },
        optional={"x-vault-wrap-ttl": TEXTS},
    )
    requests = Requests(bodies=bodies, queries=QUERIES, headers=headers)
    for method, path in routes:
        answer = requests.send(data, bench, method, path_of(data, path, known | TEXTS.filter(bool)))
        check(answer.status, answer.body)
    bench.pass_time(3_600.0)


def check(status: int, body: bytes) -> None:
    if body and status >= 400 and b"errors" in body:
        texts: list[str] = json.loads(body)["errors"] or []
        assert all(isinstance(text, str) for text in texts)
        if status == 500:
            assert any(own in text for text in texts for own in OWN), texts


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(60)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = VaultBench()
    method, path = route
    target = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    for token in (ROOT, ""):
        answer = bench.send(method, target, body, headers={"x-vault-token": token})
        check(answer.status, answer.body)
    bench.send(method, f"{target}?{query}")


@given(HEADERS)
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = VaultBench()
    for headers in ({"x-vault-token": text}, {"authorization": f"Bearer {text}"}, {"authorization": text}):
        assert bench.send("GET", "/v1/sys/mounts", headers=headers).status in {401, 403}
