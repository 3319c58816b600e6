"""Limit headers that are not so, cannot be read, or are not there."""

from typing import Any

import pytest

from brownout_simulators.call import Sending
from brownout_simulators.faults import FaultError
from brownout_simulators.faults.limit_headers import LimitHeaders
from tests.simulators.driving import Driver

NOW = "Tue, 14 Nov 2023 22:15:00 GMT"
HOUR_AGO = "Tue, 14 Nov 2023 21:15:00 GMT"
IN_AN_HOUR = "Tue, 14 Nov 2023 23:15:00 GMT"
EPOCH_S = 1_700_000_100


def shaped(headers: dict[str, str], **fields: Any) -> tuple[bool, dict[str, str]]:
    sending = Sending(429, {"date": NOW, "till-request": "1", **headers})
    struck = LimitHeaders(**fields).shape(sending, 0.5)
    left = dict(sending.headers)
    assert (left.pop("date"), left.pop("till-request")) == (NOW, "1")
    return struck, left


@pytest.mark.parametrize(
    ("wait", "said", "becomes"),
    [
        ("zero", {"retry-after": "7"}, {"retry-after": "0"}),
        ("hour", {"retry-after": "7"}, {"retry-after": "3600"}),
        ("past", {"retry-after": "7"}, {"retry-after": HOUR_AGO}),
        ("word", {"Retry-After": "7"}, {"Retry-After": "soon"}),
        ("negative", {"retry-after": "7"}, {"retry-after": "-5"}),
        ("no_zone", {"retry-after": "7"}, {"retry-after": "Tue, 14 Nov 2023 22:15:05"}),
        ("missing", {"retry-after": "7"}, {}),
        ("hour", {"retry-after": NOW}, {"retry-after": IN_AN_HOUR}),
        ("past", {"retry-after": NOW}, {"retry-after": HOUR_AGO}),
        ("hour", {"retry-after-ms": "700"}, {"retry-after-ms": "3600000"}),
        ("zero", {"x-ratelimit-reset-requests": "6m0s"}, {"x-ratelimit-reset-requests": "0s"}),
        ("hour", {"x-ratelimit-reset-tokens": "20ms"}, {"x-ratelimit-reset-tokens": "3600s"}),
        ("past", {"X-RateLimit-Reset": str(EPOCH_S + 9)}, {"X-RateLimit-Reset": str(EPOCH_S - 3_600)}),
        ("hour", {"X-RateLimit-Reset": str(EPOCH_S + 9)}, {"X-RateLimit-Reset": str(EPOCH_S + 3_600)}),
        ("past", {"ratelimit-reset": "1"}, {"ratelimit-reset": "-3600"}),
        ("hour", {"ratelimit": '"default";r=5;t=9'}, {"ratelimit": '"default";r=5;t=3600'}),
        ("missing", {"RateLimit": '"burst";r=5;t=9'}, {"RateLimit": '"burst";r=5'}),
    ],
)
def test_a_wait_is_wrong_in_the_form_that_the_vendor_has(
    wait: str, said: dict[str, str], becomes: dict[str, str]
) -> None:
    assert shaped(said, wait=wait) == (True, becomes)


@pytest.mark.parametrize(
    ("left", "said", "becomes"),
    [
        ("plenty", {"ratelimit-remaining": "0"}, {"ratelimit-remaining": "1000000"}),
        ("zero", {"X-BurstLimit-Remaining": "9"}, {"X-BurstLimit-Remaining": "0"}),
        ("word", {"x-ratelimit-remaining-tokens": "9"}, {"x-ratelimit-remaining-tokens": "many"}),
        ("missing", {"x-ratelimit-remaining": "9"}, {}),
        ("zero", {"ratelimit": '"default";r=5;t=9'}, {"ratelimit": '"default";r=0;t=9'}),
    ],
)
def test_what_is_left_is_wrong(left: str, said: dict[str, str], becomes: dict[str, str]) -> None:
    kept = {"ratelimit-limit": "10", "ratelimit-policy": '"burst";q=10;w=1'}
    assert shaped({**said, **kept}, left=left) == (True, {**becomes, **kept})


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {"wait": "hour"}),
        ({"retry-after": "7"}, {"left": "zero"}),
        ({"ratelimit-remaining": "7"}, {"wait": "hour"}),
        ({"retry-after": "0"}, {"wait": "zero"}),  # it says that anyway
        ({"content-type": "application/json", "ratelimit-limit": "9"}, {"wait": "word", "left": "word"}),
    ],
)
def test_who_says_nothing_of_the_kind_is_not_struck(headers: dict[str, str], fields: dict[str, str]) -> None:
    assert shaped(headers, **fields) == (False, headers)


def test_a_refusal_of_another_fault_lies_and_the_ledger_has_what_was_said() -> None:
    till = Driver({"throttle": {"retry_after_s": 2}}, {"limit_headers": {"wait": "hour"}})
    answer = till.send()
    assert (answer.status, answer.headers["retry-after"]) == (429, "3600")
    (row,) = till.requests()
    assert (row["faults"], row["retry_after_s"]) == (["r0", "r1"], 3_600.0)


def test_an_answer_without_such_a_header_is_matched_and_not_struck() -> None:
    till = Driver({"limit_headers": {"wait": "hour"}})
    assert till.send().status == 200
    assert (till.struck(), till.simulator.plan.standing["r0"].matched) == (0, 1)


def test_one_that_says_nothing_is_refused() -> None:
    with pytest.raises(FaultError, match="limit_headers: wait, left or both are to be wrong"):
        LimitHeaders()
