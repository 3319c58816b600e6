"""What envelopes are made of and how that changes: recipients, tabs, documents, templates, locks, views, purges."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.docusign import resources
from brownout_simulators.vendors.docusign.pdf import pdf
from tests.simulators.vendors.docusign.bench import NEVER, QUICK, DocusignBench, definition, refusal

TEXT = base64.b64encode(b"one\ntwo (three)").decode()


def edit(token: str) -> dict[str, str]:
    return {"x_docusign_edit": json.dumps({"LockToken": token})}


def test_what_was_sent_is_what_is_read() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope(emailBlurb="Hello", customFields={"listCustomFields": [{"name": "shop", "value": "7"}]})
    found = bench.get(f"/envelopes/{made}?include=recipients,tabs,documents")
    assert (found["status"], found["emailSubject"], found["emailBlurb"]) == ("sent", "Please sign", "Hello")
    assert found["customFields"]["listCustomFields"][0]["value"] == "7"
    (signer,) = found["recipients"]["signers"]
    assert (signer["name"], signer["email"], signer["totalTabCount"]) == ("Signer 1", "ada@example.com", "1")
    assert signer["tabs"]["signHereTabs"][0]["xPosition"] == "10"
    assert [each["documentId"] for each in found["envelopeDocuments"]] == ["1", "certificate"]
    assert bench.get(f"/envelopes/{made}/custom_fields") == found["customFields"]


def test_custom_fields_change_and_the_books_of_what_comes_later_say_so() -> None:
    bench = DocusignBench(**QUICK)
    made = bench.envelope()
    bench.do(f"/envelopes/{made}/custom_fields", {"textCustomFields": [{"name": "operationId", "value": "op-9"}]})
    bench.pass_time(10)
    assert [row["operation_id"] for row in bench.of_kind("completion")] == ["op-9"]


def test_recipients_are_added_changed_and_taken_away_one_by_one() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope("a@example.com", "b@example.com")
    path = f"/envelopes/{made}/recipients"
    third = {"recipientId": "3", "routingOrder": "1", "name": "C", "email": "c@example.com"}
    added = bench.do(path, {"signers": [third]})
    assert [one["status"] for one in added["signers"]] == ["sent", "created", "sent"]
    assert len(bench.of_kind("email")) == 2, "it is his turn, so he gets his mail"
    changes = [
        {"recipientId": "2", "name": "Bea"},
        {"recipientId": "9", "name": "?"},
        {"recipientId": "1", "email": "x"},
    ]
    results = bench.do(path, {"signers": changes}, "PUT")["recipientUpdateResults"]
    codes = [each["errorDetails"]["errorCode"] for each in results]
    assert codes == ["SUCCESS", "UNKNOWN_ENVELOPE_RECIPIENT", "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT"]
    assert bench.get(path)["signers"][1]["name"] == "Bea"
    assert bench.do(path + "/2", method="DELETE")["recipientUpdateResults"][0]["errorDetails"]["errorCode"] == "SUCCESS"
    assert [one["recipientId"] for one in bench.get(path)["signers"]] == ["1", "3"]
    assert refusal(bench.ask("POST", path, {"signers": [third]})) == (400, "DUPLICATE_RECIPIENT_ID")


def test_who_is_corrected_or_asked_once_more_gets_another_mail() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope()
    bench.listen()
    new = {"signers": [{"recipientId": "1", "email": "new@example.com"}]}
    bench.do(f"/envelopes/{made}/recipients", new, "PUT")
    bench.do(f"/envelopes/{made}/recipients?resend_envelope=true", new, "PUT")
    bench.do(f"/envelopes/{made}?resend_envelope=true", {}, "PUT")
    bench.pass_time(1)
    assert len(bench.of_kind("email")) == 4
    assert bench.told() == ["recipient-resent", "recipient-resent", "recipient-resent", "envelope-resent"]


def test_tabs_are_added_changed_by_their_ids_and_taken_away() -> None:
    bench = DocusignBench(**NEVER)
    path = f"/envelopes/{bench.envelope()}/recipients/1/tabs"
    (first,) = bench.get(path)["signHereTabs"]
    added = bench.do(path, {"textTabs": [{"documentId": "1", "tabLabel": "note", "value": "a"}]})["textTabs"][0]
    bench.do(path, {"textTabs": [{"tabId": added["tabId"], "value": "b"}]}, "PUT")
    assert bench.get(path) == {"signHereTabs": [first], "textTabs": [{**added, "value": "b"}]}
    unknown = bench.do(path, {"textTabs": [{"tabId": "x"}]}, "PUT")["textTabs"][0]
    assert unknown["errorDetails"]["errorCode"] == "INVALID_REQUEST_PARAMETER"
    bench.do(path, {"signHereTabs": [{"tabId": first["tabId"]}]}, "DELETE")
    assert list(bench.get(path)) == ["textTabs"]


def test_documents_are_files_whatever_was_uploaded() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope(status="created")
    path = f"/envelopes/{made}/documents"
    bench.do(
        path, {"documents": [{"documentId": "2", "order": "2", "name": "terms.txt", "documentBase64": TEXT}]}, "PUT"
    )
    for which in ("1", "2", "combined", "certificate", "summary"):
        answer = bench.ask("GET", f"{path}/{which}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.body.startswith(b"%PDF")
    assert b"two \\(three\\)" in bench.ask("GET", f"{path}/2").body
    packed = zipfile.ZipFile(io.BytesIO(bench.ask("GET", f"{path}/archive").body))
    assert packed.namelist() == ["1_contract.pdf.pdf", "2_terms.txt.pdf", "Summary.pdf"]
    bench.do(path, {"documents": [{"documentId": "1"}]}, "DELETE")
    assert [each["documentId"] for each in bench.get(path)["envelopeDocuments"]] == ["2", "certificate"]


def test_a_pdf_says_where_its_parts_are() -> None:
    made = pdf([["a (b)", "c\\d", "é ∑"], ["second page"]])
    table = int(made.rpartition(b"startxref\n")[2].split()[0])
    assert made[table:].startswith(b"xref\n0 8")
    for number, line in enumerate(made[table:].split(b"\n")[3:10], 1):
        assert made[int(line[:10]) :].startswith(b"%d 0 obj" % number)
    assert made.count(b"/Type /Page ") == 2
    assert pdf([]).count(b"/Type /Page ") == 1


def test_documents_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "KEEP_BYTES", 50)
    bench = DocusignBench(**NEVER)
    twelve = base64.b64encode(bytes(12)).decode()
    made = [bench.envelope(documents=[{"documentId": "1", "documentBase64": twelve}]) for _ in range(7)]
    (account,) = bench.simulator.accounts.values()
    assert account.state.bytes_held == 48
    found = [bench.ask("GET", f"/envelopes/{each}/documents/1").status for each in made]
    assert found == [404, 404, 404, 200, 200, 200, 200]
    assert bench.status(made[0]) == "sent"


def test_what_is_purged_has_no_documents_two_weeks_later() -> None:
    bench = DocusignBench(token_s=86_400, **QUICK)
    made = bench.envelope()
    bench.pass_time(10)
    bench.do(f"/envelopes/{made}", {"purgeState": "documents_queued"}, "PUT")
    assert bench.ask("GET", f"/envelopes/{made}/documents/1").status == 200
    bench.pass_time(14 * 86_400)
    bench.authorization = f"Bearer {bench.grant().json['access_token']}"
    assert refusal(bench.ask("GET", f"/envelopes/{made}/documents/1")) == (404, "DOCUMENT_DOES_NOT_EXIST")
    assert bench.get(f"/envelopes/{made}")["purgeState"] == "documents_purged"


def test_a_lock_keeps_others_out_until_its_owner_does_nothing_for_so_long() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope(status="created")
    path = f"/envelopes/{made}/lock"
    lock = bench.do(path, {"lockDurationInSeconds": "60", "lockType": "edit", "lockedByApp": "ours"})
    change = {"emailSubject": "Other"}
    assert bench.get(path) == lock
    assert refusal(bench.ask("POST", path, {})) == (400, "EDIT_LOCK_ENVELOPE_LOCKED")
    assert refusal(bench.ask("PUT", f"/envelopes/{made}", change)) == (400, "EDIT_LOCK_ENVELOPE_LOCKED")
    bench.pass_time(50)
    bench.do(f"/envelopes/{made}", change, "PUT", **edit(lock["lockToken"]))
    bench.pass_time(50)
    xml = f"<DocuSignEdit><LockToken>{lock['lockToken']}</LockToken></DocuSignEdit>"
    bench.do(f"/envelopes/{made}", change, "PUT", x_docusign_edit=xml)
    longer = bench.do(path, {"lockDurationInSeconds": "90"}, "PUT", **edit(lock["lockToken"]))
    assert longer["lockDurationInSeconds"] == "90"
    bench.pass_time(91)
    bench.do(f"/envelopes/{made}", {"status": "sent"}, "PUT")
    assert refusal(bench.ask("DELETE", path)) == (400, "EDIT_LOCK_ENVELOPE_NOT_LOCKED")
    again = bench.do(path, {})
    assert again["lockDurationInSeconds"] == "300"
    assert bench.ask("DELETE", path, **edit(again["lockToken"])).status == 200


def embedded(bench: DocusignBench) -> str:
    given = definition()
    given["recipients"]["signers"][0]["clientUserId"] = "u-1"
    return bench.envelope(recipients=given["recipients"])


def view(bench: DocusignBench, envelope: str, **changes: Any) -> Any:
    asked = {"returnUrl": "http://localhost/back?x=1", "authenticationMethod": "none", "clientUserId": "u-1"}
    who = {"userName": "Signer 1", "email": "ada@example.com"}
    return bench.ask("POST", f"/envelopes/{envelope}/views/recipient", {**asked, **who, **changes})


def test_a_link_does_not_expire_with_the_tokens() -> None:
    bench = DocusignBench(**QUICK)
    made = embedded(bench)
    url = view(bench, made).json["url"].removeprefix("http://bench.localhost")
    bench.simulator.schedule([rule_from_json({"id": "r", "vendor": "docusign", "expire_tokens": {"valid_for_s": 5.0}})])
    bench.pass_time(6)
    assert bench.ask("GET", f"/envelopes/{made}").status == 401
    assert bench.send("GET", url, headers={"authorization": ""}).status == 200


def test_who_signs_in_the_application_has_an_address_that_is_good_once() -> None:
    bench = DocusignBench(**QUICK)
    made = embedded(bench)
    assert bench.of_kind("email") == [], "nobody mails him"
    url = view(bench, made).json["url"].removeprefix("http://bench.localhost")
    bench.pass_time(100)
    assert bench.status(made) == "sent", "he does nothing by himself"
    page = bench.send("GET", url)
    assert (page.status, bench.status(made)) == (200, "delivered")
    assert bench.send("GET", url).status == 404
    action = page.body.decode().partition("action='")[2].partition("'")[0]
    done = bench.send("POST", action)
    assert (done.status, done.headers["location"]) == (302, "http://localhost/back?x=1&event=signing_complete")
    assert bench.status(made) == "completed"
    assert len(bench.of_kind("completion")) == 1
    assert bench.send("POST", action).status == 400
    assert len(bench.of_kind("completion")) == 1


@pytest.mark.parametrize("changes", [{"userName": "Other"}, {"email": "b@example.com"}, {"clientUserId": "u-2"}])
def test_a_view_is_for_him_who_was_added(changes: dict[str, str]) -> None:
    bench = DocusignBench(**NEVER)
    assert refusal(view(bench, embedded(bench), **changes)) == (400, "UNKNOWN_ENVELOPE_RECIPIENT")


def test_the_address_of_a_view_is_good_for_five_minutes() -> None:
    bench = DocusignBench(**NEVER)
    url = view(bench, embedded(bench)).json["url"].removeprefix("http://bench.localhost")
    bench.pass_time(300)
    assert bench.send("GET", url).status == 404


@pytest.mark.parametrize(
    ("deed", "event", "status"),
    [
        ("finish", "signing_complete", "completed"),
        ("decline", "decline", "declined"),
        ("fail", "access_code_failed", "sent"),
    ],
)
def test_whoever_has_the_mail_can_act_by_its_link(deed: str, event: str, status: str) -> None:
    bench = DocusignBench(**NEVER)
    bench.simulator.schedule([], fields={"docusign.email": ["link"]})
    made = bench.envelope()
    link = json.loads(bench.of_kind("email")[0]["fields"])["link"].removeprefix("http://bench.localhost")
    bench.authorization, kept = "", bench.authorization
    assert bench.send("POST", f"{link}/{deed}").json == {"event": event}
    assert bench.send("POST", f"{link}/nothing").status in {400, 404}
    bench.authorization = kept
    assert bench.status(made) == status


def test_an_envelope_takes_from_a_template_what_its_caller_does_not_say() -> None:
    bench = DocusignBench(**NEVER)
    people = definition()["recipients"]
    people["signers"][0] |= {"name": "", "email": "", "roleName": "customer"}
    given = {**definition(recipients=people, emailSubject="From the template"), "name": "Contract", "status": "created"}
    template = bench.do("/templates", given)["templateId"]
    role = {"roleName": "customer", "name": "Ada", "email": "ada@example.com"}
    body = {"templateId": template, "templateRoles": [role], "status": "sent"}
    made = bench.do("/envelopes", body)["envelopeId"]
    found = bench.get(f"/envelopes/{made}?include=recipients,tabs,documents")
    assert (found["emailSubject"], found["recipients"]["signers"][0]["name"]) == ("From the template", "Ada")
    assert found["recipients"]["signers"][0]["tabs"]["signHereTabs"]
    assert found["envelopeDocuments"][0]["name"] == "contract.pdf"
    body["templateRoles"] = [{**role, "roleName": "nobody"}]
    assert refusal(bench.ask("POST", "/envelopes", body)) == (400, "INVALID_REQUEST_BODY")
    body["templateRoles"] = []
    assert bench.ask("POST", "/envelopes", body).status == 400


def test_templates_are_kept_listed_changed_and_taken_away() -> None:
    bench = DocusignBench()
    made = [bench.do("/templates", {"name": name})["templateId"] for name in ("b", "a", "c")]
    found = bench.get("/templates?count=2&start_position=1")
    assert [each["name"] for each in found["envelopeTemplates"]] == ["b", "c"]
    assert found["totalSetSize"] == "3"
    bench.do(f"/templates/{made[0]}", {"name": "z", "emailSubject": "s"}, "PUT")
    assert bench.get(f"/templates/{made[0]}")["emailSubject"] == "s"
    assert bench.get("/templates?search_text=Z")["totalSetSize"] == "1"
    assert bench.ask("DELETE", f"/templates/{made[0]}").status == 200
    assert refusal(bench.ask("GET", f"/templates/{made[0]}")) == (404, "TEMPLATE_ID_INVALID")
