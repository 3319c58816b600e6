"""Mails read, listed, put off, called off."""

from datetime import UTC, datetime

import pytest

from tests.simulators.vendors.resend.bench import ResendBench, refusal
from tests.support.vendor_bench import EPOCH_S


def iso(seconds_ahead: float, bench: ResendBench) -> str:
    return datetime.fromtimestamp(EPOCH_S + bench.now_s + seconds_ahead, UTC).isoformat()


def test_a_scheduled_mail_goes_out_at_its_instant_and_not_before() -> None:
    bench = ResendBench()
    bench.listen()
    email_id = bench.mail(scheduled_at=iso(3_600, bench))
    bench.pass_time(3_599)
    assert bench.last_event(email_id) == "scheduled"
    assert bench.told() == ["email.scheduled"]
    bench.pass_time(10)
    assert bench.history(email_id) == ["scheduled", "queued", "sent", "delivered"]


def test_a_mail_that_is_put_off_goes_out_at_the_new_instant_only() -> None:
    bench = ResendBench()
    email_id = bench.mail(scheduled_at="in 1 min")
    assert bench.do("PATCH", f"/emails/{email_id}", {"scheduled_at": "in 2 hours"}) == {
        "object": "email", "id": email_id,
    }  # fmt: skip
    bench.pass_time(7_100)
    assert bench.last_event(email_id) == "scheduled"
    bench.pass_time(200)
    assert bench.history(email_id).count("sent") == 1
    assert len(bench.done("resend.delivery")) == 1


def test_a_mail_that_is_called_off_never_goes_out_and_cannot_be_scheduled_again() -> None:
    bench = ResendBench()
    email_id = bench.mail(scheduled_at="in 1 hour")
    assert bench.do("POST", f"/emails/{email_id}/cancel")["id"] == email_id
    bench.pass_time(7_200)
    assert bench.last_event(email_id) == "canceled"
    assert [row["route"] for row in bench.effects()] == ["resend.email", "resend.cancellation"]
    again = bench.ask("PATCH", f"/emails/{email_id}", {"scheduled_at": "in 1 hour"})
    assert refusal(again) == (422, "validation_error")
    assert refusal(bench.ask("POST", f"/emails/{email_id}/cancel")) == (422, "validation_error")


def test_only_what_is_scheduled_is_put_off_or_called_off() -> None:
    bench = ResendBench()
    email_id = bench.mail()
    assert refusal(bench.ask("POST", f"/emails/{email_id}/cancel")) == (422, "validation_error")
    assert refusal(bench.ask("PATCH", f"/emails/{email_id}", {"scheduled_at": "in 1 hour"}))[0] == 422
    assert refusal(bench.ask("PATCH", f"/emails/{email_id}", {})) == (422, "missing_required_field")
    for method, path in (("GET", "/emails/x"), ("POST", "/emails/x/cancel"), ("PATCH", "/emails/x")):
        assert refusal(bench.ask(method, path, {"scheduled_at": "in 1 hour"})) == (404, "not_found")


def test_a_list_is_walked_to_its_end_and_back_whatever_is_sent_meanwhile() -> None:
    bench = ResendBench()
    sent = [bench.mail() for _ in range(7)]
    assert len(bench.do("GET", "/emails")["data"]) == 7
    found, after = [], ""
    while True:
        page = bench.do("GET", f"/emails?limit=3{after}")
        found += [row["id"] for row in page["data"]]
        if not page["has_more"]:
            break
        after = f"&after={found[-1]}"
        bench.mail()
    assert found == sent[::-1]
    back = bench.do("GET", f"/emails?limit=3&before={sent[0]}")
    assert [row["id"] for row in back["data"]] == [sent[3], sent[2], sent[1]]
    assert back["has_more"] is True
    assert "html" not in back["data"][0]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=%C2%B2", "after=none", "before=none", "after=a&before=b"]
)
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    assert refusal(ResendBench().ask("GET", f"/emails?{query}")) == (422, "validation_error")


def test_a_read_that_is_behind_sees_what_was() -> None:
    bench = ResendBench()
    first = bench.mail()
    bench.pass_time(10)
    second = bench.mail()
    rule = {"id": "lag", "vendor": "resend", "match": "GET *", "stale_reads": {"lag_s": 9.5}}
    bench.schedule(rule)
    assert refusal(bench.ask("GET", f"/emails/{second}")) == (404, "not_found")
    listed = bench.do("GET", "/emails")["data"]
    assert [(row["id"], row["last_event"]) for row in listed] == [(first, "sent")]
    bench.schedule({**rule, "stale_reads": None, "read_after_write_lag": {"lag_s": 9.5}})
    assert bench.last_event(first) == "delivered"
    assert refusal(bench.ask("GET", f"/emails/{second}")) == (404, "not_found")
