"""Answers, held against the vendor's own description: of v2, whose models v2.1 adds to and takes nothing from."""

from typing import Any

import pytest

from tests.simulators.vendors.docusign.bench import NEVER, QUICK, DocusignBench, definition
from tests.support.openapi import document, mismatches

NEWER = {
    "envelope": {"expireAfter", "expireDateTime", "sender", "envelopeDocuments", "deliveredDateTime"},
    "signer": {"completedDateTime"},
    "carbonCopy": {"completedDateTime"},
    "envelopeDocument": {"documentIdGuid"},
    "connectCustomConfiguration": {"eventData", "deliveryMode", "events"},
}
"""What v2.1 has besides (the models of the SDKs, docusign-esign 6.1.0)."""

LISTS = ("Events: string wanted, [", "pages: string wanted, [")
"""Texts in v2 (`Sent,Completed`; how many), lists in v2.1."""


def wrong(model: str, value: Any) -> list[str]:
    spec = document("docusign_v2.json")
    found = mismatches(spec, spec["definitions"][model], value, model, optional=True)
    named = [f": {name} is not in the description" for names in NEWER.values() for name in names]
    return [line for line in found if not line.endswith(tuple(named)) and not any(each in line for each in LISTS)]


def test_what_envelopes_are_read_as_is_what_the_description_says() -> None:
    bench = DocusignBench(**QUICK)
    people = definition()["recipients"]
    people["carbonCopies"] = [{"recipientId": "9", "routingOrder": "3", "name": "Copy", "email": "c@example.com"}]
    summary = bench.do("/envelopes", definition(recipients=people))
    bench.pass_time(100)
    path = f"/envelopes/{summary['envelopeId']}"
    read = {
        "envelopeSummary": summary,
        "envelope": bench.get(f"{path}?include=recipients,tabs,documents"),
        "envelopesInformation": bench.get("/envelopes?from_date=2025-01-01"),
        "recipients": bench.get(f"{path}/recipients?include_tabs=true"),
        "envelopeDocumentsResult": bench.get(f"{path}/documents"),
        "envelopeAuditEventResponse": bench.get(f"{path}/audit_events"),
        "customFields": bench.get(f"{path}/custom_fields"),
        "notification": bench.get(f"{path}/notification"),
        "tabs": bench.get(f"{path}/recipients/1/tabs"),
    }
    assert {model: wrong(model, value) for model, value in read.items()} == {model: [] for model in read}


def test_what_is_done_is_answered_as_the_description_says() -> None:
    bench = DocusignBench(**NEVER)
    made = bench.envelope(status="created")
    path = f"/envelopes/{made}"
    template = bench.do("/templates", {**definition(), "name": "t"})
    done = {
        "lockInformation": bench.do(f"{path}/lock", {}),
        "envelopeTemplateResults": bench.get("/templates"),
        "envelopeTemplateResult": bench.get(f"/templates/{template['templateId']}"),
        "connectCustomConfiguration": bench.do("/connect", {"urlToPublishTo": "http://127.0.0.1:9/"}),
        "connectConfigResults": bench.get("/connect"),
        "connectLogs": bench.get("/connect/logs"),
    }
    assert {model: wrong(model, value) for model, value in done.items()} == {model: [] for model in done}


@pytest.mark.parametrize("limit", [1, 2])
def test_every_value_of_an_envelope_is_a_text_or_made_of_texts(limit: int) -> None:
    bench = DocusignBench(**QUICK)
    bench.envelope()
    bench.pass_time(limit)

    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(map(plain, value.values()))
        return all(map(plain, value)) if isinstance(value, list) else isinstance(value, str)

    assert plain(bench.get("/envelopes?from_date=2025-01-01&include=recipients,tabs"))
