"""What is answered and told has the shapes of Resend's own description, and of its SDKs' where that is silent."""

import json
from typing import Any

from brownout_simulators.vendors.resend import VENDOR
from tests.simulators.vendors.resend.bench import HOOK, ResendBench, mail
from tests.support.openapi import document, mismatches
from tests.support.vendor_bench import Answer

SPEC = "resend.json"
REALLY_NULL = {"html", "text", "alias", "subject", "from", "fallback_value"}
"""What is null where nothing was said, as the Node SDK has it; the description knows no null there."""


SAID_OTHERWISE = {
    # The description shows the request's body as the answer; the SDKs have an object and its id.
    "PATCH /emails/{email_id}: object is not in the description",
    "PATCH /emails/{email_id}: id is not in the description",
    # As the SDKs have it.
    *(
        f"{where}: {name} is not in the description"
        for where in ("GET /emails/{email_id}", *(f"GET /emails.data[{place}]" for place in range(3)))
        for name in ("scheduled_at", "tags")
    ),
    "GET /contacts: has_more is not in the description",
    "DELETE /contacts/{id}: contact is not in the description",
}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: without_nulls(each)
            for name, each in value.items()
            if each is not None or name not in REALLY_NULL
        }  # fmt: skip
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


class Described(ResendBench):
    """Every answer is held against the description of its endpoint and status."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = document(SPEC)
        self.seen: set[str] = set()

    def send(self, method: str, target: str, *args: Any, **more: Any) -> Answer:
        answer = super().send(method, target, *args, **more)
        path = self.template(target.partition("?")[0])
        described = self.spec["paths"].get(path, {}).get(method.lower())
        if described is not None:
            self.seen.add(f"{method} {path}")
            found = described["responses"][str(answer.status)]["content"]["application/json"]["schema"]
            where = f"{method} {path}"
            wrong = mismatches(self.spec, found, without_nulls(answer.json), where, optional=True)
            assert [line for line in wrong if line not in SAID_OTHERWISE] == []
        return answer

    def template(self, path: str) -> str:
        """The description's own path: fixed text before parameters."""
        given = path.split("/")
        fitting = [
            known
            for known in self.spec["paths"]
            if len(known.split("/")) == len(given)
            and all(part == said or part.startswith("{") for part, said in zip(known.split("/"), given, strict=True))
        ]
        return min(fitting, key=lambda known: known.count("{"), default=path)


def test_every_described_endpoint_that_is_emulated_answers_as_described() -> None:
    bench = Described()
    email = bench.mail(text="x", tags=[{"name": "a", "value": "b"}], scheduled_at="in 1 hour")
    bench.do("PATCH", f"/emails/{email}", {"scheduled_at": "in 2 hours"})
    bench.do("POST", f"/emails/{email}/cancel")
    bench.do("GET", f"/emails/{bench.mail()}")
    bench.do("POST", "/emails/batch", [mail()])
    bench.do("GET", "/emails")
    hook = f"/webhooks/{bench.do('POST', '/webhooks', {'endpoint': HOOK, 'events': ['email.sent']})['id']}"
    bench.do("GET", hook)
    bench.do("GET", "/webhooks")
    bench.do("PATCH", hook, {"status": "disabled"})
    bench.do("DELETE", hook)
    row = bench.do("POST", "/suppressions", {"email": "a@sim.test"})
    bench.do("GET", f"/suppressions/{row['id']}")
    bench.do("GET", "/suppressions")
    bench.do("DELETE", f"/suppressions/{row['id']}")
    bench.do("POST", "/suppressions/batch/add", {"emails": ["a@sim.test"]})
    bench.do("POST", "/suppressions/batch/remove", {"emails": ["a@sim.test"]})
    for path, body, change in (
        ("/contacts", {"email": "a@sim.test"}, {"first_name": "A"}),
        ("/domains", {"name": "mail.test"}, {"open_tracking": True}),
        ("/templates", {"name": "n", "html": "h", "variables": [{"key": "K", "type": "string"}]}, {"subject": "s"}),
    ):
        one = f"{path}/{bench.do('POST', path, body)['id']}"
        if path == "/domains":
            bench.do("POST", f"{one}/verify")
        if path == "/templates":
            bench.do("POST", f"{one}/publish")
            bench.do("POST", f"{one}/duplicate")
        bench.do("GET", one)
        bench.do("GET", path)
        bench.do("PATCH", one, change)
        bench.do("DELETE", one)
    described = {
        f"{method.upper()} {path}" for path, methods in bench.spec["paths"].items() for method in methods
    }  # fmt: skip
    emulated = {f"{route.method} {bench.template(route.path)}" for route in VENDOR.routes} & described
    assert bench.seen == emulated


def test_every_event_is_told_as_described() -> None:
    bench = Described()
    bench.listen()
    for local_part in ("clicked", "complained", "bounced", "delayed", "failed", "suppressed"):
        bench.mail(f"{local_part}@sim.test", headers={"X-A": "b"}, tags=[{"name": "a", "value": "b"}])
    bench.mail(scheduled_at="in 1 hour")
    contact = bench.do("POST", "/contacts", {"email": "a@sim.test"})["id"]
    bench.do("PATCH", f"/contacts/{contact}", {"first_name": "A"})
    bench.do("DELETE", f"/contacts/{contact}")
    domain = bench.do("POST", "/domains", {"name": "a.test"})["id"]
    bench.do("POST", f"/domains/{domain}/verify")
    bench.do("DELETE", f"/domains/{domain}")
    bench.pass_time(3_600)
    told = {webhook.type: json.loads(webhook.body) for webhook in bench.webhooks}
    for event, said in told.items():
        described = bench.spec["webhooks"].get(event)
        if described is not None:
            schema = described["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert mismatches(bench.spec, schema, said, event, optional=True) == []
    assert set(bench.spec["webhooks"]) - set(told) == {"email.received"}
    assert set(told["suppression.added"]["data"]) == {"id", "email", "origin", "source_id", "created_at"}
