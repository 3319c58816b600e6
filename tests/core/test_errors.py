"""The tree of errors is as its module draws it, and each leaf tells the policies the truth."""

import re

import pytest

from brownout_core import errors
from brownout_core.errors import BrownoutError, CallRejected, ServiceError


def _classes(root: type[BaseException]) -> dict[str, str]:
    found = {}
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            found[child.__name__] = root.__name__
            found |= _classes(child)
    return found


def test_the_drawn_tree_is_the_real_tree() -> None:
    drawn: dict[str, str] = {}
    stack: list[tuple[int, str]] = [(0, "BrownoutError")]
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([ │├└─]+)(\w+)", line)
        if match:
            depth = len(match[1])
            while stack[-1][0] >= depth:
                stack.pop()
            drawn[match[2]] = stack[-1][1]
            stack.append((depth, match[2]))
    assert drawn == _classes(BrownoutError)


@pytest.mark.parametrize("kind", CallRejected.__subclasses__())
def test_a_rejection_is_never_a_sample_and_names_its_policy(kind: type[CallRejected]) -> None:
    rejection = kind("full", retry_after_s=2.0)
    assert not rejection.is_failure
    assert rejection.policy != CallRejected.policy
    assert rejection.retry_after_s == 2.0


@pytest.mark.parametrize(
    ("kind", "may_have_effect", "is_failure", "retryable"),
    [
        (errors.ConnectFailed, False, True, True),
        (errors.ConnectionLost, True, True, True),
        (errors.AttemptTimeout, True, True, True),
        (errors.ResponseBroken, True, True, True),
        (errors.Throttled, False, False, True),
        (errors.VendorUnavailable, True, True, True),
        (errors.VendorContended, False, False, True),
        (errors.AuthenticationFailed, False, False, False),
        (errors.QuotaExhausted, False, False, False),
        (errors.ContentWithheld, False, False, False),
        (errors.AnswerEmpty, True, True, True),
        (errors.VendorRefused, False, False, False),
    ],
)
def test_what_policies_read(kind: type[ServiceError], may_have_effect: bool, is_failure: bool, retryable: bool) -> None:
    error = kind("stripe", "create_payment_intent", "no", status=500)
    assert (error.may_have_effect, error.is_failure, error.retryable) == (may_have_effect, is_failure, retryable)


def test_an_adapter_may_know_better_whether_asking_again_helps() -> None:
    assert not errors.VendorUnavailable("stripe", "x", "saved 500", retryable=False).retryable
