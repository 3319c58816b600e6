"""Cloudflare on the bench."""

import json
from typing import Any

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.cloudflare import VENDOR
from brownout_simulators.vendors.cloudflare.access import account_id
from brownout_simulators.vendors.cloudflare.resources import State
from tests.support.sending import all_sent
from tests.support.vendor_bench import Answer, Bench

USER = "shop"
ZONE = "shop.test"
ACCOUNT = f"/accounts/{account_id(USER)}"
SPACES = f"{ACCOUNT}/storage/kv/namespaces"


class CloudflareBench(Bench):
    """A user, by his token; he has nothing from the beginning."""

    def __init__(self, user: str = USER, *, seed: int = 1, **setup: Any) -> None:
        setup = {"zones": [], "namespaces": [], **setup}
        super().__init__(VENDOR, f"Bearer {VENDOR.test_key(user)}", seed=seed)
        self.simulator.schedule([], setup=setup, fields=VENDOR.effects)
        self._setup = setup
        self.user = user

    @property
    def state(self) -> State:
        """What the user holds."""
        state: State = self.simulator.accounts[self.user].state
        return state

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a body is JSON, or bytes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send(method, f"/client/v4{path}", sent, headers=named)

    def bare(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        """One call with these headers and no others."""
        steps = self.simulator.handle(Call(method, path, "", headers, b"", self.now_s))
        try:
            while True:
                self.now_s += next(steps)
        except StopIteration as stop:
            sending = all_sent(self.simulator, stop.value)
        return Answer(sending.status, {name.lower(): value for name, value in sending.headers.items()}, sending.body)

    def do(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The result of what works."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status == 200, answer.body
        said = answer.json
        assert (said["success"], said["errors"]) == (True, [])
        return said["result"]

    def zone(self, name: str = ZONE) -> str:
        """A zone is made; the path of it."""
        return f"/zones/{self.do('POST', '/zones', {'name': name})['id']}"

    def records(self, zone: str, query: str = "") -> list[tuple[str, str, str]]:
        """Type, name and content of a zone's records."""
        rows = self.do("GET", f"{zone}/dns_records{query}")
        return [(row["type"], row["name"], row["content"]) for row in rows]

    def space(self, title: str = "cache") -> str:
        """A namespace is made; the path of it."""
        return f"{SPACES}/{self.do('POST', SPACES, {'title': title})['id']}"

    def schedule(self, *rules: dict[str, Any], **more: Any) -> None:
        """These faults, from now on, in place of all others."""
        given = [rule_from_json({"id": f"r{n}", "vendor": "cloudflare", **rule}) for n, rule in enumerate(rules)]
        self.simulator.schedule(given, setup=self._setup, fields=VENDOR.effects, **more)

    def done(self, kind: str) -> list[dict[str, Any]]:
        """The effects of one kind, with all that is told of them."""
        rows = [row for row in self.effects() if row["route"] == kind]
        return [{**row, "fields": json.loads(row["fields"])} for row in rows]


def a_record(name: str = "www", content: str = "192.0.2.1", **more: Any) -> dict[str, Any]:
    """What an address says, changed as asked."""
    return {"type": "A", "name": name, "content": content, **more}


def refusal(answer: Answer) -> tuple[int, int]:
    """Status and code of a refusal, whose envelope is whole."""
    body = answer.json
    assert (body["success"], body["result"], body["messages"]) == (False, None, [])
    (error,) = body["errors"]
    assert error["message"]
    return answer.status, error["code"]
