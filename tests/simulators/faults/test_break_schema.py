"""Break schema: one value of an answer, anywhere in it, is of another kind or missing, and the books say which."""

import json
from typing import Any

import pytest

from brownout_simulators.call import Sending
from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.break_schema import BreakSchema
from tests.simulators.driving import Driver, body_of
from tests.simulators.faults.sessions import Watcher

KINDS = ("none", "boolean", "number", "string", "array", "object", "missing")
ANSWER = {"id": "a", "paid": False, "amount": 100, "note": None, "lines": [{"id": "b"}, {"id": "c"}], "of": {"id": "d"}}


def broken(chance: float, body: Any = ANSWER, **fields: Any) -> tuple[bytes, str]:
    sending = Sending(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(body).encode())
    assert BreakSchema(**fields).shape(sending, chance)
    (change,) = sending.changes
    return sending.body, change


def chances(count: int = 2000) -> list[float]:
    return [(number + 0.5) / count for number in range(count)]


def test_any_value_at_any_depth_becomes_any_other_kind() -> None:
    changes = {broken(chance)[1] for chance in chances()}
    places = {
        "(the whole)",
        "id",
        "paid",
        "amount",
        "note",
        "lines",
        "of",
        "of.id",
        "lines.0",
        "lines.0.id",
        "lines.1.id",
    }
    assert places <= {change.partition(":")[0] for change in changes}
    assert {change.rpartition(" ")[2] for change in changes} == set(KINDS)
    assert not [change for change in changes if change.split()[-1] == change.split()[-3]]  # never the kind that it was


@pytest.mark.parametrize("chance", chances(200))
def test_one_value_changes_and_the_answer_stays_json(chance: float) -> None:
    body, change = broken(chance)
    place, kind = change.partition(":")[0], change.rpartition(" ")[2]
    if place == "(the whole)":
        assert body == b"" if kind == "missing" else json.loads(body) != ANSWER
        return
    told = json.loads(body)
    assert told != ANSWER
    top = place.partition(".")[0]
    assert {name: value for name, value in told.items() if name != top} == {
        name: value for name, value in ANSWER.items() if name != top
    }


@pytest.mark.parametrize(
    ("kind", "made"),
    [("none", None), ("boolean", True), ("number", 3), ("array", ["a"]), ("object", {"value": "a"}), ("string", '"a"')],
)
def test_what_a_value_becomes(kind: str, made: object) -> None:
    if kind == "string":
        assert json.loads(broken(0.5, {"id": 7}, into=("string",), fields=("id",))[0]) == {"id": "7"}
    else:
        assert json.loads(broken(0.5, {"id": "a"}, into=(kind,), fields=("id",))[0]) == {"id": made}


def test_no_element_of_a_list_is_missing_for_such_a_list_is_in_order() -> None:
    changes = [broken(chance, into=("missing",))[1] for chance in chances()]
    assert {change.partition(":")[0] for change in changes} >= {"lines.1.id", "lines"}
    assert not [change for change in changes if change.startswith(("lines.0:", "lines.1:"))]


def test_named_values_alone_change() -> None:
    changes = {broken(chance, fields=("lines.*.id", "amount"))[1].partition(":")[0] for chance in chances()}
    assert changes == {"lines.0.id", "lines.1.id", "amount"}
    missing = Sending(200, {"content-type": "application/json"}, b'{"id": "a"}')
    assert not BreakSchema(fields=("gone",)).shape(missing, 0.5)
    assert (missing.body, missing.changes) == (b'{"id": "a"}', [])


def test_what_is_no_json_is_left_alone() -> None:
    for kind, body in (("text/plain", b"{}"), ("application/json", b"{"), ("application/json", b"")):
        sending = Sending(200, {"content-type": kind}, body)
        assert not BreakSchema().shape(sending, 0.5)
        assert sending.body == body


def test_one_event_of_a_stream_is_broken_and_stays_an_event() -> None:
    said = [b'event: a\ndata: {"n": 1}\n\n', b'data: {"n": 2}\r\n\r\n', b": still here\n\n", b"data: [DONE]\n\n"]
    struck = set()
    for chance in chances(100):
        sending = Sending(200, {"content-type": "text/event-stream"}, stream=[(0.1, each) for each in said])
        assert BreakSchema(into=("none",), fields=("n",)).shape(sending, chance)
        assert sending.stream is not None
        told = [chunk for _, chunk in sending.stream]
        struck.add(sending.changes[0])
        assert told[2:] == said[2:]
        assert told[:2] in ([b'event: a\ndata: {"n":null}\n\n', said[1]], [said[0], b'data: {"n":null}\r\n\r\n'])
    assert struck == {"event 1: n: number became none", "event 2: n: number became none"}


def test_a_stream_without_json_is_not_struck() -> None:
    till = Driver({"break_schema": {}})
    till.send("GET", "/v1/stream")
    assert till.struck() == 0


def test_an_answer_is_broken_once_for_a_second_time_may_mend_it() -> None:
    till = Driver(
        {"break_schema": {"fields": ["id"], "into": ["number"]}},
        {"break_schema": {"fields": ["id"], "into": ["string"]}},
    )
    assert isinstance(body_of(till.send())["id"], int)
    assert (till.struck("r0"), till.struck("r1")) == (1, 0)


def test_the_work_stays_done_and_the_books_say_what_became_of_its_answer() -> None:
    till = Driver({"break_schema": {"fields": ["amount"], "into": ["missing"]}})
    till.send()
    rows = list(till.simulator.ledger.rows())
    assert [row["entry"] for row in rows] == ["effect", "request"]
    assert json.loads(rows[1]["fields"]) == {"changes": ["amount: number became missing"]}
    assert rows[1]["faults"] == ["r0"]


def test_the_same_seed_breaks_the_same_and_another_call_something_else() -> None:
    def told(seed: int) -> list[str]:
        till = Driver({"break_schema": {}}, seed=seed)
        for number in range(20):
            till.send(operation=f"op-{number}")
        return [row["fields"] for row in till.simulator.ledger.rows() if row["entry"] == "request"]

    assert told(1) == told(1)
    assert told(1) != told(2)
    assert len(set(told(1))) > 5


def test_some_of_a_sessions_messages_are_broken() -> None:
    watcher = Watcher({"break_schema": {"fields": ["n"], "into": ["none"], "messages": 0.5}})
    for number in range(60):
        watcher.pin(f'{{\\"n\\": {number}}}')
    pinned = watcher.heard[1:]
    assert 15 < pinned.count('{"n":null}') < 45
    assert watcher.struck() == 1
    changes = json.loads(watcher.row(left=True)["fields"])["changes"]
    assert len(changes) == pinned.count('{"n":null}')
    assert changes[0].endswith(": n: number became none")


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"fields": [""]}, "has an empty name"), ({"messages": 0}, "(0, 1]"), ({"into": ["text"]}, "into")],
)
def test_what_cannot_be_is_said(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(FaultError) as told:
        rule_from_json({"id": "r", "vendor": "till", "break_schema": fields})
    assert said in str(told.value)
