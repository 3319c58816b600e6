"""A project's auth on a bench: requests as an application's client sends them, with the anonymous key."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.supabase.keys import ANON, legacy_key
from tests.simulators.vendors.supabase.bench import SupabaseBench
from tests.support.vendor_bench import Answer

NEW = {"x-supabase-api-version": "2024-01-01"}
ADA = "ada+otp-424242@example.com"
SECRET = "correct horse"


class AuthBench(SupabaseBench):
    """With settings, where a test gives some."""

    def __init__(self, *, seed: int = 1, **settings: Any) -> None:
        super().__init__(seed=seed)
        self.simulator.set_up({"auth": settings})

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request to `/auth/v1/…`, of nobody or of whom the token says."""
        anon = legacy_key(self.project, ANON)
        raw = b"" if body is None else json.dumps(body).encode()
        given = {"apikey": anon, "authorization": f"Bearer {token or anon}", **NEW, **(headers or {})}
        if body is not None:
            given["content-type"] = "application/json"
        return self.send(method, f"/auth/v1/{path}", raw, headers=given)

    def put(self, *rules: Mapping[str, Any], **limits: Any) -> None:
        """These faults are in force, and these limits are on."""
        made = [rule_from_json({"id": f"r{at}", "vendor": "supabase", **rule}) for at, rule in enumerate(rules)]
        self.simulator.schedule(made, limits={name.replace("_", "-"): on for name, on in limits.items()})

    def admin(self, method: str, path: str, body: Any = None) -> Answer:
        """The same of the service."""
        return self.ask(method, path, body, token=self.key, headers={"apikey": self.key})

    def sign_up(self, email: str = ADA, password: str = SECRET, **more: Any) -> Answer:
        """A new user."""
        return self.ask("POST", "signup", {"email": email, "password": password, **more})

    def sign_in(self, email: str = ADA, password: str = SECRET) -> Answer:
        """An old one."""
        return self.ask("POST", "token?grant_type=password", {"email": email, "password": password})

    def refresh(self, token: str) -> Answer:
        """A refresh token, used."""
        return self.ask("POST", "token?grant_type=refresh_token", {"refresh_token": token})

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The effects of a kind, in the ledger."""
        return [row for row in self.effects() if row["route"] == kind]


def claims(token: str) -> dict[str, Any]:
    """What an access token says."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and code of one in the newer shape."""
    return answer.status, answer.json["code"]
