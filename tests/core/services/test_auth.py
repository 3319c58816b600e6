"""Who somebody is: every refusal of a token is one kind, and none is a sample of anybody's health."""

import pytest

from brownout_core.services import auth


@pytest.mark.parametrize("kind", auth.TokenRefused.__subclasses__())
def test_a_token_that_is_refused_says_nothing_about_the_vendor(kind: type[auth.TokenRefused]) -> None:
    error = kind("why", retry_after_s=2.0)
    assert not error.is_failure
    assert not error.may_have_effect
    assert not error.retryable
    assert error.retry_after_s == 2.0
    assert kind.__name__ in (auth.__doc__ or "")
