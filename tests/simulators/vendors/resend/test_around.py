"""What there is around mails, shallow: contacts, domains, templates."""

from typing import Any

import pytest

from tests.simulators.vendors.resend.bench import ResendBench, mail, refusal


def test_a_contact_is_made_once_changed_found_and_removed() -> None:
    bench = ResendBench()
    bench.listen()
    made = bench.do("POST", "/contacts", {"email": "Ada@sim.test", "first_name": "Ada", "properties": {"plan": "pro"}})
    again = bench.do("POST", "/contacts", {"email": "ada@sim.test", "last_name": "L"})
    assert again["id"] == made["id"]
    bench.do("PATCH", "/contacts/ada@sim.test", {"unsubscribed": True, "email": "other@sim.test"})
    row = bench.do("GET", f"/contacts/{made['id']}")
    assert (row["email"], row["first_name"], row["last_name"]) == ("ada@sim.test", "Ada", "L")
    assert (row["unsubscribed"], row["properties"]) == (True, {"plan": "pro"})
    assert len(bench.do("GET", "/contacts")["data"]) == 1
    assert bench.do("DELETE", "/contacts/ada@sim.test")["deleted"] is True
    assert refusal(bench.ask("GET", f"/contacts/{made['id']}")) == (404, "not_found")
    bench.pass_time(1)
    assert bench.told() == ["contact.created", "contact.updated", "contact.updated", "contact.deleted"]


def test_a_domain_sends_once_it_is_verified_and_not_before() -> None:
    bench = ResendBench()
    bench.listen()
    made = bench.do("POST", "/domains", {"name": "mail.test", "region": "eu-west-1"})
    assert (made["status"], made["region"], made["records"][0]["status"]) == ("not_started", "eu-west-1", "not_started")
    assert refusal(bench.ask("POST", "/emails", mail())) == (403, "validation_error")
    bench.do("POST", f"/domains/{made['id']}/verify")
    assert bench.do("GET", f"/domains/{made['id']}")["status"] == "pending"
    bench.pass_time(10)
    read = bench.do("GET", f"/domains/{made['id']}")
    assert (read["status"], read["records"][0]["status"]) == ("verified", "verified")
    assert bench.ask("POST", "/emails", mail()).status == 200
    bench.do("PATCH", f"/domains/{made['id']}", {"open_tracking": True})
    assert bench.do("GET", "/domains")["data"][0]["open_tracking"] is True
    taken = bench.ask("POST", "/domains", {"name": "MAIL.test"})
    assert refusal(taken) == (403, "validation_error")
    bench.do("DELETE", f"/domains/{made['id']}")
    assert bench.do("GET", "/domains")["data"] == []


def test_a_domain_may_fail_to_be_verified() -> None:
    bench = ResendBench()
    made = bench.do("POST", "/domains", {"name": "fails.mail.test"})
    bench.do("POST", f"/domains/{made['id']}/verify")
    bench.pass_time(10)
    assert bench.do("GET", f"/domains/{made['id']}")["status"] == "failed"


def test_a_mail_of_a_template_says_what_was_published() -> None:
    bench = ResendBench()
    variables = [{"key": "NAME", "type": "string", "fallback_value": "you"}, {"key": "N", "type": "number"}]
    draft = {
        "name": "receipt", "alias": "receipt", "html": "<p>{{{NAME}}} owes {{{ N }}}, {{{OTHER}}}</p>",
        "subject": "For {{{NAME}}}", "from": "shop@mail.test", "variables": variables,
    }  # fmt: skip
    made = bench.do("POST", "/templates", draft)
    asked: dict[str, Any] = {"to": "ada@sim.test", "template": {"id": "receipt", "variables": {"N": 7}}}
    assert refusal(bench.ask("POST", "/emails", asked)) == (404, "not_found"), "a draft sends nothing"
    bench.do("POST", f"/templates/{made['id']}/publish")
    bench.do("PATCH", "/templates/receipt", {"html": "<p>Later</p>"})
    sent = bench.do("GET", f"/emails/{bench.do('POST', '/emails', asked)['id']}")
    assert (sent["subject"], sent["from"]) == ("For you", "shop@mail.test")
    assert sent["html"] == "<p>you owes 7, {{{OTHER}}}</p>"
    lacking = {**asked, "template": {"id": "receipt"}}
    assert refusal(bench.ask("POST", "/emails", lacking)) == (422, "validation_error")
    assert bench.do("GET", "/templates/receipt")["has_unpublished_versions"] is True
    copy = bench.do("POST", "/templates/receipt/duplicate")
    read = bench.do("GET", f"/templates/{copy['id']}")
    assert (read["status"], read["alias"], read["html"]) == ("draft", None, "<p>Later</p>")
    bench.do("DELETE", "/templates/receipt")
    assert [row["id"] for row in bench.do("GET", "/templates")["data"]] == [copy["id"]]
    assert refusal(bench.ask("POST", "/emails", asked)) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/contacts", {}, "missing_required_field"),
        ("/contacts", {"email": "x"}, "validation_error"),
        ("/contacts", {"email": "a@sim.test", "unsubscribed": "yes"}, "validation_error"),
        ("/contacts", {"email": "a@sim.test", "properties": {"a": {"b": 1}}}, "validation_error"),
        ("/domains", {}, "missing_required_field"),
        ("/domains", {"name": "no domain"}, "validation_error"),
        ("/domains", {"name": "a.test", "region": "mars-1"}, "invalid_region"),
        ("/domains", {"name": "a.test", "open_tracking": 1}, "validation_error"),
        ("/templates", {"name": "a"}, "missing_required_field"),
        ("/templates", {"name": "a", "html": 7}, "validation_error"),
        ("/templates", {"name": "a", "html": "b", "variables": [{"key": "K"}]}, "validation_error"),
        ("/templates", {"name": "a", "html": "b", "variables": "K"}, "validation_error"),
        ("/templates", {"name": "a", "html": "b", "from": "x"}, "invalid_from_address"),
    ],
)
def test_what_cannot_be_is_refused(path: str, body: Any, name: str) -> None:
    assert refusal(ResendBench().ask("POST", path, body)) == (422, name)


def test_an_alias_is_one_templates() -> None:
    bench = ResendBench()
    bench.do("POST", "/templates", {"name": "a", "alias": "x", "html": "b"})
    again = bench.ask("POST", "/templates", {"name": "b", "alias": "x", "html": "b"})
    assert refusal(again) == (422, "validation_error")
