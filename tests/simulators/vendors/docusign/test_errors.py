"""Every situation of DocuSign's errors: what brings it about, its status, and that nothing was done."""

from collections.abc import Callable
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.docusign.errors import SITUATIONS
from brownout_simulators.vendors.docusign.named_errors import NAMED_ERRORS
from tests.simulators.vendors.docusign.bench import NEVER, PDF, QUICK, DocusignBench, definition, refusal
from tests.support.vendor_bench import Answer

NOBODY = "/envelopes/00000000-0000-4000-a000-000000000000"
Situation = Callable[[DocusignBench], Answer]


def made(**more: Any) -> Situation:
    return lambda bench: bench.ask("POST", "/envelopes", definition(**more))


def without(name: str) -> Situation:
    return lambda bench: bench.ask("POST", "/envelopes", {k: v for k, v in definition().items() if k != name})


def on_envelope(method: str, path: str, body: Any = None, status: str = "sent", **headers: str) -> Situation:
    def situation(bench: DocusignBench) -> Answer:
        id = bench.envelope(status=status)  # noqa: A001
        return bench.ask(method, f"/envelopes/{id}{path}", body, **headers)

    return situation


def locked(body: Any, **headers: str) -> Situation:
    def situation(bench: DocusignBench) -> Answer:
        id = bench.envelope()  # noqa: A001
        bench.do(f"/envelopes/{id}/lock", {"lockType": "edit"})
        return bench.ask("PUT", f"/envelopes/{id}", body, **headers)

    return situation


def people(**changes: Any) -> dict[str, Any]:
    one = {"recipientId": "1", "name": "Ada", "email": "ada@example.com", **changes}
    return {"signers": [{name: value for name, value in one.items() if value is not None}]}


TWO = {"signers": [*people()["signers"], *people()["signers"]]}
VOID = {"status": "voided", "voidedReason": "x"}
VIEW = {"returnUrl": "http://localhost/", "authenticationMethod": "none", "email": "ada@example.com"}

CASES: list[tuple[str, Situation]] = [
    ("INVALID_REQUEST_PARAMETER", lambda bench: bench.ask("GET", "/envelopes")),
    ("INVALID_REQUEST_PARAMETER", lambda bench: bench.ask("GET", "/envelopes?from_date=soon")),
    ("INVALID_REQUEST_PARAMETER", lambda bench: bench.ask("GET", "/envelopes?from_date=2025-01-01&count=1001")),
    ("INVALID_REQUEST_PARAMETER", lambda bench: bench.ask("GET", "/envelopes?from_date=2025-01-01&status=odd")),
    ("INVALID_REQUEST_PARAMETER", lambda bench: bench.ask("PUT", "/envelopes/status", {})),
    ("INVALID_REQUEST_PARAMETER", made(status="completed")),
    ("INVALID_REQUEST_PARAMETER", made(recipients=people(recipientId=None))),
    ("INVALID_REQUEST_PARAMETER", on_envelope("PUT", "", {"status": "voided"})),
    ("INVALID_REQUEST_PARAMETER", on_envelope("PUT", "", {"status": "completed"})),
    ("INVALID_REQUEST_BODY", lambda bench: bench.ask("POST", "/envelopes", ["x"])),
    ("INVALID_REQUEST_BODY", lambda bench: bench.ask("GET", "/envelopes?envelope_ids=x")),
    ("INVALID_REQUEST_BODY", made(transactionId="order-7")),
    ("INVALID_REQUEST_BODY", made(documents=[{"documentId": "1", "documentBase64": "***"}])),
    ("INVALID_REQUEST_BODY", made(documents=[{"documentId": "1"}, {"documentId": "1"}])),
    ("INVALID_REQUEST_BODY", made(recipients={"witnesses": [{}]})),
    ("INVALID_REQUEST_BODY", made(emailSubject="x" * 101)),
    ("INVALID_REQUEST_BODY", made(recipients=people(tabs={"stamps": []}))),
    ("INVALID_REQUEST_BODY", made(eventNotification={"url": "ftp://x"})),
    ("INVALID_EMAIL_ADDRESS_FOR_RECIPIENT", made(recipients=people(email="nobody"))),
    ("INVALID_EMAIL_ADDRESS_FOR_RECIPIENT", made(recipients=people(email=None))),
    ("ENVELOPE_CANNOT_VOID_INVALID_STATE", on_envelope("PUT", "", VOID, "created")),
    ("ENVELOPE_INVALID_STATUS", on_envelope("PUT", "", {"status": "sent"})),
    ("ENVELOPE_INVALID_STATUS", on_envelope("PUT", "", {"emailSubject": "late"})),
    ("ENVELOPE_INVALID_STATUS", on_envelope("PUT", "/documents", {"documents": []})),
    ("ENVELOPE_INVALID_STATUS", on_envelope("POST", "/views/recipient", VIEW, "created")),
    ("ENVELOPE_IS_INCOMPLETE", without("emailSubject")),
    ("ENVELOPE_IS_INCOMPLETE", without("documents")),
    ("ENVELOPE_IS_INCOMPLETE", without("recipients")),
    ("ENVELOPE_IS_INCOMPLETE", made(recipients=people(name=None))),
    ("ENVELOPE_CANNOT_BE_PURGED", on_envelope("PUT", "", {"purgeState": "documents_queued"})),
    ("UNKNOWN_ENVELOPE_RECIPIENT", on_envelope("POST", "/views/recipient", VIEW)),
    ("UNKNOWN_ENVELOPE_RECIPIENT", on_envelope("DELETE", "/recipients/7")),
    ("UNKNOWN_ENVELOPE_RECIPIENT", on_envelope("GET", "/recipients/7/tabs")),
    ("RECIPIENT_NOT_IN_SEQUENCE", on_envelope("DELETE", "/recipients/1")),
    ("RECIPIENT_LIMIT_EXCEEDED", made(recipients={"signers": [
        {"recipientId": str(number), "name": "A", "email": "a@example.com"} for number in range(101)
    ]})),
    ("DUPLICATE_RECIPIENT_ID", made(recipients=TWO)),
    ("EDIT_LOCK_ENVELOPE_LOCKED", locked(VOID)),
    ("EDIT_LOCK_NOT_LOCK_OWNER", locked(VOID, x_docusign_edit='{"LockToken": "x"}')),
    ("EDIT_LOCK_ENVELOPE_NOT_LOCKED", on_envelope("GET", "/lock")),
    ("INVALID_LOCK_DURATION", on_envelope("POST", "/lock", {"lockDurationInSeconds": "1801"})),
    ("USER_LACKS_PERMISSIONS", lambda bench: bench.send("GET", "/restapi/v2.1/accounts/other/envelopes")),
    ("ENVELOPE_DOES_NOT_EXIST", lambda bench: bench.ask("GET", NOBODY)),
    ("DOCUMENT_DOES_NOT_EXIST", on_envelope("GET", "/documents/9")),
    ("TEMPLATE_ID_INVALID", lambda bench: bench.ask("GET", "/templates/x")),
    ("TEMPLATE_ID_INVALID", made(templateId="x")),
    ("RESOURCE_NOT_FOUND", lambda bench: bench.ask("GET", "/connect/7")),
    ("RESOURCE_NOT_FOUND", lambda bench: bench.ask("PATCH", "/envelopes")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "situation"), CASES)
def test_a_situation_has_its_code_and_does_nothing(code: str, situation: Situation) -> None:
    bench = DocusignBench(**NEVER)
    answer = situation(bench)
    assert refusal(answer) == (SITUATIONS[code][0], code)
    assert {row["route"] for row in bench.effects()} <= {"docusign.envelope", "docusign.email"}
    assert len(bench.of_kind("envelope")) == len(bench.of_kind("email")) <= 1


def test_every_situation_is_one_of_these_or_can_be_asked_for_by_name() -> None:
    assert set(SITUATIONS) == {code for code, _ in CASES} | (set(SITUATIONS) & set(NAMED_ERRORS))


@pytest.mark.parametrize("name", NAMED_ERRORS)
def test_an_error_that_is_asked_for_by_name_is_what_the_vendor_says(name: str) -> None:
    bench = DocusignBench()
    rule = {"id": "r", "vendor": "docusign", "match": "POST *", "respond": {"error": name}}
    bench.simulator.schedule([rule_from_json(rule)])
    answer = bench.ask("POST", "/envelopes", definition())
    assert answer.status == NAMED_ERRORS[name].status
    assert name in {answer.json.get("errorCode"), answer.json.get("error")}
    assert bench.effects() == []


def test_the_quota_of_a_plan_ends_sending() -> None:
    bench = DocusignBench(envelope_quota=1, **QUICK)
    bench.envelope()
    assert refusal(bench.ask("POST", "/envelopes", definition())) == (400, "ENVELOPE_SEND_LIMIT_EXCEEDED")
    assert len(bench.of_kind("envelope")) == 1


def test_the_edge_answers_in_html_and_500_is_docusigns_own() -> None:
    bench = DocusignBench()
    for status in (500, 502, 503, 504):
        rule = {"id": "r", "vendor": "docusign", "respond": {"status": status}}
        bench.simulator.schedule([rule_from_json(rule)])
        answer = bench.ask("GET", NOBODY)
        assert answer.status == status
        assert answer.headers["content-type"].startswith("application/json" if status == 500 else "text/html")
        assert "retry-after" not in answer.headers


def test_a_document_is_kept_as_it_came() -> None:
    bench = DocusignBench(**NEVER)
    id = bench.envelope(documents=[{"documentId": "1", "name": "a.pdf", "documentBase64": PDF}])  # noqa: A001
    assert bench.ask("GET", f"/envelopes/{id}/documents/1").body == b"%PDF-1.4 the contract"
