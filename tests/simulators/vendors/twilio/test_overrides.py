"""Connection overrides in a callback URL's fragment."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from brownout_simulators.vendor import NO_ANSWER
from brownout_simulators.vendors.twilio.overrides import terms_of
from tests.simulators.vendors.twilio.bench import CALLBACK, TOKEN, TwilioBench
from tests.support.examples import examples

ANSWERS = (None, NO_ANSWER, 200, 302, 404, 429, 500, 503)


@pytest.mark.parametrize(
    ("fragment", "retried"),
    [("", {None}), ("rc=1", {None}), ("rp=rt", {NO_ANSWER}), ("rp=4xx", {404, 429}), ("rp=5xx,ct", {None, 500, 503}),
     ("rp=all", {None, NO_ANSWER, 404, 429, 500, 503}), ("rp=sometimes", {None}), ("rp=", {None})],
)  # fmt: skip
def test_a_policy_says_which_answers_earn_another_attempt(fragment: str, retried: set[int | None]) -> None:
    terms = terms_of(f"http://127.0.0.1/cb#{fragment}")
    assert {answer for answer in ANSWERS if terms.retry_on(answer)} == retried


@pytest.mark.parametrize(
    ("fragment", "attempts", "timeouts"),
    [("", 2, (15.0, 5.0, 15.0)), ("rc=0", 1, (15.0, 5.0, 15.0)), ("rc=5&ct=200&rt=300&tt=2000", 6, (0.5, 0.2, 2.0)),
     ("rc=6&ct=99&rt=15001&tt=x", 2, (15.0, 5.0, 15.0)), ("tt=1000", 2, (1.0, 1.0, 1.0)),
     ("rc=²&e=ashburn&sni=y", 2, (15.0, 5.0, 15.0))],
)  # fmt: skip
def test_counts_and_times_are_taken_within_their_bounds_and_else_left_as_they_are(
    fragment: str, attempts: int, timeouts: tuple[float, float, float]
) -> None:
    terms = terms_of(f"http://127.0.0.1/cb?a=b#{fragment}")
    assert len(terms.schedule_s) == attempts
    assert (terms.timeout_s, terms.connect_timeout_s, terms.total_s) == timeouts


@pytest.mark.parametrize(("status", "attempts"), [(500, 3), (None, 3), (404, 1), (200, 1)])
def test_a_callback_is_repeated_as_its_url_asks_and_its_signature_leaves_the_fragment_out(
    status: int | None, attempts: int
) -> None:
    bench = TwilioBench()
    bench.receiver_status = status
    bench.message(To="+15005520001", StatusCallback=f"{CALLBACK}#rc=2&rp=5xx,ct")
    bench.pass_time(600)
    assert [webhook.attempt for webhook in bench.webhooks] == list(range(1, attempts + 1))
    fields = _form(bench.webhooks[0].body)
    assert fields["MessageStatus"] == "sent"
    signature = bench.webhooks[0].headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(CALLBACK, fields, signature)


def test_the_fragment_is_none_of_the_callers_own_ids() -> None:
    bench = TwilioBench()
    bench.message(StatusCallback=f"{CALLBACK}#rc=2")
    assert '"callback.operation_id": "op-1"' in bench.effects()[0]["references"]
    assert "rc" not in bench.effects()[0]["references"]


@given(st.text(max_size=30))
@examples(100)
def test_any_fragment_has_terms(fragment: str) -> None:
    terms = terms_of(f"http://127.0.0.1/cb#{fragment}")
    assert 1 <= len(terms.schedule_s) <= 6
    assert 0 < terms.timeout_s <= 15.0


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
