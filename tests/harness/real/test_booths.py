"""The simulators' processes: what they are told, what is read from them."""

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.problems import NotJudged
from brownout_harness.real import booths
from brownout_harness.real.booths import Booth, Booths, Rest
from brownout_harness.real.http_json import Answer, NoAnswer
from brownout_reports.rows import DeliveryRow, LedgerRow, records_in
from brownout_scenarios.notices import Notices
from brownout_scenarios.phases import Fault, Phase, Window
from brownout_scenarios.schema import Place, Scenario
from brownout_scenarios.workload import Arrivals, Operation, Workload

STRIPE = Booth("stripe", "http://127.0.0.1:1", {"STRIPE_API_BASE": "http://127.0.0.1:1", "STRIPE_API_KEY": "sk_test_1"})
TWILIO = Booth("twilio", "http://127.0.0.1:2", {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t0"})

SCENARIO = Scenario(
    name="one-fault",
    about="",
    seed=7,
    workload=Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay"),)),
    phases=(
        Phase(name="steady", for_s=5.0),
        Phase(
            name="brownout",
            for_s=5.0,
            faults=(Fault(vendor="stripe", kind="respond", window=Window(), rule={"respond": {"status": 503}}),),
            limits={"stripe": {"global-rate": True}},
        ),
    ),
    expect=(),
    limits={"twilio": {"messages": True}},
    correlate={"stripe": (Place("body.metadata.order"),)},
)


class Wire:
    """Answers by path, and remembers what was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, Any]] = []
        monkeypatch.setattr(booths, "call", self.call)

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
    Booths(SCENARIO, [STRIPE, TWILIO]).schedule(SCENARIO.fault_rules(), start_at_s)
    stripe, twilio = (body for _, _, body in wire.sent)
    assert [rule["id"] for rule in stripe["rules"]] == ["brownout.0"]
    assert stripe["rules"][0]["window"] == {"start_s": 5.0, "end_s": 10.0}
    assert stripe["correlate"] == ["body.metadata.order"]
    assert "limits" not in stripe
    assert stripe["limits_during"] == [{"start_s": 5.0, "end_s": 10.0, "limits": {"global-rate": True}}]
    assert twilio == {"start_at_s": start_at_s, "seed": 7, "rules": [], "limits": {"messages": True}, "reopen": True}


def test_each_is_set_up_as_the_scenario_says(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(monkeypatch, setup={"setup": {}})
    Booths(replace(SCENARIO, setup={"stripe": {"shop": "Noon"}}), [STRIPE, TWILIO]).set_up()
    assert wire.sent == [("PUT", "http://127.0.0.1:1/_brownout/setup", {"shop": "Noon"})]


def test_a_schedule_that_comes_too_late_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, schedule={})
    with pytest.raises(NotJudged, match="too late: the machine is too busy"):
        Booths(SCENARIO, [STRIPE]).schedule([], time.monotonic() - 1)


def test_a_schedule_that_is_refused_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, schedule=Answer(400, {"error": "limits: no such limit"}))
    with pytest.raises(NotJudged, match="stripe simulator answered 400 to POST schedule: limits: no such limit"):
        Booths(SCENARIO, [STRIPE]).schedule([], time.monotonic() + 60)


def test_a_simulator_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status=NoAnswer("GET /_brownout/status: refused"))
    with pytest.raises(NotJudged, match="the stripe simulator does not answer"):
        STRIPE.rest()


def test_the_ledger_is_read_page_by_page_and_counted_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    row = LedgerRow("request", 0, "stripe", "a", "op-1", 101.0, 101.5, "POST /x", "req_1")._asdict()
    pages = [
        {"rows": [row], "next_after": 0, "more": True},
        {"rows": [{**row, "seq": 1}], "next_after": 1, "more": False},
    ]
    wire = Wire(monkeypatch, ledger=pages)
    first, second = (row for page in STRIPE.ledger(100.0) for row in records_in(LedgerRow, page))
    assert (first.seq, first.at_s, first.finished_s) == (0, 1.0, 1.5)
    assert second.seq == 1
    assert "after=0&" in wire.sent[1][1]


STATUS = {
    "in_flight": 3,
    "under_way": 2,
    "open_webhooks": 1,
    "rules": [{"id": "brownout.0", "matched": 9, "struck": 4}],
    "ledger": {"next_seq": 40, "dropped": 0},
    "deliveries": {"attempts": 0, "dropped": 0},
    "serving": {"asked_work_s": 0.0, "given_work_s": 0.0},
    "problems": [],
}


def test_what_is_in_flight_and_what_struck_is_read_from_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status=STATUS)
    assert STRIPE.rest() == Rest(requests=2, webhooks=1, seen=40)
    both = Booths(SCENARIO, [STRIPE])
    assert both.counts() == {"brownout.0": FaultCount(matched=9, struck=4)}
    assert both.gaps() == []


def test_a_ledger_that_dropped_rows_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    Wire(monkeypatch, status={**STATUS, "ledger": {"next_seq": 40, "dropped": 1024}})
    assert [gap.kind for gap in Booths(SCENARIO, [STRIPE]).gaps()] == [GapKind.LEDGER_OVERFLOW]


def test_a_fault_that_somebody_changed_during_the_run_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    start_at_s = time.monotonic() + 60
    rule = {"id": "fault.1", "vendor": "stripe", "hang": {}}
    change = {
        "rule": rule,
        "by": "cli",
        "on_s": start_at_s + 3.0,
        "off_s": None,
        "off_by": "",
        "matched": 4,
        "struck": 4,
    }
    told = {"start_at_s": start_at_s, "now_s": 0.0, "dropped": 0, "changes": [change]}
    Wire(monkeypatch, status=STATUS, schedule={}, changes=told)
    run = Booths(SCENARIO, [STRIPE])
    run.schedule([], start_at_s)
    (gap,) = run.gaps()
    assert gap.kind is GapKind.CHANGED_LIVE
    assert gap.at_s == pytest.approx(3.0)


def test_credentials_are_known_by_their_variables_names() -> None:
    assert STRIPE.secrets == {"sk_test_1"}
    assert STRIPE.key == "sk_test_1"
    assert TWILIO.secrets == {"t0"}
    assert Booths(SCENARIO, [STRIPE, TWILIO]).secrets == {"sk_test_1", "t0"}


def test_each_vendor_is_a_process_with_a_log_of_its_own() -> None:
    assert booths.name_of(("stripe",)) == "simulator-stripe"
    assert booths.command("python", ("stripe",), 7)[-6:] == ["--vendors", "stripe", "--port-base", "0", "--seed", "7"]


def test_vendors_that_nobody_names_share_a_process() -> None:
    named: Any = SimpleNamespace(vendors=("twilio", "stripe"), target="theirs")
    lots = booths.lots_of(named, ("stripe", "sales", "twilio", "other"))
    assert lots == [("stripe",), ("twilio",), ("sales", "other")]
    assert booths.name_of(lots[-1]) == "simulators-unnamed"
    assert booths.command("python", lots[-1], 7)[-5:] == ["sales,other", "--port-base", "0", "--seed", "7"]
    assert booths.lots_of(named, ("stripe",)) == [("stripe",)]
    ours: Any = SimpleNamespace(vendors=(), target=None)
    assert booths.lots_of(ours, ("stripe", "sales")) == [("stripe",), ("sales",)]


def test_ledgers_are_read_vendor_by_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(monkeypatch, ledger={"rows": [], "next_after": -1, "more": False})
    assert sum(page.height for page in Booths(SCENARIO, [TWILIO, STRIPE]).ledger(0.0)) == 0
    assert [url[:18] for _, url, _ in wire.sent] == [STRIPE.url, TWILIO.url]


def test_receivers_are_registered_and_their_secrets_are_among_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(monkeypatch, receivers=Answer(201, {"secret": "whsec_1"}), schedule={})
    notices = {"stripe": Notices(to="/hooks", time_scale=0.01), "twilio": Notices(time_scale=0.5)}
    several = Booths(replace(SCENARIO, notices=notices), [STRIPE, TWILIO])
    assert several.listen("http://127.0.0.1:9") == {"stripe": "whsec_1"}
    assert wire.sent == [
        ("POST", f"{STRIPE.url}/_brownout/receivers", {"account": "default", "url": "http://127.0.0.1:9/hooks"})
    ]
    assert several.secrets == {"sk_test_1", "t0", "whsec_1"}
    several.schedule([], time.monotonic() + 60.0)
    assert [body["webhook_time_scale"] for _, _, body in wire.sent[1:]] == [0.01, 0.5]


def test_deliveries_are_read_page_by_page_counted_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        **dict.fromkeys(("vendor", "account", "type", "url", "operation_id", "request_id"), "x"),
        "delivery": 1,
        "attempt": 1,
        "at_s": 101.0,
        "finished_s": 101.5,
        "status": 204,
        "is_last": True,
    }
    pages = [{"rows": [row], "next_after": 0, "more": True}, {"rows": [row], "next_after": 1, "more": False}]
    wire = Wire(monkeypatch, deliveries=pages)
    read = [each for page in Booths(SCENARIO, [STRIPE]).deliveries(100.0) for each in records_in(DeliveryRow, page)]
    assert [(each.at_s, each.finished_s, each.status, each.is_last) for each in read] == [(1.0, 1.5, 204, True)] * 2
    assert [url.partition("?")[2] for _, url, _ in wire.sent] == ["after=-1&limit=2000", "after=0&limit=2000"]
