"""What auth answers has the shape that GoTrue's own description gives it, in all that is called here."""

from typing import Any

import pytest

from brownout_simulators.vendors.supabase.auth.totp import code_at
from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench
from tests.support.openapi import document, mismatches
from tests.support.vendor_bench import Answer

NOT_DESCRIBED = ("invited_at", "new_email", "is_anonymous", "email_verified", "code", "friendly_name")
"""Fields of the source that its description forgets (internal/models/user.go; `code` is a text in the newer errors)."""
REFUSED = (401, 403, 422)
"""Statuses of the source (internal/api/auth.go) that its description names for some paths only."""
OLD = {"x-supabase-api-version": ""}


class Held:
    """A bench whose answers are held against the description."""

    def __init__(self, **settings: Any) -> None:
        self.bench = AuthBench(**settings)
        self.spec = document("supabase_auth.yaml")
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "", at: str = "") -> Answer:
        """One call; `at` is the path's template, where it has one."""
        answer = self.bench.ask(method, path, body, token=token, headers=OLD)
        template = "/" + (at or path.partition("?")[0])
        described_methods = self.spec["paths"][template]
        if method.lower() not in described_methods:  # POST /admin/users, for one
            return answer
        responses = described_methods[method.lower()]["responses"]
        described = responses.get(answer.status) or responses.get(str(answer.status)) or responses.get("default")
        self.seen.add(f"{method} {template} {answer.status}")
        while described is not None and "$ref" in described:
            described = self.spec["components"]["responses"][described["$ref"].rpartition("/")[2]]
        content = {} if described is None else described.get("content", {})
        if described is None and answer.status not in REFUSED:
            self.wrong.append(f"{method} {template}: {answer.status} is not described")
        elif "application/json" in content and answer.body and not template.endswith("generate_link"):
            schema = content["application/json"]["schema"]
            found = mismatches(self.spec, schema, answer.json, f"{method} {template} {answer.status}", optional=True)
            self.wrong += [line for line in found if not any(f"{name} is not in" in line for name in NOT_DESCRIBED)]
        return answer


def _factors(held: Held, token: str, user_id: str) -> None:
    made = held.ask("POST", "factors", {"factor_type": "totp", "friendly_name": "a"}, token=token).json
    path, template = f"factors/{made['id']}", "factors/{factorId}"
    asked = held.ask("POST", f"{path}/challenge", {}, token=token, at=f"{template}/challenge").json
    account = held.bench.simulator.accounts[held.bench.project]
    for code in ("x", code_at(made["totp"]["secret"], account.wall_s())):
        body = {"challenge_id": asked["id"], "code": code}
        answer = held.ask("POST", f"{path}/verify", body, token=token, at=f"{template}/verify")
    admin = f"admin/users/{user_id}/factors"
    held.ask("GET", admin, token=held.bench.key, at="admin/users/{userId}/factors")
    held.ask("PUT", f"{admin}/{made['id']}", {}, token=held.bench.key, at="admin/users/{userId}/factors/{factorId}")
    held.ask("DELETE", path, token=answer.json["access_token"], at=template)


@pytest.mark.thorough
def test_answers_have_the_shapes_that_are_described() -> None:
    held = Held(autoconfirm=False)
    bench = held.bench
    held.ask("POST", "signup", {"email": ADA, "password": SECRET})
    held.ask("POST", "signup", {"email": ADA, "password": SECRET})
    session = held.ask("POST", "verify", {"type": "signup", "email": ADA, "token": "424242"}).json
    token = session["access_token"]
    held.ask("POST", "token?grant_type=password", {"email": ADA, "password": SECRET})
    held.ask("POST", "token?grant_type=password", {"email": ADA, "password": "x"})
    held.ask("POST", "token?grant_type=refresh_token", {"refresh_token": session["refresh_token"]})
    held.ask("GET", "user", token=token)
    held.ask("GET", "user")
    held.ask("PUT", "user", {"data": {"a": 1}, "email": "next@example.com"}, token=token)
    held.ask("POST", "recover", {"email": ADA})
    held.ask("POST", "otp", {"email": ADA})
    held.ask("POST", "magiclink", {"email": "new@example.com"})
    held.ask("POST", "resend", {"type": "signup", "email": ADA})
    admin = bench.key
    held.ask("POST", "invite", {"email": "guest@example.com"}, token=admin)
    link = held.ask("POST", "admin/generate_link", {"type": "magiclink", "email": ADA}, token=admin).json
    described = held.spec["paths"]["/admin/generate_link"]["post"]["responses"][200]["content"]["application/json"]
    assert set(described["schema"]["properties"]) <= set(link)  # and the user's own, by internal/api/mail.go
    made = held.ask("POST", "admin/users", {"email": "made@example.com"}, token=admin).json
    held.ask("GET", "admin/users", token=admin)
    held.ask("GET", "admin/users", token=token)
    for method, body in (("GET", None), ("PUT", {"password": "another horse"}), ("DELETE", {}), ("GET", None)):
        held.ask(method, f"admin/users/{made['id']}", body, token=admin, at="admin/users/{userId}")
    _factors(held, token, session["user"]["id"])
    held.ask("GET", "health")
    held.ask("GET", "settings")
    held.ask("POST", "logout", token=token)
    assert held.wrong == []
    assert len(held.seen) > 20, sorted(held.seen)
