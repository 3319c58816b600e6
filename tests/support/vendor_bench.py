"""A simulated vendor on a bench: no sockets, no event loop, a clock that moves when the test moves it."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from brownout_simulators.account import Account
from brownout_simulators.agenda import Cause, OutgoingWebhook
from brownout_simulators.call import Call, Effect, Notice
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.support.sending import all_sent

EPOCH_S = 1_760_000_000.0  # 2025-10-09 08:53:20 UTC


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Bench:
    """One simulator, one credential, one clock. Webhooks are answered with `receiver_status`."""

    def __init__(self, vendor: Vendor[Any], authorization: str, *, seed: int = 1) -> None:
        self.now_s = 100.0
        self.authorization = authorization
        self.webhooks: list[OutgoingWebhook] = []
        self.receiver_status: int | None = 200
        self.simulator = Simulator(
            vendor, clock=lambda: self.now_s, epoch_s=EPOCH_S, seed=seed, base_url="http://bench.localhost"
        )

    def send(self, method: str, target: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, from arrival to answer; waits move the clock."""
        path, _, query = target.partition("?")
        given = {"authorization": self.authorization, **(headers or {})}
        call = Call(method, unquote(path), query, given, body, self.now_s)
        steps = self.simulator.handle(call)
        try:
            while True:
                self.now_s += next(steps)
        except StopIteration as stop:
            sending = all_sent(self.simulator, stop.value)
        assert not self.simulator.problems, self.simulator.problems
        body = sending.body if sending.stream is None else b"".join(chunk for _, chunk in sending.stream)
        return Answer(sending.status, {name.lower(): value for name, value in sending.headers.items()}, body)

    def form(self, method: str, target: str, **fields: Any) -> Answer:
        """The same with a form."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.send(method, target, urlencode(fields, doseq=True).encode(), headers=kind)

    def post_json(self, target: str, body: Any, *, method: str = "POST", **headers: str) -> Answer:
        """The same with JSON; `idempotency_key="x"` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(
            method, target, json.dumps(body).encode(), headers={"content-type": "application/json", **named}
        )

    def pass_time(self, seconds: float) -> None:
        """Move the clock, doing on the way what falls due."""
        until_s = self.now_s + seconds
        while (due_s := self.simulator.next_due_s()) is not None and due_s <= until_s:
            self.now_s = max(self.now_s, due_s)
            self._run_due()
        self.now_s = until_s
        assert not self.simulator.problems, self.simulator.problems

    def _run_due(self) -> None:
        for webhook in self.simulator.run_due(self.now_s):
            self.webhooks.append(webhook)
            self.simulator.webhook_done(webhook.id, self.receiver_status)

    def effects(self) -> list[dict[str, Any]]:
        """What the books say was done."""
        return [row for row in self.simulator.ledger.rows() if row["entry"] == "effect"]


def made_by(bench: Bench) -> list[Effect]:
    """The effects that its vendor makes from now on, as they are when they are booked."""
    books = bench.simulator._shared.books
    made: list[Effect] = []
    commit = books.commit

    def noted(account: Account[Any], effects: Sequence[Effect], notices: Sequence[Notice], cause: Cause) -> None:
        made.extend(effects)
        commit(account, effects, notices, cause)

    books.commit = noted  # type: ignore[method-assign]
    return made


def basic(user: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
