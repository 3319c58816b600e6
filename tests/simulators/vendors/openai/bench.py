"""OpenAI on a bench: short ways to ask, streams read as a client reads them."""

import json
from collections.abc import Sequence
from typing import Any

from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.openai import VENDOR
from tests.support.sending import all_sent
from tests.support.vendor_bench import Answer, Bench

CHAT = "/v1/chat/completions"
MODEL = "gpt-4o-mini"
USER = [{"role": "user", "content": "What is new?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class OpenAIBench(Bench):
    """With a key of its own; `setup` is what the vendor is set up with."""

    def __init__(self, *, seed: int = 1, key: str = "sk-test-a", **setup: Any) -> None:
        super().__init__(VENDOR, f"Bearer {key}", seed=seed)
        if setup:
            self.simulator.set_up(setup)
        fields = {kind: list(names) for kind, names in VENDOR.effects.items()}
        self.simulator.schedule([], fields=fields)

    def fault(self, **rule: Any) -> None:
        """This one, in place of those before."""
        fields = {kind: list(names) for kind, names in VENDOR.effects.items()}
        self.simulator.schedule([rule_from_json({"id": "r", "vendor": "openai", **rule})], fields=fields)

    def chat(self, messages: Sequence[Any] = USER, **more: Any) -> Answer:
        return self.post_json(CHAT, {"model": MODEL, "messages": messages, **more})

    def ask(self, path: str = CHAT, **body: Any) -> "Streamed":
        """A streamed answer."""
        data = {"model": MODEL, "stream": True, **({"messages": USER} if path == CHAT else {}), **body}
        return self.read_stream("POST", path, json.dumps(data).encode())

    def read_stream(self, method: str, target: str, body: bytes = b"") -> "Streamed":
        """An answer's frames as they go out, each with the seconds before it."""
        headers = {"authorization": self.authorization, "content-type": "application/json"}
        path, _, query = target.partition("?")
        steps = self.simulator.handle(Call(method, path, query, headers, body, self.now_s))
        try:
            while True:
                self.now_s += next(steps)
        except StopIteration as stop:
            sending = all_sent(self.simulator, stop.value)
        assert not self.simulator.problems, self.simulator.problems
        return Streamed(sending)

    def fields(self, kind: str = "openai.completion") -> list[dict[str, Any]]:
        """What the ledger holds of each effect of that kind."""
        return [json.loads(row["fields"]) for row in self.effects() if row["route"] == kind]


class Streamed:
    """What came, in frames."""

    def __init__(self, sending: Sending) -> None:
        self.status = sending.status
        self.headers = dict(sending.headers)
        self.frames = [frame for _, frame in sending.stream or []]
        self.gaps_s = [gap_s for gap_s, _ in sending.stream or []]
        self.ending = sending.ending.value
        self.body = sending.body

    @property
    def data(self) -> list[Any]:
        """The JSON of each frame, but for [DONE]."""
        lines = [line for frame in self.frames for line in frame.decode().split("\n") if line.startswith("data: ")]
        return [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]

    def text(self, index: int = 0) -> str:
        """What a choice says."""
        deltas = [choice["delta"] for one in self.data for choice in one["choices"] if choice["index"] == index]
        return "".join(delta.get("content") or "" for delta in deltas)
