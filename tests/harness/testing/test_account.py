"""One account at one vendor: what goes wrong there, and what its books say."""

import threading
from collections.abc import Iterator

import pytest

import brownout
from brownout import Account, StillUnderWay, Unwritten
from brownout_harness.testing.stand import Stand
from tests.harness.testing.calling import call
from tests.harness.testing.paying import ask, pay

pytestmark = pytest.mark.real


@pytest.fixture
def stand() -> Iterator[Stand]:
    made = Stand()
    yield made
    made.close()


@pytest.fixture
def stripe(stand: Stand) -> Iterator[Account]:
    made = Account(stand, "stripe", "test")
    yield made
    made.close()


def test_an_answer_is_lost_and_the_charge_is_in_the_books(stripe: Account) -> None:
    fault = stripe.fault("POST /v1/payment_intents", drop_after_effect={}, first=1)
    key = {"Idempotency-Key": "k"}
    assert [pay(stripe, **key), pay(stripe, **key)] == [0, 200]
    assert stripe.effects("stripe.charge", order="7").once
    assert [(one.status, one.ending, one.faults, one.replayed) for one in stripe.ledger.requests] == [
        (0, "reset", (fault.id,), False),
        (200, "complete", (), True),
    ]
    assert (fault.matched, fault.struck) == (2, 1)


def test_a_charge_whose_client_gave_up_is_waited_for(stripe: Account) -> None:
    """Or `none` would be true of a charge that is about to be taken."""
    stripe.fault("POST /v1/payment_intents", latency="1s")
    caller = threading.Thread(target=pay, args=(stripe,))
    caller.start()
    while not stripe.stand.do(lambda: stripe.simulator.under_way):
        pass
    assert stripe.effects("stripe.charge", settled=False).none
    assert stripe.effects("stripe.charge").once
    caller.join()


def test_a_call_that_does_not_end_is_told_rather_than_passed_over(stripe: Account) -> None:
    stripe.fault("POST /v1/payment_intents", hang={})
    caller = threading.Thread(target=pay, args=(stripe,))
    caller.start()
    while not stripe.stand.do(lambda: stripe.simulator.under_way):
        pass
    with pytest.raises(StillUnderWay, match=r"at work on 1 calls after 0.05 s: let the client end them"):
        stripe.settle(0.05)
    stripe.close()
    caller.join()


def test_a_fault_is_for_this_account_alone(stripe: Account) -> None:
    fault = stripe.fault(respond={"status": 503})
    assert pay(stripe, key="sk_test_other") == 200
    assert (fault.struck, pay(stripe), fault.struck) == (0, 503, 1)


@pytest.mark.parametrize("vendor", brownout.VENDORS)
def test_what_each_vendors_environment_says_leads_to_this_accounts_books(stand: Stand, vendor: str) -> None:
    account = Account(stand, vendor, "test")
    fault = account.fault(latency="1ms")
    assert call(account) == 200
    (request,) = account.ledger.requests
    assert (request.status, request.faults) == (200, (fault.id,))
    account.check()
    account.close()
    other = Account(stand, vendor, "test2")
    assert call(other) == 200
    assert other.label != account.label
    other.check()


def test_a_removed_fault_strikes_no_more_and_keeps_its_count(stripe: Account) -> None:
    fault = stripe.fault(respond={"status": 503})
    pay(stripe)
    fault.remove()
    fault.remove()
    assert (pay(stripe), fault.struck, fault.matched) == (200, 1, 1)


@pytest.mark.parametrize(
    ("first", "written", "line"),
    [
        (0, {"hang": {}}, "first: a whole number of calls, at least 1, got 0"),
        (True, {"hang": {}}, "first: a whole number of calls, at least 1, got True"),
        (1, {"hang": {}, "sequence": "F"}, "first: stands for a sequence; leave out sequence"),
        (None, {"latency": 2}, "latency: 2 has no unit: write 2s or 2ms"),
    ],
)
def test_a_fault_that_cannot_be_is_one_line(
    stripe: Account, first: int | None, written: dict[str, object], line: str
) -> None:
    with pytest.raises(Unwritten) as refused:
        stripe.fault("POST /v1/payment_intents", first=first, **written)
    assert str(refused.value) == line
    assert stripe.faults == []


def test_its_clock_moves_and_the_next_account_has_a_clock_that_is_right(stand: Stand) -> None:
    first = Account(stand, "stripe", "one")
    key = {"Idempotency-Key": "k"}
    assert [pay(first, **key), pay(first, **key)] == [200, 200]
    first.clock.advance("25h")
    pay(first, **key)
    assert first.effects("stripe.charge").count == 2
    first.close()
    second = Account(stand, "stripe", "two")
    assert second.simulator.clock_offset_s == 0
    with pytest.raises(ValueError, match="2 has no unit"):
        second.clock.advance("2")


def test_limits_are_the_vendors_own_and_off_for_the_next_account(stand: Stand) -> None:
    first = Account(stand, "stripe", "one")
    (name, *_) = [limit.name for limit in first.simulator.vendor.limits if limit.rate_per_s]
    first.limits(**{name: {"rate": "1/h", "burst": 1}})
    first.fault("POST /v1/refunds", hang={})
    assert sorted({pay(first), pay(first), pay(first)}) == [200, 429]
    with pytest.raises(ValueError, match="no such limit; there are"):
        first.limits(none_such=True)
    first.close()
    second = Account(stand, "stripe", "two")
    assert {pay(second), pay(second), pay(second)} == {200}


def test_nothing_of_an_account_is_left_when_it_is_closed(stand: Stand) -> None:
    for number in range(3):
        account = Account(stand, "stripe", f"test{number}")
        assert (account.ledger.requests, account.effects("stripe.charge").none) == ((), True)
        account.fault(latency="1ms")
        assert pay(account) == 200
        account.close()
        account.close()
        simulator = account.simulator
        assert stand.do(lambda s=simulator: (len(s.accounts), len(s.ledger), len(s.plan.standing))) == (0, 0, 0)  # type: ignore[misc]


def test_a_vendor_is_one_accounts_at_a_time(stand: Stand, stripe: Account) -> None:
    with pytest.raises(RuntimeError, match=r"^stripe is taken by test: open another by itself, brownout\.open$"):
        Account(stand, "stripe", "other")
    stripe.close()
    Account(stand, "stripe", "other").close()


def test_books_that_were_too_small_are_told(stand: Stand, stripe: Account) -> None:
    stripe.simulator.ledger.limit = 256
    for _ in range(300):
        stand.do(lambda: stripe.simulator.ledger.write(("request", "a") + ("",) * 22))
    with pytest.raises(RuntimeError, match="more than 256 rows of one test: the oldest are gone"):
        _ = stripe.ledger


def test_books_that_were_reset_by_somebody_are_told(stripe: Account) -> None:
    pay(stripe)
    assert ask(stripe, "POST", "/_brownout/reset")[0] == 200
    with pytest.raises(RuntimeError, match="stripe was reset: its books do not tell of all that happened to test"):
        stripe.effects("stripe.charge")
    assert stripe.journal().splitlines()[1].startswith("  stripe was reset: ")


def test_an_inbox_is_what_was_sent_to_people() -> None:
    with brownout.open("resend") as resend:
        mail = '{"from": "a@resend.dev", "to": "delivered@resend.dev", "subject": "Hello", "text": "You"}'
        assert _post(resend, "/emails", mail) == 200
        (sent,) = resend.inbox
        assert (sent.kind, sent["subject"]) == ("resend.email", "Hello")
    with brownout.open("stripe") as stripe, pytest.raises(ValueError, match="stripe writes to nobody"):
        _ = stripe.inbox


def _post(account: Account, path: str, body: str) -> int:
    from http.client import HTTPConnection

    connection = HTTPConnection(account.url.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {account.key}", "Content-Type": "application/json"}
    connection.request("POST", path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_cannot_be_found_is_in_the_journal(stripe: Account) -> None:
    ask(stripe, "POST", "/v1/payment_intent")
    fault = stripe.fault("POST /v1/refunds", latency="2s")
    pay(stripe)
    pay(stripe, key="sk_test_other")
    told = stripe.journal()
    assert "POST /v1/payment_intents  200" in told
    assert "effect stripe.charge ch_" in told
    assert "fault latency 2s on POST /v1/refunds: struck 0 of 0 calls that it was meant for; what came was" in told
    assert "not of this account: POST /v1/payment_intents of account acct_" in told
    assert "refused: POST /v1/payment_intent 404: no such route; the nearest is POST /v1/payment_intents" in told
    assert fault.struck == 0
