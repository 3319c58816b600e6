"""Sessions on the board that are struck, without any host."""

from typing import Any

import pytest

from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import rule_from_json
from brownout_simulators.session import Said
from brownout_simulators.simulator import Simulator
from tests.simulators.board import BOARD, Board
from tests.simulators.driving import Clock


class Watcher:
    """One session, opened under these faults."""

    def __init__(self, *rules: dict[str, Any], operation: str = "op-1", seed: int = 1) -> None:
        self.clock = Clock()
        self.simulator: Simulator[Board] = Simulator(BOARD, clock=self.clock, epoch_s=1.7e9)
        made = [rule_from_json({"id": f"r{at}", "vendor": "board", **rule}) for at, rule in enumerate(rules)]
        self.simulator.schedule(made, seed=seed)
        self.cuts = 0
        self.heard: list[Said] = []
        headers = {"upgrade": "websocket", "x-correlation-id": operation}
        self.sending = self.ask("GET", "/live", headers=headers)
        assert self.sending.session is not None
        self._session = self.sending.session
        self._session.begin(self.heard.append)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Sending:
        """One call, to its answer."""
        call = Call(method, path, "", {"x-board-key": "board_test_a", **(headers or {})}, body, self.clock())
        call.cut = self._cut
        with pytest.raises(StopIteration) as done:
            next(self.simulator.handle(call))
        sending: Sending = done.value.value
        return sending

    def say(self, text: str) -> None:
        """The client says something."""
        self._session.hear(text)

    def pin(self, text: str) -> None:
        """Somebody pins a note, of which all are told."""
        body = b'{"text": "%s"}' % text.encode()
        self.simulator.sent(self.ask("POST", "/notes", body), chunks=1, left=False)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.now_s += seconds
        self.simulator.run_due(self.clock.now_s)

    def struck(self, rule: str = "r0") -> int:
        """How many calls a rule has struck."""
        return self.simulator.plan.standing[rule].struck

    def row(self, *, left: bool) -> dict[str, Any]:
        """The session is over: its row."""
        self.simulator.sent(self.sending, chunks=len(self.heard), left=left)
        return next(row for row in self.simulator.ledger.rows() if row["route"] == "GET /live")

    def _cut(self) -> None:
        self.cuts += 1
