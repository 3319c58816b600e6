"""How tests drive a simulator without a host: by hand, on a clock that moves only when told."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import rule_from_json
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.simulators.toy import TILL, Till
from tests.support.sending import all_sent


class Clock:
    """Monotonic seconds that move when a test says so."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


class Driver:
    """A simulator of the till, its clock, and a caller."""

    def __init__(
        self,
        *rules: Mapping[str, Any],
        seed: int = 7,
        machine_s: Callable[[], float] | None = None,
        vendor: Vendor[Till] = TILL,
        **more: Any,
    ) -> None:
        self.clock = Clock()
        self.simulator: Simulator[Till] = Simulator(
            vendor, clock=machine_s or self.clock, epoch_s=1_700_000_000.0, seed=seed, **more
        )
        self.schedule(*rules)

    def limit(self, **limits: Any) -> None:
        """Turn these limits on, and leave the rules in force."""
        rules = [standing.rule for standing in self.simulator.plan.standing.values()]
        self.simulator.schedule(rules, limits={name.replace("_", "-"): on for name, on in limits.items()})

    def schedule(self, *rules: Mapping[str, Any], **more: Any) -> None:
        numbered = [{"id": f"r{place}", "vendor": "till", **rule} for place, rule in enumerate(rules)]
        self.simulator.schedule([rule_from_json(rule) for rule in numbered], **more)

    def call(
        self,
        method: str = "POST",
        path: str = "/v1/charges",
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        operation: str = "",
        key: str = "",
        account: str = "a",
    ) -> Call:
        if body is None:
            body = {"amount": 100} if method == "POST" else {}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        full = {"authorization": f"Bearer till_test_{account}"}
        if operation:
            full["x-correlation-id"] = operation
        if key:
            full["idempotency-key"] = key
        full.update(headers or {})
        path, _, query = path.partition("?")
        return Call(method, path, query, full, raw, self.clock())

    def send(self, *args: Any, **kwargs: Any) -> Sending:
        """Handle one call to its end, moving the clock over its waits."""
        return self.finish(self.simulator.handle(self.call(*args, **kwargs)))

    def finish(self, steps: Any) -> Sending:
        """To the last byte, which the client receives."""
        sending = self.handled(steps)
        self.clock.now_s += sum(delay_s for delay_s, _ in sending.stream or ())
        return all_sent(self.simulator, sending)

    def handled(self, steps: Any) -> Sending:
        """To the instant at which the answer begins to go out."""
        try:
            while True:
                self.clock.now_s += next(steps)
        except StopIteration as stop:
            sending: Sending = stop.value
            return sending

    def rows(self, entry: str = "") -> list[dict[str, Any]]:
        return [row for row in self.simulator.ledger.rows() if not entry or row["entry"] == entry]

    def requests(self) -> list[dict[str, Any]]:
        return self.rows("request")

    def effects(self) -> list[dict[str, Any]]:
        return self.rows("effect")

    def struck(self, rule_id: str = "r0") -> int:
        return self.simulator.plan.standing[rule_id].struck


def body_of(sending: Sending) -> Any:
    return json.loads(sending.body)
