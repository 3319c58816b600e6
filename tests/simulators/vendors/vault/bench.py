"""Vault on the bench."""

import json
from typing import Any

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.vault import VENDOR
from tests.support.vendor_bench import Answer, Bench

ROOT = "hvs.sim-root"


class VaultBench(Bench):
    """The default cluster, by its root token unless another is said. Paths are without `/v1/`."""

    def __init__(self, *, seed: int = 1, **setup: Any) -> None:
        super().__init__(VENDOR, "", seed=seed)
        self.simulator.set_up(setup)

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = ROOT, **headers: str) -> Answer:
        """One call; a body is JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["x-vault-token"] = token
        return self.send(method, f"/v1/{path}", b"" if body is None else json.dumps(body).encode(), headers=named)

    def get(self, path: str, **more: Any) -> Any:
        """What is read; it is there."""
        answer = self.ask("GET", path, **more)
        assert answer.status == 200, answer.body
        return answer.json

    def do(self, path: str, body: Any = None, method: str = "POST", **more: Any) -> Any:
        """What is done; it works. None where there is nothing to say."""
        answer = self.ask(method, path, body, **more)
        assert answer.status in {200, 202, 204}, (answer.status, answer.body)
        return answer.json if answer.body else None

    def write(self, path: str, data: Any, **options: Any) -> int:
        """A new version of a secret, by its number."""
        body = {"data": data, **({"options": options} if options else {})}
        return int(self.do(f"secret/data/{path}", body)["data"]["version"])

    def log_in(self, role: str = "app", **more: Any) -> Any:
        """The `auth` block of a login by one of the roles that a cluster begins with."""
        body = {"role_id": f"sim-role-{role}", "secret_id": f"sim-secret-{role}"}
        return self.do("auth/approle/login", body, token=None, **more)["auth"]

    def strike(self, **rule: Any) -> None:
        """This fault, from now on."""
        self.simulator.schedule([rule_from_json({"id": "r", "vendor": "vault", **rule})])

    def done(self, kind: str) -> list[dict[str, Any]]:
        """The effects of a kind."""
        return [row for row in self.effects() if row["route"] == f"vault.{kind}"]


def refusal(answer: Answer) -> tuple[int, list[str]]:
    """Status and texts of a refusal."""
    assert answer.headers["content-type"] == "application/json"
    return answer.status, answer.json["errors"]
