"""Whatever a client sends to auth, storage, realtime or functions, it is answered in the service's words, never by a
defect of the simulator: the bench looks at its list of defects after every call."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.supabase import VENDOR
from tests.simulators.vendors.supabase.auth.bench import ADA, AuthBench
from tests.simulators.vendors.supabase.bench import ALICE
from tests.simulators.vendors.supabase.realtime.bench import RealtimeBench
from tests.simulators.vendors.supabase.storage.bench import StorageBench
from tests.support.examples import examples

SERVICES = ("/auth/", "/storage/", "/realtime/v1/api", "/functions/")
ROUTES = [(route.method, route.path) for route in VENDOR.routes if route.path.startswith(SERVICES)]
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "a", "-1", "1e400", "NaN", "9" * 40, "²", "docs", "open", "a.txt", "a/b", "/", "..", "%2e", "name", "asc",
     "desc", "signup", "email", "magiclink", "recovery", "email_change", "sms", "invite", "password", "refresh_token",
     "pkce", ADA, "A@B.C", "a@b", "+1 555", "15550001111", "424242", "s256", "x" * 64, "global", "24h", "none", "true",
     "text/plain", "image/*", "*", "20MB", "bytes=0-", "bytes=-1", "1.0.0", "YQ==",
     "bucketName ZG9jcw==,objectName YQ==", "totp", "webauthn"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    ["email", "phone", "password", "data", "type", "token", "token_hash", "refresh_token", "auth_code", "code_verifier",
     "code_challenge", "code_challenge_method", "create_user", "channel", "nonce", "user_metadata", "app_metadata",
     "ban_duration", "email_confirm", "id", "role", "should_soft_delete", "new_email", "redirect_to", "name", "public",
     "file_size_limit", "allowed_mime_types", "prefix", "prefixes", "limit", "offset", "sortBy", "search", "cursor",
     "with_delimiter", "expiresIn", "paths", "bucketId", "sourceKey", "destinationKey", "destinationBucket", "messages",
     "topic", "event", "payload", "private", "factor_type", "friendly_name", "issuer", "challenge_id", "code"]
)  # fmt: skip
BODIES = st.dictionaries(MEMBERS, JSON, max_size=5)
QUERIES = st.dictionaries(
    st.sampled_from(
        ["grant_type", "scope", "token", "type", "page", "per_page", "filter", "download", "redirect_to", "x"]
    ),
    TEXTS,
    max_size=3,
)
LINES = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["range", "if-none-match", "x-upsert", "x-metadata", "cache-control", "upload-length", "upload-offset",
         "upload-metadata", "tus-resumable", "x-supabase-api-version", "sb-forwarded-for", "redirect_to"]
    ),
    TEXTS | LINES,
    max_size=3,
)  # fmt: skip
KINDS = st.sampled_from(
    ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/offset+octet-stream", ""]
)


class Everything(AuthBench):
    """A project with a user, a file, an upload under way."""

    def __init__(self) -> None:
        super().__init__()
        self.simulator.set_up(
            {
                "auth": {"anonymous": True, "signing_keys": [{}]},
                "storage": {"buckets": {"docs": {}, "open": {"public": True}}},
            }
        )
        self.session = self.sign_up().json
        self.send("POST", "/storage/v1/object/docs/a.txt", b"hello", headers={"content-type": "text/plain"})
        begun = self.send(
            "POST",
            "/storage/v1/upload/resumable",
            headers={
                "tus-resumable": "1.0.0",
                "upload-length": "9",
                "upload-metadata": "bucketName ZG9jcw==,objectName YmI=",
            },
        )
        factor = self.ask("POST", "factors", {"factor_type": "totp"}, token=self.session["access_token"]).json
        upload = begun.headers["location"].rpartition("/")[2]
        self.ids = [self.session["user"]["id"], factor["id"], "docs", "a.txt", upload]


@pytest.mark.thorough
@given(st.data(), st.sampled_from(ROUTES))
@examples(30)
def test_any_request_to_any_endpoint_has_an_answer(data: st.DataObject, route: tuple[str, str]) -> None:
    method, path = route
    bench = Everything()
    for _ in range(3):
        target = path.replace("...", "")
        for name in ("id", "bucket", "path", "name", "topic", "event", "factor"):
            value = data.draw(st.sampled_from(bench.ids) | st.text(min_size=1, max_size=5)) or "x"
            target = target.replace(f"{{{name}}}", quote(value, safe=""))
        query = urlencode(data.draw(QUERIES), errors="replace")
        body = data.draw(BODIES | JSON)
        raw = data.draw(st.just(json.dumps(body).encode()) | st.binary(max_size=20))
        token = data.draw(st.sampled_from([bench.key, bench.session["access_token"], "x", ""]))
        headers = {**data.draw(HEADERS), "content-type": data.draw(KINDS), "authorization": f"Bearer {token}"}
        answer = bench.send(method, f"{target}?{query}" if query else target, raw, headers=headers)
        assert answer.status < 500 or answer.status in (500, 546), answer.body
        assert b"Traceback" not in answer.body
    bench.pass_time(4_000.0)


@given(LINES)
@examples(15)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = Everything()
    for path in ("/auth/v1/user", "/storage/v1/object/docs/a.txt", "/functions/v1/echo"):
        for value in (text, f"Bearer {text}", f"Bearer {bench.key}{text}"):
            answer = bench.send("GET", path, headers={"authorization": value})
            assert answer.status < 500
        assert bench.send("GET", path, headers={"apikey": text, "authorization": ""}).status < 500


FRAMES = st.binary(max_size=30) | st.text(max_size=30)
EVENTS = st.sampled_from(["phx_join", "phx_leave", "broadcast", "presence", "access_token", "heartbeat", "x"])


@given(
    st.lists(st.tuples(EVENTS, st.sampled_from(["realtime:room", "realtime:", "phoenix", "x"]), JSON), max_size=6),
    FRAMES,
)
@examples(30)
def test_any_message_on_a_socket_has_an_answer_or_ends_it(said: list[tuple[str, str, Any]], last: str | bytes) -> None:
    bench = RealtimeBench()
    for version in (1, 2):
        client = bench.connect(version)
        client.join(postgres_changes=[{"event": "*", "schema": "public", "table": "jobs"}])
        for event, topic, payload in said:
            client.say(event, payload, topic)
        client.say("phx_join", {"config": {"postgres_changes": [payload for _, _, payload in said]}})
        client.raw(last)
        assert bench.simulator.problems == []
        client.leave()
    bench.pass_time(400)


@given(st.dictionaries(st.sampled_from(["auth", "storage", "realtime", "edge", "x"]), BODIES | JSON, max_size=2))
@examples(30)
def test_any_setup_is_taken_or_refused_in_one_line_with_its_place(given: dict[str, Any]) -> None:
    bench = StorageBench()
    words = "nothing: wrong"
    try:
        bench.simulator.set_up(given)
    except ValueError as error:
        words = str(error)
    assert (len(words.splitlines()), ":" in words) == (1, True)
    assert bench.send("GET", "/storage/v1/bucket", headers=bench.as_user(ALICE)).status == 200
