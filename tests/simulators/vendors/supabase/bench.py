"""A Supabase project on a bench: its keys, its users' tokens, requests as the SDKs send them."""

import json
from collections.abc import Mapping
from typing import Any

from brownout_simulators.vendors.supabase import VENDOR
from brownout_simulators.vendors.supabase.keys import AUTHENTICATED, SERVICE, jwt_secret, legacy_key, project_of
from brownout_simulators.vendors.supabase.tokens import sign
from tests.support.vendor_bench import Answer, Bench

ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"


class SupabaseBench(Bench):
    """One project; who calls is the service unless a call says otherwise."""

    def __init__(self, name: str = "bench", *, seed: int = 1) -> None:
        super().__init__(VENDOR, "", seed=seed)
        self.project = project_of(name)
        self.key = legacy_key(self.project, SERVICE)
        self.authorization = f"Bearer {self.key}"

    def as_role(self, role: str) -> dict[str, str]:
        """The headers of a caller with that role's key and no user."""
        key = legacy_key(self.project, role)
        return {"apikey": key, "authorization": f"Bearer {key}"}

    def as_user(self, user: str, **claims: Any) -> dict[str, str]:
        """The headers of a signed-in user."""
        told = {"sub": user, "role": AUTHENTICATED, "aud": AUTHENTICATED, "exp": 4_000_000_000, **claims}
        token = sign(jwt_secret(self.project), told)
        return {"apikey": legacy_key(self.project, "anon"), "authorization": f"Bearer {token}"}

    def send(self, method: str, target: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, with the service's key unless `headers` have another."""
        return super().send(method, target, body, headers={"apikey": self.key, **(headers or {})})

    def rest(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """A request to PostgREST: `bench.rest("POST", "jobs", {…}, prefer="return=representation")`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if body is not None:
            given.setdefault("content-type", "application/json")
        return self.send(method, f"/rest/v1/{target}", raw, headers=given)
