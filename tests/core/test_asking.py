"""An asking knows whether its operation may have had its effect: by itself, or by somebody before."""

import asyncio

import pytest

from brownout_core.asking import Asking, Earlier
from tests.support.aio import virtually

EARLIER = Earlier(began_ago_s=60.0, sent_ago_s=5.0)


def test_a_fresh_one_has_done_nothing() -> None:
    asking = Asking()
    asking.writes = 1
    assert not asking.may_have_effect
    assert not asking.may_have_sent


def test_what_was_done_or_may_have_been_is_never_forgotten() -> None:
    asking = Asking(one_vendor=True)
    asking.may_have_sent = True
    asking.writes = 1
    asking.answered_no()
    asking.settled()
    assert asking.may_have_effect


def test_what_was_taken_back_for_certain_is_not_there() -> None:
    asking = Asking(earlier=EARLIER)
    asking.may_have_sent = True
    asking.taken_back()
    assert not asking.may_have_effect


def test_who_comes_after_somebody_else_is_in_doubt_until_it_has_looked() -> None:
    asking = Asking(earlier=EARLIER)
    assert asking.may_have_effect
    assert not asking.may_have_sent
    asking.settled()
    assert not asking.may_have_effect


@pytest.mark.parametrize(("one_vendor", "calls", "settles"), [(True, 1, True), (True, 2, False), (False, 1, False)])
def test_the_vendors_no_to_the_key_settles_it_where_there_is_one_vendor_and_one_call(
    one_vendor: bool, calls: int, settles: bool
) -> None:
    """Of several, another one may have been asked before: of that, this answer says nothing."""
    asking = Asking(earlier=EARLIER, one_vendor=one_vendor)
    asking.writes = calls
    asking.answered_no()
    assert asking.may_have_effect is not settles


def test_a_takeover_keeps_the_earliest_beginning_and_the_latest_sending() -> None:
    asking = Asking(earlier=EARLIER)
    asking.took_over(30.0, 3.0)
    assert asking.earlier == Earlier(60.0, 3.0)
    asking.took_over(90.0, 80.0)
    assert asking.earlier == Earlier(90.0, 3.0)
    fresh = Asking()
    fresh.took_over(1.0, 0.5)
    assert fresh.earlier == Earlier(1.0, 0.5)


def test_a_share_is_an_asking_of_its_own_with_a_part_of_the_time() -> None:
    async def main() -> None:
        now_s = asyncio.get_running_loop().time()
        asking = Asking("op-1", "key-1", now_s + 30.0)
        share = asking.share(3)
        assert (share.operation_id, share.idempotency_key, share.ends_at_s) == ("op-1", "key-1", now_s + 10.0)
        share.may_have_sent = True
        assert not asking.may_have_effect

    virtually(main())
