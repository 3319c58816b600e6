"""Keys, teams, idempotency keys, the environment."""

import pytest

from brownout_simulators.vendors.resend import VENDOR
from tests.simulators.vendors.resend.bench import ResendBench, mail, refusal


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ("", (401, "missing_api_key")),
        ("Bearer ", (401, "missing_api_key")),
        ("Basic cmU6", (401, "missing_api_key")),
        ("Bearer re_123456789", (403, "invalid_api_key")),
        ("Bearer re_test_", (403, "invalid_api_key")),
        ("Bearer re_test_invalid_shop", (403, "invalid_api_key")),
        ("Bearer re_test_suspended_shop", (403, "suspended_api_key")),
        ("Bearer re_test_ümlaut", (403, "invalid_api_key")),
    ],
)
def test_a_key_that_is_none_is_refused(given: str, refused: tuple[int, str]) -> None:
    bench = ResendBench()
    assert refusal(bench.ask("POST", "/emails", mail(), authorization=given)) == refused
    assert bench.effects() == []


def test_a_restricted_key_sends_for_its_team_and_does_nothing_else() -> None:
    bench = ResendBench("shop")
    key = "Bearer re_test_sending_shop"
    email_id = bench.do("POST", "/emails", mail(), authorization=key)["id"]
    assert bench.last_event(email_id) == "queued", "the same team's"
    assert refusal(bench.ask("GET", f"/emails/{email_id}", authorization=key)) == (401, "restricted_api_key")
    assert refusal(bench.ask("GET", "/emails", authorization=key)) == (401, "restricted_api_key")


def test_each_key_is_a_team_of_its_own() -> None:
    bench = ResendBench()
    email_id = bench.mail()
    other = f"Bearer {VENDOR.test_key('other')}"
    assert refusal(bench.ask("GET", f"/emails/{email_id}", authorization=other)) == (404, "not_found")


def test_the_same_request_under_a_key_is_one_mail_and_the_first_answer() -> None:
    bench = ResendBench()
    first = bench.ask("POST", "/emails", mail(), idempotency_key="k")
    shuffled = dict(reversed(mail().items()))
    again = bench.ask("POST", "/emails", shuffled, idempotency_key="k")
    assert (again.status, again.body) == (200, first.body)
    assert len(bench.done("resend.email")) == 1
    other = bench.ask("POST", "/emails", mail("b@sim.test"), idempotency_key="k")
    assert refusal(other) == (409, "invalid_idempotent_request")
    # The endpoint is part of what the key stands for.
    assert refusal(bench.ask("POST", "/emails/batch", [mail()], idempotency_key="k"))[0] == 409
    assert len(bench.done("resend.email")) == 1


def test_a_batch_under_a_key_is_taken_in_once() -> None:
    bench = ResendBench()
    batch = [mail("a@sim.test"), mail("b@sim.test")]
    assert bench.do("POST", "/emails/batch", batch, idempotency_key="k") == bench.do(
        "POST", "/emails/batch", batch, idempotency_key="k"
    )
    assert len(bench.done("resend.email")) == 2


def test_a_key_in_use_is_told_from_one_that_was_used_for_something_else() -> None:
    bench = ResendBench()
    bench.schedule({"id": "slow", "vendor": "resend", "latency": {"fixed_s": 5.0}})
    with bench.under_way("POST", "/emails", mail(), idempotency_key="k"):
        bench.schedule()
        busy = bench.ask("POST", "/emails", mail(), idempotency_key="k")
        assert refusal(busy) == (409, "concurrent_idempotent_requests")
    assert bench.ask("POST", "/emails", mail(), idempotency_key="k").status == 200
    assert len(bench.done("resend.email")) == 1


def test_what_was_refused_is_not_remembered() -> None:
    bench = ResendBench()
    assert bench.ask("POST", "/emails", mail("nobody"), idempotency_key="k").status == 422
    assert bench.ask("POST", "/emails", mail(), idempotency_key="k").status == 200


def test_a_key_is_forgotten_a_day_after_the_first_acceptance_and_using_it_does_not_prolong_it() -> None:
    bench = ResendBench()
    bench.ask("POST", "/emails", mail(), idempotency_key="k")
    bench.now_s += 86_390
    bench.ask("POST", "/emails", mail(), idempotency_key="k")
    assert len(bench.done("resend.email")) == 1
    bench.now_s += 20
    bench.ask("POST", "/emails", mail(), idempotency_key="k")
    assert len(bench.done("resend.email")) == 2


@pytest.mark.parametrize(("key", "status"), [("", 400), ("k" * 257, 400), ("k" * 256, 200), ("k", 200)])
def test_a_key_has_between_one_and_256_characters(key: str, status: int) -> None:
    answer = ResendBench().ask("POST", "/emails", mail(), idempotency_key=key)
    assert answer.status == status
    assert status == 200 or refusal(answer) == (400, "invalid_idempotency_key")


def test_the_environment_is_what_both_sdks_read() -> None:
    found = VENDOR.environment("http://127.0.0.1:1", VENDOR.test_key("shop"))
    assert found["RESEND_API_URL"] == found["RESEND_BASE_URL"] == "http://127.0.0.1:1"
    assert found["RESEND_API_KEY"] == "re_test_shop"
    bench = ResendBench("shop")
    assert bench.listen() == found["RESEND_WEBHOOK_SECRET"]
