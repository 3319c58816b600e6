"""Mails taken in, alone and in batches."""

from typing import Any

import pytest

from tests.simulators.vendors.resend.bench import ResendBench, mail, refusal


def test_a_mail_is_taken_in_fetched_and_in_the_books_with_the_callers_ids() -> None:
    bench = ResendBench()
    bench.simulator.schedule([], fields={"resend.email": ["to", "subject", "html", "text", "recipients"]})
    sent = mail(
        ["Ada <ada@sim.test>", "bob@sim.test"],
        cc="c@sim.test",
        bcc=["Ada@sim.test"],
        reply_to="help@sim.test",
        text="Hi",
        tags=[{"name": "operation_id", "value": "op-1"}],
        headers={"X-Entity-Ref-ID": "r-1"},
    )
    email_id = bench.do("POST", "/emails", sent, idempotency_key="k")["id"]
    read = bench.do("GET", f"/emails/{email_id}")
    assert (read["object"], read["last_event"], read["scheduled_at"]) == ("email", "queued", None)
    assert (read["from"], read["to"]) == (sent["from"], sent["to"])
    assert (read["cc"], read["bcc"], read["reply_to"]) == (["c@sim.test"], ["Ada@sim.test"], ["help@sim.test"])
    assert (read["subject"], read["html"], read["text"]) == ("Hello", "<p>Hi</p>", "Hi")
    assert read["tags"] == sent["tags"]
    (row,) = bench.done("resend.email")
    assert (row["id"], row["operation_id"], row["idempotency_key"]) == (email_id, "op-1", "k")
    assert "idempotency_key" in str(row["references"])
    assert "X-Entity-Ref-ID" in str(row["references"])
    # Whom it goes to, each once, however it is written.
    assert "ada@sim.test" in str(row["fields"])


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"from": None}, (422, "missing_required_field")),
        ({"to": None}, (422, "missing_required_field")),
        ({"to": []}, (422, "missing_required_field")),
        ({"subject": ""}, (422, "missing_required_field")),
        ({"html": None}, (422, "missing_required_field")),
        ({"from": "nobody"}, (422, "invalid_from_address")),
        ({"from": "A <b@c.test> d"}, (422, "invalid_from_address")),
        ({"from": 7}, (422, "invalid_from_address")),
        ({"to": "nobody"}, (422, "validation_error")),
        ({"to": {"a": 1}}, (422, "validation_error")),
        ({"to": ["a@sim.test", 7]}, (422, "validation_error")),
        ({"to": [f"a{n}@sim.test" for n in range(51)]}, (422, "validation_error")),
        ({"to": "a@example.com"}, (422, "validation_error")),
        ({"bcc": "b@test.com"}, (422, "validation_error")),
        ({"cc": "x"}, (422, "validation_error")),
        ({"html": {"a": 1}}, (422, "validation_error")),
        ({"headers": {"a": 1}}, (422, "validation_error")),
        ({"headers": {"a": "b\r\nBcc: c@sim.test"}}, (422, "validation_error")),
        ({"tags": [{"name": "a b", "value": "c"}]}, (422, "validation_error")),
        ({"tags": [{"name": "a", "value": "c" * 257}]}, (422, "validation_error")),
        ({"tags": ["a"]}, (422, "validation_error")),
        ({"attachments": [{"filename": "a.txt"}]}, (422, "invalid_attachment")),
        ({"attachments": ["a.txt"]}, (422, "invalid_attachment")),
        ({"attachments": [{"content": "a"}]}, (422, "invalid_attachment")),
        ({"attachments": "a.txt"}, (422, "validation_error")),
        ({"scheduled_at": "someday"}, (422, "validation_error")),
        ({"template": {"id": "none"}}, (422, "validation_error")),
        ({"template": {"id": "none"}, "html": None}, (404, "not_found")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_sent(changes: dict[str, Any], refused: tuple[int, str]) -> None:
    bench = ResendBench()
    assert refusal(bench.ask("POST", "/emails", mail(**changes))) == refused
    bench.pass_time(60)
    assert bench.effects() == []
    assert bench.do("GET", "/emails")["data"] == []


@pytest.mark.parametrize(
    "content", ["aGVsbG8=", [104, 101, 108, 108, 111], {"type": "Buffer", "data": [104, 101, 108, 108, 111]}]
)
def test_an_attachment_comes_in_base64_or_as_bytes(content: Any) -> None:
    bench = ResendBench()
    email = bench.state_of(bench.mail(attachments=[{"filename": "a.txt", "content": content}]))
    assert email.attachments == [{"filename": "a.txt", "size": 5}]


def test_an_attachment_that_is_hosted_elsewhere_is_not_fetched() -> None:
    bench = ResendBench()
    email = bench.state_of(bench.mail(attachments=[{"path": "http://127.0.0.1:1/a.txt"}]))
    assert email.attachments == [{"path": "http://127.0.0.1:1/a.txt"}]


def test_who_may_write_from_where() -> None:
    bench = ResendBench(domains=["mail.test"])
    assert bench.ask("POST", "/emails", mail()).status == 200
    elsewhere = bench.ask("POST", "/emails", mail(**{"from": "a@other.test"}))
    assert refusal(elsewhere) == (403, "validation_error")
    assert "not verified" in elsewhere.json["message"]
    own = {"from": "onboarding@resend.dev"}
    assert refusal(bench.ask("POST", "/emails", mail(**own))) == (403, "validation_error")
    assert bench.ask("POST", "/emails", mail("delivered@resend.dev", **own)).status == 200


def test_a_strict_batch_is_taken_in_whole_or_not_at_all() -> None:
    bench = ResendBench()
    good = bench.do("POST", "/emails/batch", [mail("a@sim.test"), mail("b@sim.test")])
    assert len(good["data"]) == len(bench.done("resend.email")) == 2
    assert "errors" not in good
    bad = bench.ask("POST", "/emails/batch", [mail("c@sim.test"), mail("d")])
    assert refusal(bad) == (422, "validation_error")
    assert len(bench.done("resend.email")) == 2


def test_a_permissive_batch_takes_in_the_good_ones_and_says_what_is_wrong_with_the_others() -> None:
    bench = ResendBench()
    batch = [mail("a"), mail("b@sim.test"), 7, mail("c@sim.test", attachments=[{"content": "aGk="}])]
    said = bench.do("POST", "/emails/batch", batch, x_batch_validation="permissive")
    assert [row["id"] for row in said["data"]] == [row["id"] for row in bench.done("resend.email")]
    assert [each["index"] for each in said["errors"]] == [0, 2, 3]
    assert all(each["message"] for each in said["errors"])


@pytest.mark.parametrize(
    ("body", "headers"),
    [([], {}), ({"emails": []}, {}), ([mail()] * 101, {}), ([mail()], {"x_batch_validation": "lenient"})],
)
def test_a_batch_that_cannot_be_is_refused(body: Any, headers: dict[str, str]) -> None:
    bench = ResendBench()
    assert refusal(bench.ask("POST", "/emails/batch", body, **headers)) == (422, "validation_error")
    assert bench.effects() == []


def test_a_list_is_no_mail() -> None:
    assert refusal(ResendBench().ask("POST", "/emails", [mail()])) == (422, "validation_error")
