"""Whatever a client sends to Resend, it is answered in Resend's words: never by a defect of the simulator.

The bench looks at the simulator's list of defects after every call.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.hosts.pages import shown
from brownout_simulators.vendors.resend import VENDOR
from tests.simulators.vendors.resend.bench import HOOK, ResendBench, mail
from tests.support.examples import examples
from tests.support.fuzzing import HEADERS, Requests, json_of, pairs, path_of, texts

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
TEXTS = texts(
    "a@sim.test", "A <a@sim.test>", "bounced@sim.test", "mail.test", "in 1 hour", "in 999999 weeks",
    "tomorrow at 9am", "email.sent", "enabled", "disabled", "{{{A}}}", "aGk=", "K", "string", "bounce", "receipt",
    "<a@sim.test>", "a@b..test",
)  # fmt: skip
JSON = json_of(TEXTS)
NAMES = st.sampled_from(
    ["from", "to", "cc", "bcc", "reply_to", "subject", "html", "text", "headers", "attachments", "tags", "scheduled_at",
     "template", "endpoint", "events", "status", "email", "emails", "ids", "name", "region", "open_tracking", "alias",
     "variables", "first_name", "unsubscribed", "properties", "key", "type", "value", "content", "path", "id"]
)  # fmt: skip
FIELDS = st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES, JSON, max_size=3), max_size=2), max_size=6)
CHANGED = FIELDS.map(lambda some: {**mail(), **some})
REQUESTS = Requests(
    bodies=CHANGED | CHANGED.map(lambda one: [one, mail()]) | FIELDS | st.lists(JSON, max_size=2) | JSON,
    queries=pairs(["limit", "after", "before", "origin", "x"], TEXTS),
    headers=st.fixed_dictionaries(
        {
            "idempotency-key": st.sampled_from(["", "k", "x" * 300]) | HEADERS,
            "x-batch-validation": st.sampled_from(["strict", "permissive", "permissive", "x"]),
        }
    ),
)


def full() -> tuple[ResendBench, list[str]]:
    """A team that holds one of everything, and their ids."""
    bench = ResendBench()
    bench.listen()
    template = bench.do("POST", "/templates", {"name": "r", "alias": "receipt", "html": "{{{A}}}"})["id"]
    bench.do("POST", "/templates/receipt/publish")
    hook = bench.do("POST", "/webhooks", {"endpoint": HOOK, "events": ["email.sent"]})["id"]
    ids = [bench.mail(), bench.mail("bounced@sim.test"), bench.mail(scheduled_at="in 1 hour"), template, hook]
    ids += [
        bench.do("POST", "/suppressions", {"email": "s@sim.test"})["id"],
        bench.do("POST", "/contacts", {"email": "a@sim.test"})["id"],
        bench.do("POST", "/domains", {"name": "other.test"})["id"],
    ]
    bench.pass_time(1)
    (event, *_) = bench.do("GET", f"/webhooks/{hook}/events")["data"]
    return bench, [*ids, event["id"]]


@given(st.data(), st.lists(st.sampled_from(ROUTES), min_size=4, max_size=4))
@examples(30)
def test_any_request_to_any_endpoint_has_an_answer_of_resends(
    data: st.DataObject, routes: list[tuple[str, str]]
) -> None:
    bench, ids = full()
    known = st.sampled_from(ids)
    for method, path in routes:
        answer = REQUESTS.send(data, bench, method, path_of(data, path, known | TEXTS.filter(bool)))
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            said = answer.json
            assert said["statusCode"] == answer.status
            assert said["name"]
            assert said["message"]
    bench.pass_time(3_600.0)
    for row in bench.do("GET", "/emails?limit=100")["data"]:
        page = shown(bench.simulator, "GET", f"/_brownout/inbox/shop/{row['id']}", "")
        assert page is not None
        assert page.status == 200


@given(st.binary(max_size=40), st.text(max_size=30), st.sampled_from(ROUTES))
@examples(60)
def test_any_bytes_and_any_query_have_an_answer(body: bytes, query: str, route: tuple[str, str]) -> None:
    bench = ResendBench()
    method, path = route
    target = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    assert bench.send(method, target, body).status < 500
    assert bench.send(method, f"{target}?{query}").status < 500
    assert shown(bench.simulator, "GET", f"/_brownout/inbox/{query}", query) is not None


@given(HEADERS)
@examples(60)
def test_any_credential_has_an_answer(text: str) -> None:
    bench = ResendBench()
    for value in (text, f"Basic {text}", f"Bearer {text}", f"Bearer re_test_\x00{text}"):
        assert bench.send("POST", "/emails", b"{}", headers={"authorization": value}).status in {401, 403}


def test_a_body_as_deep_as_may_be_has_an_answer() -> None:
    bench = ResendBench()
    for depth in (50, 500, 5_000):
        deep: Any = b'{"from": "a@b.test", "to": "a@sim.test", "subject": "s", "html": "h", "x": '
        deep += b'{"a":' * depth + b"1" + b"}" * depth + b"}"
        answer = bench.send("POST", "/emails", deep, headers={"idempotency-key": "k"})
        assert answer.status in {200, 400, 409}
