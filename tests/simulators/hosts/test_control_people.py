"""The control API for people."""

import json
from typing import Any

import pytest

from brownout_simulators.hosts.control import PREFIX, control
from tests.simulators.driving import Driver
from tests.simulators.vendors.resend.bench import ResendBench
from tests.simulators.vendors.twilio.bench import TwilioBench


def ask(simulator: Any, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    raw = b"" if body is None else json.dumps(body).encode()
    status, answer = control(simulator, method, f"{PREFIX}/{path}", query, raw)
    return status, json.loads(answer)


def test_calls_are_kept_when_asked_for_and_read_by_row() -> None:
    till = Driver()
    assert ask(till.simulator, "GET", "calls/0") == (404, {"error": "no call with the row '0': the log is off"})
    assert ask(till.simulator, "PUT", "calls", {"keep": 5}) == (200, {"keep": 5})
    till.send(operation="op-1")
    seq = till.requests()[0]["seq"]
    status, said = ask(till.simulator, "GET", f"calls/{seq}")
    assert (status, said["request"]["headers"]["x-correlation-id"]) == (200, "op-1")
    listed = ask(till.simulator, "GET", "calls")[1]
    assert (listed["keep"], listed["kept"], listed["calls"]) == (5, 1, [said])
    for path in ("calls/77", "calls/x", f"calls/{'9' * 30}"):
        assert ask(till.simulator, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        ("PUT", "calls", {}, "keep: how many calls"),
        ("PUT", "calls", {"keep": 10**9}, "keep: 0 to 2000"),
        ("PUT", "webhooks", {"hold": "yes"}, "hold: true or false"),
        ("POST", "webhooks", {"send": []}, "send: a list of webhooks' ids"),
        ("POST", "webhooks", {"send": [True]}, "send: a list of webhooks' ids"),
        ("POST", "webhooks", {"send": [7]}, "there is no webhook 7"),
        ("GET", "messages?limit=x", None, "limit: a whole number"),
    ],
)
def test_what_cannot_be_is_refused_by_name(method: str, path: str, body: Any, why: str) -> None:
    path, _, query = path.partition("?")
    status, said = ask(Driver().simulator, method, path, body, query)
    assert (status, why in said["error"]) == (400, True)


def test_webhooks_are_held_shown_and_sent() -> None:
    till = Driver()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/hook"})
    assert ask(till.simulator, "PUT", "webhooks", {"hold": True})[1]["hold"] is True
    till.send(operation="op-1")
    till.simulator.run_due(till.clock.now_s)
    (held,) = ask(till.simulator, "GET", "webhooks")[1]["held"]
    assert (held["type"], held["operation_id"]) == ("charge.made", "op-1")
    assert ask(till.simulator, "POST", "webhooks", {"send": [held["id"]]}) == (200, {"sent": 1})
    (out,) = till.simulator.run_due(till.clock.now_s)
    till.simulator.webhook_done(out.id, 200)
    said = ask(till.simulator, "GET", "webhooks")[1]
    assert (said["held"], said["again"], said["log"][0]["operation_id"]) == ([], [out.id], "op-1")


def test_a_vendor_that_writes_to_nobody_has_no_messages() -> None:
    assert ask(Driver().simulator, "GET", "messages") == (200, {"messages": []})
    assert ask(Driver().simulator, "GET", "messages/x")[0] == 404


def test_mails_are_listed_without_what_is_long_and_shown_whole_alone() -> None:
    bench = ResendBench()
    email_id = bench.mail(subject="<b>One</b>", text="x" * 1000, html="<p>hello</p>")
    (listed,) = ask(bench.simulator, "GET", "messages")[1]["messages"]
    assert (listed["subject"], len(listed["text"]), listed["html"]) == ("<b>One</b>", 300, "")
    assert listed["has_html"] is True
    one = ask(bench.simulator, "GET", f"messages/{email_id}")[1]
    assert (len(one["text"]), one["html"], one["channel"]) == (1000, "<p>hello</p>", "mail")


def test_texts_and_calls_are_listed_together_the_newest_first() -> None:
    bench = TwilioBench()
    bench.message(Body="first")
    bench.pass_time(10)
    bench.call()
    bench.pass_time(10)
    bench.message(Body="last")
    found = ask(bench.simulator, "GET", "messages", query="limit=2")[1]["messages"]
    assert [(each["channel"], each["text"]) for each in found] == [("sms", "last"), ("call", "")]
