"""No planted secret anywhere, in any form, and none in the result."""

import base64
from urllib.parse import quote

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.no_secrets import NoSecrets
from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Status
from tests.support.histories import SECRET, changed, healthy, letter, with_effects, with_operations, with_requests

CLEAN = NoSecrets()


def logged(text: str, secret: str = SECRET) -> Evidence:
    return changed(healthy(), texts={"logs/gateway.log": text}, secrets=frozenset({secret}))


def test_clean_texts_pass_and_say_how_much_was_searched() -> None:
    result = CLEAN.judge(logged("POST /v1/payment_intents 503\n"))
    assert (result.status, result.observed) == (Status.PASSED, "1 secret looked for in 402 texts")


@pytest.mark.parametrize("form", [str, lambda s: quote(s, safe=""), lambda s: base64.b64encode(s.encode()).decode()])
def test_every_form_is_found_and_none_repeated(form: object) -> None:
    secret = "AC0123/secret+token=="
    written = form(secret)  # type: ignore[operator]
    result = CLEAN.judge(logged(f"before\nauthorization: {written} after\n", secret))
    assert result.status is Status.FAILED
    assert "*****" in result.cases[0].what
    assert secret not in result.model_dump_json()
    assert written not in result.model_dump_json()


def test_events_dead_letters_and_answers_are_searched() -> None:
    event = EventRow(3.0, "attempt_finished", "stripe", detail=f"key {SECRET}")
    assert CLEAN.judge(changed(healthy(), events=(event,))).status is Status.FAILED
    assert CLEAN.judge(changed(healthy(), dead_letters=(letter(3, reason=f"401 {SECRET}"),))).status is Status.FAILED
    told = with_operations(healthy(), lambda each: each._replace(detail=f"bad key {SECRET}"))
    assert CLEAN.judge(told).status is Status.FAILED


def test_the_payload_of_a_dead_letter_is_searched() -> None:
    kept = letter(3, payload=f'{{"amount": 100, "note": "{SECRET}"}}')
    result = CLEAN.judge(changed(healthy(), dead_letters=(kept,)))
    assert (result.status, SECRET in result.model_dump_json()) == (Status.FAILED, False)


def test_what_an_answer_said_beside_its_code_is_known_from_who_read_it() -> None:
    """The whole of it is not kept: only where the credential stood, which is replaced already."""
    leaked = '"message": "no such key: *****"'
    result = CLEAN.judge(with_operations(healthy(), lambda each: each._replace(leaked=leaked)))
    assert result.status is Status.FAILED
    assert result.cases[0].what == 'a credential in an answer: "message": "no such key: *****"'


def test_what_a_vendor_stores_ends_up_in_the_runs_tables_and_is_searched() -> None:
    keyed = with_requests(healthy(), lambda each: each._replace(idempotency_key=f"pay-{SECRET}"))
    assert CLEAN.judge(keyed).status is Status.FAILED
    stored = with_effects(healthy(), lambda each: each._replace(references=f'{{"metadata.key": "{SECRET}"}}'))
    assert CLEAN.judge(stored).status is Status.FAILED


def test_nothing_planted_or_nowhere_to_look_says_nothing() -> None:
    assert CLEAN.judge(changed(logged("text"), secrets=frozenset())).status is Status.INCONCLUSIVE
    assert CLEAN.judge(Evidence(secrets=frozenset({SECRET}))).status is Status.INCONCLUSIVE


def test_what_is_compared_with_what_was_asked_is_searched() -> None:
    named = with_operations(healthy(), lambda each: each._replace(answered=f'{{"id": "{SECRET}"}}'))
    assert CLEAN.judge(named).status is Status.FAILED
    sent = with_effects(healthy(), lambda each: each._replace(fields=f'{{"body": "use {SECRET}"}}'))
    result = CLEAN.judge(sent)
    assert result.status is Status.FAILED
    assert "what stripe.charge holds" in result.cases[0].what
