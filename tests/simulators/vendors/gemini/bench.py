"""The Gemini API on the bench."""

import json
from collections.abc import Mapping
from typing import Any

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.gemini import VENDOR
from tests.support.vendor_bench import Answer, Bench

PLAIN = "gemini-2.0-flash"
THINKING = "gemini-2.5-flash"
KEY = "gemini_test_shop"
BLANK: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


def says(*texts: str, role: str = "user") -> dict[str, Any]:
    """A turn."""
    return {"role": role, "parts": [{"text": text} for text in texts]}


class GeminiBench(Bench):
    """With a key, and what was set up."""

    def __init__(self, *answers: Mapping[str, Any], seed: int = 1, key: str = KEY, **setup: Any) -> None:
        super().__init__(VENDOR, "", seed=seed)
        self.key = key
        given = {**setup, **({"answers": list(answers)} if answers else {})}
        kept = {kind: list(names) for kind, names in VENDOR.effects.items()}
        self.simulator.schedule([], setup=given, fields=kept)

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """One request; `body` is JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"content-type": "application/json", **({"x-goog-api-key": self.key} if self.key else {}), **named}
        return self.send(method, target, raw, headers=given)

    def generate(self, body: Any = None, *, model: str = PLAIN, version: str = "v1", **config: Any) -> Answer:
        """generateContent; of a text, a list of turns or a whole request."""
        return self.ask("POST", f"/{version}/models/{model}:generateContent", request_of(body, config))

    def stream(self, body: Any = None, *, model: str = PLAIN, alt: str = "?alt=sse", **config: Any) -> Answer:
        """streamGenerateContent: the whole of it."""
        return self.ask("POST", f"/v1/models/{model}:streamGenerateContent{alt}", request_of(body, config))

    def rule(self, **rule: Any) -> None:
        """This fault and no other; what is set up stays."""
        self.simulator.schedule([rule_from_json({"id": "r", "vendor": "gemini", **rule})])


def request_of(body: Any, config: Mapping[str, Any]) -> Any:
    """A request from what a test says."""
    if isinstance(body, str):
        body = [says(body)]
    if isinstance(body, list):
        body = {"contents": body}
    whole = BLANK if body is None else body
    return {**whole, "generationConfig": dict(config)} if config else whole


def frames_of(answer: Answer) -> list[dict[str, Any]]:
    """The events of a stream, each of which must be framed as the API frames it."""
    *events, rest = answer.body.split(b"\r\n\r\n")
    assert rest == b""
    assert all(event.startswith(b"data: {") and b"\n" not in event for event in events)
    return [json.loads(event.removeprefix(b"data: ")) for event in events]


def text_of(body: Mapping[str, Any]) -> str:
    """All text of the first candidate."""
    return "".join(part.get("text", "") for part in body["candidates"][0].get("content", {}).get("parts", []))
