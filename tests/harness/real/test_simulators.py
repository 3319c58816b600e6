"""The simulators' process: what it is told, what is read from it."""

import time
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.real import simulators
from brownout_harness.real.http_json import Answer, NoAnswer
from brownout_harness.real.simulators import Rest, Simulator
from brownout_reports.rows import LedgerRow
from brownout_scenarios.schema import Arrivals, Fault, Operation, Phase, Scenario, Window, Workload

STRIPE = Simulator(
    "stripe", "http://127.0.0.1:1", {"STRIPE_API_BASE": "http://127.0.0.1:1", "STRIPE_API_KEY": "sk_test_1"}
)
TWILIO = Simulator("twilio", "http://127.0.0.1:2", {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t0"})

SCENARIO = Scenario(
    name="one-fault",
    about="",
    workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay"),)),
    phases=(
        Phase(name="steady", for_s=5.0),
        Phase(
            name="brownout",
            for_s=5.0,
            faults=(Fault(vendor="stripe", kind="respond", window=Window(), rule={"respond": {"status": 503}}),),
        ),
    ),
    expect=(),
    limits={"twilio": {"messages": True}},
    correlate={"stripe": ("body.metadata.order",)},
)


class Wire:
    """Answers by path, and remembers what was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, Any]] = []
        monkeypatch.setattr(simulators, "call", self.call)

    def call(self, method: str, url: str, body: Any = None, *, timeout_s: float) -> Answer:
        self.sent.append((method, url, body))
        name = url.partition("/_brownout/")[2].partition("?")[0]
        answer = self.answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else Answer(200, answer)


def test_each_simulator_gets_its_own_part_of_the_schedule_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(monkeypatch, schedule={})
    start_at_s = time.monotonic() + 60
    simulators.schedule([STRIPE, TWILIO], SCENARIO, 7, start_at_s)
    stripe, twilio = (body for _, _, body in wire.sent)
    assert [rule["id"] for rule in stripe["rules"]] == ["brownout.0"]
    assert stripe["rules"][0]["window"] == {"start_s": 5.0, "end_s": 10.0}
    assert stripe["correlate"] == ["body.metadata.order"]
    assert "limits" not in stripe
    assert twilio == {"start_at_s": start_at_s, "seed": 7, "rules": [], "limits": {"messages": True}}


def test_a_schedule_that_comes_too_late_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, schedule={})
    with pytest.raises(NotJudged, match="too late: the machine is too busy"):
        simulators.schedule([STRIPE], SCENARIO, 7, time.monotonic() - 1)


def test_a_schedule_that_is_refused_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, schedule=Answer(400, {"error": "limits: no such limit"}))
    with pytest.raises(NotJudged, match="stripe simulator answered 400 to POST schedule: limits: no such limit"):
        simulators.schedule([STRIPE], SCENARIO, 7, time.monotonic() + 60)


def test_a_simulator_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status=NoAnswer("GET /_brownout/status: refused"))
    with pytest.raises(NotJudged, match="the stripe simulator does not answer"):
        simulators.rest_of(STRIPE)


def test_the_ledger_is_read_page_by_page_and_counted_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    row = LedgerRow("request", 0, "stripe", "a", "op-1", 101.0, 101.5, "POST /x", "req_1")._asdict()
    pages = [
        {"rows": [row], "next_after": 0, "more": True},
        {"rows": [{**row, "seq": 1}], "next_after": 1, "more": False},
    ]
    wire = Wire(monkeypatch, ledger=pages)
    first, second = simulators.ledger_rows(STRIPE, 100.0)
    assert (first.seq, first.at_s, first.finished_s) == (0, 1.0, 1.5)
    assert second.seq == 1
    assert "after=0&" in wire.sent[1][1]


STATUS = {
    "in_flight": 2,
    "open_webhooks": 1,
    "rules": [{"id": "brownout.0", "matched": 9, "struck": 4}],
    "ledger": {"next_seq": 40, "dropped": 0},
    "problems": [],
}


def test_what_is_in_flight_and_what_struck_is_read_from_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status=STATUS)
    assert simulators.rest_of(STRIPE) == Rest(requests=2, webhooks=1, seen=40)
    counts, gaps = simulators.counts_of(STRIPE)
    assert {rule: (count.matched, count.struck) for rule, count in counts.items()} == {"brownout.0": (9, 4)}
    assert gaps == []


def test_a_ledger_that_dropped_rows_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status={**STATUS, "ledger": {"next_seq": 40, "dropped": 1024}})
    assert [gap.kind for gap in simulators.counts_of(STRIPE)[1]] == [GapKind.LEDGER_OVERFLOW]


def test_credentials_are_known_by_their_variables_names() -> None:
    assert STRIPE.secrets == {"sk_test_1"}
    assert STRIPE.key == "sk_test_1"
    assert TWILIO.secrets == {"t0"}


def test_they_are_ready_when_all_of_them_have_said_so(tmp_path: Path) -> None:
    class Child:
        output = tmp_path / "out"

    lines = '{"vendor": "stripe", "url": "http://127.0.0.1:1/", "env": {"K": "v"}}\n'
    Child.output.write_text(lines)
    assert simulators.ready(Child(), ["stripe", "twilio"]) == ()  # type: ignore[arg-type]
    assert simulators.ready(Child(), ["stripe"]) == (  # type: ignore[arg-type]
        Simulator("stripe", "http://127.0.0.1:1", {"K": "v"}),
    )
