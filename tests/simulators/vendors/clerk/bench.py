"""Clerk on the bench."""

import json
from typing import Any

from brownout_simulators.vendors.clerk import VENDOR
from tests.support.vendor_bench import Answer, Bench

NAME = "shop"
HOOK = "http://127.0.0.1:9/hook"


class ClerkBench(Bench):
    """An instance, by its secret key. Paths are without their prefix."""

    def __init__(self, name: str = NAME, *, seed: int = 1, **setup: Any) -> None:
        super().__init__(VENDOR, f"Bearer {VENDOR.test_key(name)}", seed=seed)
        self.simulator.set_up(setup)
        self.name = name

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a body is JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.send(method, f"/v1{path}", headers=named)
        kind = {"content-type": "application/json"}
        return self.send(method, f"/v1{path}", json.dumps(body).encode(), headers={**kind, **named})

    def get(self, path: str, **headers: str) -> Any:
        """What is read; it is there."""
        answer = self.ask("GET", path, **headers)
        assert answer.status == 200, answer.body
        return answer.json

    def do(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
        """What is done; it works."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status in {200, 201}, answer.body
        return answer.json

    def user(self, address: str = "ada@example.com", **more: Any) -> Any:
        """A new user."""
        return self.do("/users", {"email_address": [address], **more})

    def organization(self, **more: Any) -> Any:
        """A new organization, whose creator is a new user."""
        founder = self.user("founder@example.com")
        return self.do("/organizations", {"name": "Acme", "created_by": founder["id"], **more})

    def session(self, user_id: str = "", **more: Any) -> Any:
        """A new session."""
        return self.do("/sessions", {"user_id": user_id or self.user()["id"], **more})

    def token(self, session_id: str, **headers: str) -> str:
        """A session's token."""
        return str(self.do(f"/sessions/{session_id}/tokens", **headers)["jwt"])

    def listen(self) -> str:
        """Somebody hears everything; the signing secret."""
        return self.simulator.listen(self.name, HOOK)

    def told(self) -> list[str]:
        """The types of the events that were told."""
        return [webhook.type for webhook in self.webhooks]


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal that has one error."""
    (error,) = answer.json["errors"]
    assert answer.json["clerk_trace_id"]
    assert error["message"]
    assert error["long_message"]
    assert answer.headers["content-type"] == "application/json"
    return answer.status, error["code"]
