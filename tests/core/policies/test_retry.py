"""Whether to try again: only what is worth it and safe, and never earlier than the vendor asked."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core import errors
from brownout_core.errors import ConfigError
from brownout_core.policies.retry import Judgement, Retry, RetryConfig, judge
from tests.support.examples import examples

WORTH_IT = Judgement(retryable=True, may_have_effect=False, is_failure=True)
UNKNOWN = Judgement(retryable=True, may_have_effect=True, is_failure=True)
REFUSED = Judgement(retryable=False, may_have_effect=False, is_failure=False)


def _delay_s(judgement: Judgement, *, attempt: int = 1, idempotent: bool = False, **config: object) -> float | None:
    retry = Retry(RetryConfig(**config), Random(3))  # type: ignore[arg-type]
    return retry.delay_s(judgement, attempt=attempt, idempotent=idempotent, previous_s=0.0)


@pytest.mark.parametrize(
    ("judgement", "idempotent", "tries_again"),
    [
        (WORTH_IT, False, True),
        (WORTH_IT, True, True),
        (UNKNOWN, False, False),
        (UNKNOWN, True, True),
        (REFUSED, False, False),
        (REFUSED, True, False),
    ],
)
def test_tries_again_only_what_is_worth_it_and_safe(judgement: Judgement, idempotent: bool, tries_again: bool) -> None:
    assert (_delay_s(judgement, idempotent=idempotent) is not None) is tries_again


@pytest.mark.parametrize(("attempt", "tries_again"), [(1, True), (2, True), (3, False), (4, False)])
def test_makes_as_many_retries_as_configured_and_no_more(attempt: int, tries_again: bool) -> None:
    assert (_delay_s(WORTH_IT, attempt=attempt, max_retries=2) is not None) is tries_again


@given(wish_s=st.floats(0.0, 60.0), seed=st.integers(), attempt=st.integers(1, 3))
@examples(100, always=True)
def test_the_next_attempt_is_never_earlier_than_the_vendor_asked(wish_s: float, seed: int, attempt: int) -> None:
    """F1"""
    retry = Retry(RetryConfig(), Random(seed))
    delay_s = retry.delay_s(WORTH_IT._replace(retry_after_s=wish_s), attempt=attempt, idempotent=False, previous_s=0.0)
    assert delay_s is not None
    assert delay_s >= wish_s


def test_a_wish_shorter_than_the_backoff_does_not_shorten_it() -> None:
    """F1"""
    plain_s = _delay_s(WORTH_IT, initial_delay_s=4.0)
    assert plain_s
    assert _delay_s(WORTH_IT._replace(retry_after_s=0.0), initial_delay_s=4.0) == plain_s


@pytest.mark.parametrize(("wish_s", "tries_again"), [(59.0, True), (60.0, True), (60.1, False), (86_400.0, False)])
def test_a_wish_beyond_the_cap_ends_the_call_instead_of_sleeping(wish_s: float, tries_again: bool) -> None:
    """F3"""
    assert (_delay_s(WORTH_IT._replace(retry_after_s=wish_s)) is not None) is tries_again


def test_a_negative_wish_is_no_wish() -> None:
    """F3"""
    assert _delay_s(WORTH_IT._replace(retry_after_s=-1.0)) == _delay_s(WORTH_IT)


def test_clients_released_by_one_wish_do_not_come_back_at_once() -> None:
    """F4: 1,000 clients spread over at least a tenth of it, evenly enough that no tenth of that takes a fifth."""
    wish_s = 10.0
    delays_s = []
    for client in range(1_000):
        retry = Retry(RetryConfig(initial_delay_s=0.1, max_delay_s=0.1), Random(client))
        delay_s = retry.delay_s(WORTH_IT._replace(retry_after_s=wish_s), attempt=1, idempotent=False, previous_s=0.0)
        assert delay_s is not None
        delays_s.append(delay_s)
    spread_s = max(delays_s) - min(delays_s)
    assert spread_s >= 0.1 * wish_s
    fullest = max(sum(low <= d < low + spread_s / 10 for d in delays_s) for low in delays_s[:100])
    assert fullest < 200


def test_a_configuration_may_ignore_the_vendors_wish() -> None:
    delay_s = _delay_s(WORTH_IT._replace(retry_after_s=30.0), honour_retry_after=False, max_delay_s=5.0)
    assert delay_s is not None
    assert delay_s <= 5.0


@pytest.mark.parametrize(
    ("error", "judgement"),
    [
        (errors.ConnectFailed("s", "o", "m"), Judgement(True, False, True)),
        (errors.ConnectionLost("s", "o", "m"), Judgement(True, True, True)),
        (errors.AttemptTimeout("s", "o", "m"), Judgement(True, True, True)),
        (errors.ResponseBroken("s", "o", "m"), Judgement(True, True, True)),
        (errors.VendorUnavailable("s", "o", "m", status=503, retry_after_s=2.0), Judgement(True, True, True, 2.0)),
        (errors.Throttled("s", "o", "m", status=429, retry_after_s=1.5), Judgement(True, False, False, 1.5)),
        (errors.AuthenticationFailed("s", "o", "m", status=401), Judgement(False, False, False)),
        (errors.VendorRefused("s", "o", "m", status=400), Judgement(False, False, False)),
        (errors.BreakerOpen("m"), Judgement(False, False, False)),
        (TimeoutError(), Judgement(True, True, True)),
        (ConnectionResetError(), Judgement(True, True, True)),
        (OSError(), Judgement(True, True, True)),
        (ValueError(), None),
        (RuntimeError(), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_is_read_as_documented(error: Exception, judgement: Judgement | None) -> None:
    assert judge(error) == judgement


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_retries": -1},
        {"max_retries": 21},
        {"retry_after_cap_s": -1.0},
        {"retry_after_spread": 0.0},
        {"multiplier": 0},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RetryConfig(**wrong)  # type: ignore[arg-type]
