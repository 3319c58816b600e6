"""Resend on the bench."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brownout_simulators.call import Call
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.resend import VENDOR
from brownout_simulators.vendors.resend.resources import Email, State
from tests.support.sending import all_sent
from tests.support.vendor_bench import Answer, Bench

TEAM = "shop"
HOOK = "http://127.0.0.1:9/hook"


def mail(to: Any = "ada@sim.test", **changes: Any) -> dict[str, Any]:
    """What is asked to be sent, changed as asked."""
    return {"from": "Shop <shop@mail.test>", "to": to, "subject": "Hello", "html": "<p>Hi</p>", **changes}


class ResendBench(Bench):
    """A team, by its key."""

    def __init__(self, team: str = TEAM, *, seed: int = 1, **setup: Any) -> None:
        super().__init__(VENDOR, f"Bearer {VENDOR.test_key(team)}", seed=seed)
        self.simulator.set_up(setup)
        self.team = team

    @property
    def state(self) -> State:
        """What the team holds."""
        state: State = self.simulator.accounts[self.team].state
        return state

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a body is JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.send(method, path, headers=named)
        return self.send(method, path, json.dumps(body).encode(), headers={"content-type": "application/json", **named})

    def do(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What works."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status in {200, 201}, answer.body
        return answer.json

    def mail(self, to: Any = "ada@sim.test", **changes: Any) -> str:
        """A mail is taken in; its id."""
        return str(self.do("POST", "/emails", mail(to, **changes))["id"])

    def last_event(self, email_id: str) -> str:
        """As the API tells it."""
        return str(self.do("GET", f"/emails/{email_id}")["last_event"])

    @contextmanager
    def under_way(self, method: str, path: str, body: Any, **headers: str) -> Iterator[None]:
        """A call that waits within the block, and is handled to its end behind it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"authorization": self.authorization, **named}
        steps = self.simulator.handle(Call(method, path, "", given, json.dumps(body).encode(), self.now_s))
        next(steps)
        yield
        self.now_s += 10.0
        try:
            while True:
                self.now_s += next(steps)
        except StopIteration as stop:
            all_sent(self.simulator, stop.value)

    def schedule(self, *rules: dict[str, Any], **more: Any) -> None:
        """These faults, from now on, in place of all others."""
        given = [{name: value for name, value in rule.items() if value is not None} for rule in rules]
        self.simulator.schedule([rule_from_json(rule) for rule in given], **more)

    def state_of(self, email_id: str) -> Email:
        """A mail as it is kept."""
        email = self.state.emails.get(email_id)
        assert email is not None
        return email

    def history(self, email_id: str) -> list[str]:
        """All that happened to a mail."""
        return list(self.state_of(email_id).events)

    def listen(self) -> str:
        """Somebody hears everything; the signing secret."""
        return self.simulator.listen(self.team, HOOK)

    def told(self) -> list[str]:
        """The types of the events that were told."""
        return [webhook.type for webhook in self.webhooks]

    def done(self, kind: str) -> list[dict[str, Any]]:
        """The effects of one kind."""
        return [row for row in self.effects() if row["route"] == kind]


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and name of a refusal."""
    body = answer.json
    assert body["statusCode"] == answer.status
    assert body["message"]
    assert answer.headers["content-type"].startswith("application/json")
    return answer.status, body["name"]
