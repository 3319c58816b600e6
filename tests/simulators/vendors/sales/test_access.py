"""OAuth, tokens, body parsing, idempotency keys."""

from urllib.parse import urlencode

import pytest

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales.access import IDEMPOTENCY, parse
from tests.simulators.vendors.sales.bench import INTAKE, ORDERS, SECRET, SalesBench, order
from tests.support.vendor_bench import basic


def test_client_credentials_buy_an_opaque_token() -> None:
    answer = SalesBench().log_in()
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    assert body.pop("access_token").startswith("pyx_at_")
    assert body == {"token_type": "Bearer", "expires_in": 900, "scope": "orders.read orders.write"}


def test_credentials_may_travel_in_the_form() -> None:
    bench = SalesBench()
    bench.authorization = ""
    fields = {"grant_type": "client_credentials", "client_id": "shop", "client_secret": SECRET}
    assert bench.form("POST", "/oauth2/token", **fields).status == 200


@pytest.mark.parametrize(
    "authorization", ["", "Basic !", basic("shop", ""), basic("shop", "wrong"), basic("no good id", "x")]
)
def test_a_bad_client_is_challenged(authorization: str) -> None:
    bench = SalesBench()
    bench.authorization = authorization
    answer = bench.form("POST", "/oauth2/token", grant_type="client_credentials")
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == 'Basic realm="pyxis"'


@pytest.mark.parametrize(
    ("fields", "error"),
    [({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type"),
     ({"grant_type": "client_credentials", "scope": "everything"}, "invalid_scope")],
)  # fmt: skip
def test_a_wrong_token_request_says_what_is_wrong(fields: dict[str, str], error: str) -> None:
    bench = SalesBench()
    bench.authorization = bench.client
    answer = bench.send("POST", "/oauth2/token", urlencode(fields).encode())
    assert (answer.status, answer.json["error"]) == (400, error)


def test_a_token_expires_and_a_new_one_works() -> None:
    bench = SalesBench("shop.expires-3")
    bench.pass_time(2.9)
    assert bench.send("GET", ORDERS).status == 200
    bench.pass_time(0.1)
    refused = bench.send("GET", ORDERS)
    assert (refused.status, refused.json["code"], refused.json["retryable"]) == (401, "token-expired", True)
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    bench.log_in()
    assert bench.send("GET", ORDERS).status == 200


def test_a_server_whose_clock_is_ahead_finds_tokens_expired_early() -> None:
    bench = SalesBench("shop.expires-10.skew-9")
    assert bench.send("GET", ORDERS).status == 200
    bench.pass_time(1)
    assert bench.send("GET", ORDERS).json["code"] == "token-expired"


def test_a_revoked_token_is_dead_at_once_and_revoking_nothing_is_fine() -> None:
    bench = SalesBench()
    token, bearer = bench.authorization.removeprefix("Bearer "), bench.authorization
    bench.authorization = bench.client
    assert bench.form("POST", "/oauth2/revoke", token=token).status == 200
    assert bench.form("POST", "/oauth2/revoke", token="unknown").status == 200
    bench.authorization = bearer
    assert bench.send("GET", ORDERS).json["code"] == "token-invalid"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", "token-missing"), ("Basic eDp5", "token-missing"), ("Bearer x", "token-invalid"),
     ("Bearer pyx_at_c2hvcA." + "0" * 32, "token-invalid"), ("Bearer pyx_at_w." + "0" * 32, "token-invalid"),
     ("Bearer pyx_at_ICA." + "0" * 32, "token-invalid")],
)  # fmt: skip
def test_what_is_no_token_is_refused(authorization: str, code: str) -> None:
    bench = SalesBench()
    bench.authorization = authorization
    answer = bench.send("GET", ORDERS)
    assert (answer.status, answer.json["code"]) == (401, code)


def test_a_token_without_the_scope_is_not_enough() -> None:
    bench = SalesBench(scope="orders.read")
    refused = bench.take_in()
    assert (refused.status, refused.json["code"]) == (403, "scope-insufficient")
    assert refused.json["requiredScope"] == "orders.write"


def test_a_read_only_client_gets_read_only_tokens() -> None:
    bench = SalesBench("shop.readonly", scope="")
    assert bench.log_in().json["scope"] == "orders.read"


def test_a_suspended_tenant_is_refused_everything() -> None:
    assert SalesBench("shop.suspended").send("GET", ORDERS).json["code"] == "tenant-suspended"


def test_tenants_are_worlds_apart() -> None:
    bench = SalesBench()
    made = bench.take_in().json
    bench.client = basic("other", SECRET)
    bench.log_in()
    assert bench.get(made["id"]).status == 404
    assert bench.take_in().status == 201


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [(b"{", "application/json", 400, "malformed-json"), (b"[]", "application/json", 400, "malformed-json"),
     (b"{}", "text/plain", 415, "media-type"), (b"{}", "", 415, "media-type"),
     (b" " * 300_000, "application/json", 413, "too-large")],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(body: bytes, kind: str, status: int, code: str) -> None:
    bench = SalesBench()
    headers = {"idempotency-key": bench.key(), "content-type": kind}
    answer = bench.send("POST", INTAKE, body, headers=headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_is_required_where_it_is_and_must_be_well_formed() -> None:
    bench = SalesBench()
    assert bench.post_json(INTAKE, order()).json["code"] == "idempotency-key-missing"
    assert bench.post_json(INTAKE, order(), idempotency_key="short").json["code"] == "idempotency-key-invalid"
    assert bench.post_json(INTAKE, order(), idempotency_key="has spaces in the middle").status == 400
    both = {"idempotency_key": bench.key(), "x_idempotency_key": bench.key()}
    assert bench.post_json(INTAKE, order(), **both).json["code"] == "idempotency-key-invalid"


def test_both_headers_and_both_spellings_are_one_key() -> None:
    bench = SalesBench()
    key = bench.key()
    first = bench.take_in(key=key)
    for headers in (
        {"idempotency_key": f'"{key}"'},
        {"x_idempotency_key": key},
        {"idempotency_key": key, "x_idempotency_key": f'"{key}"'},
    ):
        again = bench.post_json(INTAKE, order(), **headers)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.body == first.body


def test_a_replay_is_the_first_answer_and_has_no_second_effect() -> None:
    bench = SalesBench()
    first = bench.take_in(key="k" * 16)
    bench.pass_time(60)
    again = bench.take_in(key="k" * 16)
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert len(bench.effects()) == 1


def test_numbers_and_the_order_of_members_do_not_matter_but_contents_do() -> None:
    bench = SalesBench()
    body = order(extra=1)
    bench.take_in(body, key="k" * 16)
    same = dict(reversed(list({**body, "extra": 1.0}.items())))
    assert bench.take_in(same, key="k" * 16).headers["idempotency-replayed"] == "true"
    other = bench.take_in(order("A-2"), key="k" * 16)
    assert (other.status, other.json["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("spelled", ["1.0", "1e0", "1E+0", "10e-1"])
@pytest.mark.parametrize("around", ["{}", "[{}]", "[0,{}]", "[0, {}]", "[\t{}]", '{{"a":{}}}', '{{"a":\n{}}}'])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_is_the_same_however_and_wherever_it_is_written(spelled: str, around: str, sign: str) -> None:
    whole, other = (_fingerprint(around.format(sign + number)) for number in ("1", spelled))
    assert whole == other
    assert _fingerprint(around.format(sign + "1.5")) != whole


def _fingerprint(extra: str) -> bytes:
    body = b'{"site": "1.5, 2.5", "extra":%s}' % extra.encode()
    asked = Call("POST", INTAKE, "", {"content-type": "application/json"}, body, 0.0)
    asked.data = parse(asked)
    return IDEMPOTENCY.fingerprint(asked)


def test_a_key_is_unique_within_its_endpoint() -> None:
    bench = SalesBench()
    made = bench.take_in(key="k" * 16).json
    cancelled = bench.post_json(f"{ORDERS}/{made['id']}/cancel", {"reason": "x"}, idempotency_key="k" * 16)
    assert cancelled.status == 202


def test_final_refusals_are_remembered_and_others_are_not() -> None:
    bench = SalesBench()
    bench.take_in()
    assert bench.take_in(key="d" * 16).json["code"] == "duplicate-order"
    assert bench.take_in(key="d" * 16).headers["idempotency-replayed"] == "true"
    wrong = order("A-3", priority="never")
    assert bench.take_in(wrong, key="v" * 16).status == 422
    assert bench.take_in(wrong, key="v" * 16).headers["idempotency-replayed"] == "true"
    started = bench.take_in(order("A-5")).json["links"]
    bench.pass_time(60)
    for _ in range(2):
        refused = bench.post_json(started["cancel"], {"reason": "x"}, idempotency_key="c" * 16)
        assert refused.json["code"] == "order-not-cancellable"
        assert "idempotency-replayed" not in refused.headers
    bearer, bench.authorization = bench.authorization, ""
    assert bench.take_in(order("A-4"), key="u" * 16).status == 401
    bench.authorization = bearer
    assert bench.take_in(order("A-4"), key="u" * 16).status == 201


def test_an_error_after_the_commit_is_not_what_is_remembered() -> None:
    bench = SalesBench()
    rule = {"id": "r", "vendor": "sales", "match": f"POST {INTAKE}", "sequence": "F.", "fail_after_effect": {}}
    bench.simulator.schedule([rule_from_json(rule)])
    assert bench.take_in(key="k" * 16).status == 500
    again = bench.take_in(key="k" * 16)
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert len(bench.effects()) == 1


def test_a_key_is_forgotten_after_a_day_but_the_order_id_is_not() -> None:
    bench = SalesBench()
    bench.take_in(key="k" * 16)
    bench.pass_time(86_401)
    bench.log_in()
    assert bench.take_in(key="k" * 16).json["code"] == "duplicate-order"


def test_a_store_that_forgets_its_keys_early_leaves_the_order_id_to_protect() -> None:
    for client, statuses in (("shop.keys-2", [201, 201, 409]), ("shop.keys-2.guard-off", [201, 201, 201])):
        bench = SalesBench(client)
        answers = [bench.take_in(key="k" * 16)]
        bench.pass_time(1.9)
        answers.append(bench.take_in(key="k" * 16))
        bench.pass_time(0.1)
        answers.append(bench.take_in(key="k" * 16))
        assert [answer.status for answer in answers] == statuses
        assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, True, False]
        assert len(bench.effects()) == len({answer.json.get("id") for answer in answers} - {None})
