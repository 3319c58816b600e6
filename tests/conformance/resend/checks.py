"""Resend, with the official SDK for Python and Svix's library."""

import base64
import json
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
import resend
import svix.webhooks
from resend.exceptions import RateLimitError, ResendError

from tests.conformance.checking import At, check, main

T = TypeVar("T")
EMAILS = "POST /emails"


def ready(at: At) -> None:
    """The SDK is a module with two settings."""
    resend.api_url, resend.api_key = at.env["RESEND_API_URL"], at.env["RESEND_API_KEY"]


def mail(to: Any = "ada@sim.test", **more: Any) -> Any:
    return {"from": "Shop <shop@mail.test>", "to": to, "subject": "Hello", "html": "<p>Hi</p>", **more}


def refused(work: Callable[[], object]) -> ResendError:
    try:
        work()
    except ResendError as error:
        return error
    raise AssertionError("it went through")


def until(wanted: Callable[[], T], is_so: Callable[[T], bool]) -> T:
    """What is asked for again until it is so."""
    deadline = time.monotonic() + 20.0
    while not is_so(found := wanted()):
        assert time.monotonic() < deadline, found
        threading.Event().wait(0.05)
    return found


@check(1, "a mail is sent, read with its state, and in the books once", "python")
def sent_and_read(at: At) -> None:
    ready(at)
    tags = [{"name": "operation_id", "value": "op-1"}]
    made = resend.Emails.send(mail(text="Hi", cc=["c@sim.test"], reply_to="r@sim.test", tags=tags))
    read = until(lambda: resend.Emails.get(made["id"]), lambda email: email["last_event"] == "delivered")
    assert (read["from"], read["to"], read["cc"]) == ("Shop <shop@mail.test>", ["ada@sim.test"], ["c@sim.test"])
    assert (read["subject"], read["html"], read["text"]) == ("Hello", "<p>Hi</p>", "Hi")
    (effect,) = at.control.effects("resend.email")
    assert (effect["id"], effect["operation_id"]) == (made["id"], "op-1")
    assert made["http_headers"]["ratelimit-limit"] == "5"


@check(2, "a batch is strict, or permissive with what is wrong", "python")
def batches(at: At) -> None:
    ready(at)
    assert len(resend.Batch.send([mail(), mail("b@sim.test")])["data"]) == 2
    error = refused(lambda: resend.Batch.send([mail(), mail("nobody")]))
    assert (error.code, error.error_type) == (422, "validation_error")
    said = resend.Batch.send([mail(), mail("nobody")], {"batch_validation": "permissive"})
    assert len(said["data"]) == 1
    assert [each["index"] for each in said["errors"]] == [1]
    assert len(at.control.effects("resend.email")) == 3


@check(3, "a key makes one mail of two requests; each of the three answers is told from the others", "python")
def keys(at: At) -> None:
    ready(at)
    options: Any = {"idempotency_key": "receipt/7"}
    first = resend.Emails.send(mail(), options)
    assert resend.Emails.send(mail(), options)["id"] == first["id"]
    assert refused(lambda: resend.Emails.send(mail("b@sim.test"), options)).error_type == "invalid_idempotent_request"
    at.control.fault(match=EMAILS, latency={"fixed_s": 2.0}, sequence="F.")
    other: Any = {"idempotency_key": "receipt/8"}
    slow = threading.Thread(target=lambda: resend.Emails.send(mail(), other))
    slow.start()
    until(lambda: at.control.ask("GET", "status")["in_flight"], bool)
    busy = refused(lambda: resend.Emails.send(mail(), other))
    assert (busy.code, busy.error_type) == (409, "concurrent_idempotent_requests")
    slow.join()
    assert len(at.control.effects("resend.email")) == 2
    batch = [mail(), mail()]
    sent = [resend.Batch.send(batch, {"idempotency_key": "b"})["data"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert len(at.control.effects("resend.email")) == 4


@check(4, "a lost answer is asked for again under its key: one mail", "python")
def lost(at: At) -> None:
    ready(at)
    at.control.fault(match=EMAILS, drop_after_effect={"ending": "reset"}, sequence="F.")
    options: Any = {"idempotency_key": "k"}
    error = refused(lambda: resend.Emails.send(mail(), options))
    # Every failure of a connection looks so; what it was is behind it.
    assert (error.code, error.error_type) == (500, "HttpClientError")
    cause = error.__context__
    assert cause is not None
    assert isinstance(cause.__cause__, requests.RequestException)
    assert resend.Emails.send(mail(), options)["id"] == at.control.effects("resend.email")[0]["id"]
    assert len(at.control.effects("resend.email")) == 1


@check(5, "nothing is tried again by the SDK: one request for each fault", "python")
def no_retries(at: At) -> None:
    ready(at)
    told = []
    faults: tuple[dict[str, Any], ...] = (
        {"respond": {"status": 500}},
        {"respond": {"status": 502}},
        {"throttle": {}},
    )
    for fault in faults:
        at.control.ask("DELETE", "faults")
        at.control.fault(match=EMAILS, **fault)
        error = refused(lambda: resend.Emails.send(mail()))
        told.append((error.code, error.error_type))
    assert told == [(500, "internal_server_error"), (502, "application_error"), (429, "rate_limit_exceeded")]
    assert len(at.control.requests(EMAILS)) == 3
    assert at.control.effects() == []


@check(6, "a rate and a quota are one class of error and two names; only the rate says when to come back", "python")
def limits(at: At) -> None:
    ready(at)
    at.control.limits(rate={"rate_per_s": 0.001, "burst": 1})
    resend.Emails.send(mail())
    rate = refused(lambda: resend.Emails.send(mail()))
    assert isinstance(rate, RateLimitError)
    assert rate.error_type == "rate_limit_exceeded"
    assert int(rate.headers["retry-after"]) > 1
    at.control.limits(daily_quota={"burst": 2})
    assert resend.Emails.send(mail(["a@sim.test", "b@sim.test"]))["http_headers"]["x-resend-daily-quota"] == "2"
    quota = refused(lambda: resend.Emails.send(mail()))
    assert isinstance(quota, RateLimitError)
    assert quota.error_type == "daily_quota_exceeded"
    assert "retry-after" not in quota.headers


@check(7, "every error that has a name keeps it", "python")
def names(at: At) -> None:
    ready(at)
    for name, status in at.control.ask("GET", "")["errors"].items():
        at.control.ask("DELETE", "faults")
        at.control.fault(match=EMAILS, respond={"error": name})
        error = refused(lambda: resend.Emails.send(mail()))
        assert (error.error_type, str(error.code)) == (name, str(status))


@check(8, "keys that are none, restricted or suspended", "python")
def bad_keys(at: At) -> None:
    ready(at)
    for key, name in (("re_123", "invalid_api_key"), ("re_test_suspended_x", "suspended_api_key")):
        resend.api_key = key
        assert refused(lambda: resend.Emails.send(mail())).error_type == name
    resend.api_key = at.env["RESEND_API_KEY"].replace("re_test_", "re_test_sending_")
    email_id = resend.Emails.send(mail())["id"]
    assert refused(lambda: resend.Emails.get(email_id)).error_type == "restricted_api_key"


@check(9, "a scheduled mail is put off, and called off", "python")
def scheduled(at: At) -> None:
    ready(at)
    email_id = resend.Emails.send(mail(scheduled_at="in 1 hour"))["id"]
    assert resend.Emails.get(email_id)["last_event"] == "scheduled"
    resend.Emails.update({"id": email_id, "scheduled_at": "in 2 hours"})
    at.control.advance(3_700)
    assert resend.Emails.get(email_id)["last_event"] == "scheduled"
    assert resend.Emails.cancel(email_id)["id"] == email_id
    at.control.advance(7_200)
    assert resend.Emails.get(email_id)["last_event"] == "canceled"
    assert refused(lambda: resend.Emails.cancel(email_id)).error_type == "validation_error"


@check(10, "lists are walked by their cursors", "python")
def lists(at: At) -> None:
    ready(at)
    sent = [resend.Emails.send(mail())["id"] for _ in range(5)]
    first = resend.Emails.list({"limit": 3})
    rest = resend.Emails.list({"limit": 3, "after": first["data"][-1]["id"]})
    assert [row["id"] for row in (*first["data"], *rest["data"])] == sent[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    back = resend.Emails.list({"limit": 2, "before": sent[0]})
    assert [row["id"] for row in back["data"]] == [sent[2], sent[1]]


@check(11, "addresses decide what happens, and who bounced is suppressed", "python")
def fates(at: At) -> None:
    ready(at)
    email_id = resend.Emails.send(mail("bounced+7@sim.test"))["id"]
    until(lambda: resend.Emails.get(email_id)["last_event"], lambda event: event == "bounced")
    row = resend.Suppressions.get("bounced+7@sim.test")
    assert (row["origin"], row["source_id"]) == ("bounce", email_id)
    again = resend.Emails.send(mail("bounced+7@sim.test"))["id"]
    until(lambda: resend.Emails.get(again)["last_event"], lambda event: event == "suppressed")
    assert len(at.control.effects("resend.bounce")) == 1
    resend.Suppressions.remove(row["id"])
    assert resend.Suppressions.list()["data"] == []


@check(12, "a webhook verifies with both libraries, by its bytes, its time and its secret", "python")
def webhooks(at: At) -> None:
    ready(at)
    with at.receiver() as receiver:
        events: Any = ["email.sent", "email.delivered"]
        hook = resend.Webhooks.create({"endpoint": receiver.url, "events": events})
        email_id = resend.Emails.send(mail())["id"]
        sent, delivered = receiver.wait_for(2)
    secret = hook["signing_secret"]
    for one, kind in ((sent, "email.sent"), (delivered, "email.delivered")):
        svix.webhooks.Webhook(secret).verify(one.body, one.headers)
        event = json.loads(one.body)
        assert (event["type"], event["data"]["email_id"]) == (kind, email_id)
        assert resend.Webhooks.verify(verification(one.headers, one.body, secret))["type"] == kind
    body, other = sent.body + b" ", base64.b64encode(b"x" * 24).decode()
    for options in (verification(sent.headers, body, secret), verification(sent.headers, sent.body, f"whsec_{other}")):
        try:
            resend.Webhooks.verify(options)
        except ValueError:
            continue
        raise AssertionError("it verified")


def verification(headers: dict[str, str], body: bytes, secret: str) -> Any:
    named = {name: headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    return {"payload": body.decode(), "headers": named, "webhook_secret": secret}


@check(13, "what failed is tried again under its id, logged, and replayed", "python")
def retried(at: At) -> None:
    ready(at)
    at.control.ask("POST", "schedule", {"webhook_time_scale": 0.01})
    with at.receiver(503) as receiver:
        hook = resend.Webhooks.create({"endpoint": receiver.url, "events": ["email.sent"]})
        resend.Emails.send(mail())
        first, second = receiver.wait_for(2)
        assert first.headers["svix-id"] == second.headers["svix-id"]
        event_id = first.headers["svix-id"]
        whole = until(
            lambda: resend.Webhooks.get_event(hook["id"], event_id), lambda event: event["status"] == "success"
        )
        assert whole["payload"] == json.loads(first.body)
        (row,) = resend.Webhooks.list_events(hook["id"])["data"]
        assert (row["id"], row["type"]) == (event_id, "email.sent")
        attempts = resend.Webhooks.list_event_attempts(hook["id"], event_id)["data"]
        assert [each["http_status_code"] for each in attempts] == [200, 503]
        resend.Webhooks.replay_event(hook["id"], event_id)
        assert receiver.wait_for(3)[2].body == first.body


@check(14, "after a rotation both secrets verify", "python")
def rotated(at: At) -> None:
    ready(at)
    with at.receiver() as receiver:
        hook = resend.Webhooks.create({"endpoint": receiver.url, "events": ["email.sent"]})
        new = resend.Webhooks.rotate_signing_secret(hook["id"])["signing_secret"]
        resend.Emails.send(mail())
        (one,) = receiver.wait_for(1)
    for secret in (hook["signing_secret"], new):
        assert resend.Webhooks.verify(verification(one.headers, one.body, secret))["type"] == "email.sent"
        svix.webhooks.Webhook(secret).verify(one.body, one.headers)


@check(15, "a disabled endpoint hears nothing until it is enabled", "python")
def disabled(at: At) -> None:
    ready(at)
    with at.receiver() as receiver:
        hook = resend.Webhooks.create({"endpoint": receiver.url, "events": ["email.sent"]})
        resend.Webhooks.update({"webhook_id": hook["id"], "status": "disabled"})
        silent = resend.Emails.send(mail())["id"]
        until(lambda: resend.Emails.get(silent)["last_event"], lambda event: event == "delivered")
        resend.Webhooks.update({"webhook_id": hook["id"], "status": "enabled"})
        heard = resend.Emails.send(mail())["id"]
        (one,) = receiver.wait_for(1)
    assert json.loads(one.body)["data"]["email_id"] == heard
    assert resend.Webhooks.get(hook["id"])["status"] == "enabled"
    resend.Webhooks.remove(hook["id"])
    assert resend.Webhooks.list()["data"] == []


@check(16, "templates, contacts and domains", "python")
def around(at: At) -> None:
    ready(at)
    variables: Any = [{"key": "NAME", "type": "string", "fallback_value": "you"}]
    template = resend.Templates.create({"name": "t", "html": "<p>{{{NAME}}}</p>", "variables": variables})
    resend.Templates.publish(template["id"])
    asked: Any = {"from": "a@mail.test", "to": "b@sim.test", "subject": "s", "template": {"id": template["id"]}}
    assert resend.Emails.get(resend.Emails.send(asked)["id"])["html"] == "<p>you</p>"
    contact = resend.Contacts.create({"email": "a@sim.test", "first_name": "Ada"})
    assert resend.Contacts.get(email="a@sim.test")["id"] == contact["id"]
    resend.Contacts.update({"id": contact["id"], "unsubscribed": True})
    assert resend.Contacts.list()["data"][0]["unsubscribed"] is True
    assert resend.Contacts.remove(id=contact["id"])["deleted"] is True
    domain = resend.Domains.create({"name": "mail.test"})
    assert refused(lambda: resend.Emails.send(mail())).code == 403
    resend.Domains.verify(domain["id"])
    until(lambda: resend.Domains.get(domain["id"])["status"], lambda status: status == "verified")
    assert resend.Emails.send(mail())["id"]


@check(17, "a mail comes with attachments: bytes, and a path", "python")
def attachments(at: At) -> None:
    ready(at)
    files: Any = [{"filename": "a.txt", "content": list(b"hello")}, {"path": "http://127.0.0.1:1/b.txt"}]
    assert resend.Emails.send(mail(attachments=files))["id"]
    error = refused(lambda: resend.Emails.send(mail(attachments=[{"filename": "a.txt"}])))
    assert error.error_type == "invalid_attachment"


if __name__ == "__main__":
    main()
