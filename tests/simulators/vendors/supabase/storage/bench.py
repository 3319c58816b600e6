"""A project's storage on a bench."""

from collections.abc import Mapping
from typing import Any

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.supabase.bench import SupabaseBench
from tests.support.vendor_bench import Answer

TEXT = {"content-type": "text/plain"}


class StorageBench(SupabaseBench):
    """With a private bucket `docs` and a public one `open`, and settings where a test gives some."""

    def __init__(self, *, seed: int = 1, buckets: Mapping[str, Any] | None = None, **settings: Any) -> None:
        super().__init__(seed=seed)
        made = {"docs": {}, "open": {"public": True}} if buckets is None else buckets
        self.simulator.set_up({"storage": {"buckets": made, **settings}})

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request with JSON to `/storage/v1/…`, of the service unless `headers` say otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.send(method, f"/storage/v1/{path}", headers=named)
        return self.post_json(f"/storage/v1/{path}", body, method=method, **named)

    def put_in(self, path: str, body: bytes = b"hello", *, method: str = "POST", **headers: str) -> Answer:
        """Upload to `docs/…`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, f"/storage/v1/object/{path}", body, headers={**TEXT, **named})

    def put(self, *rules: Mapping[str, Any]) -> None:
        """These faults are in force."""
        made = [rule_from_json({"id": f"r{at}", "vendor": "supabase", **rule}) for at, rule in enumerate(rules)]
        self.simulator.schedule(made)

    def kinds(self) -> list[str]:
        """The effects, by kind."""
        return [row["route"].removeprefix("supabase.") for row in self.effects()]

    @property
    def kept(self) -> int:
        """Bytes that the project is said to hold."""
        kept: int = self.simulator._shared.worlds.of(self.project).account.state.storage.kept
        return kept


def refusal(answer: Answer) -> tuple[int, str, str]:
    """The status that it has, the one that it means, and its code."""
    return answer.status, answer.json["statusCode"], answer.json["code"]
