"""Ids come from a seeded stream, whatever their lengths; an account's dates follow its clock."""

import random
from collections import Counter

from brownout_simulators.account import BASE62, DEAL, HEX, Account, Ids, LazyStream


def ids(seed: int = 7) -> Ids:
    return Ids(LazyStream(seed))


def test_the_same_seed_and_the_same_order_give_the_same_ids() -> None:
    lengths = [24, 14, 32, 1, 24] * 200
    first, second = ids(), ids()
    assert [first.base62(n) for n in lengths] == [second.base62(n) for n in lengths]
    assert [first.hexadecimal(n) for n in lengths] == [second.hexadecimal(n) for n in lengths]
    assert ids(8).base62() != ids(7).base62()


def test_every_id_has_its_length_also_where_the_dealt_characters_end() -> None:
    dealer = ids()
    assert {len(dealer.base62(23)) for _ in range(DEAL)} == {23}
    assert {len(dealer.hexadecimal(31)) for _ in range(DEAL)} == {31}
    assert len(dealer.base62(3 * DEAL)) == 3 * DEAL
    assert len(dealer.hexadecimal(5 * DEAL)) == 5 * DEAL


def test_ids_use_their_alphabet_and_do_not_repeat() -> None:
    dealer = ids()
    drawn = [dealer.base62() for _ in range(20_000)]
    assert len(set(drawn)) == len(drawn)
    counts = Counter("".join(drawn))
    assert set(counts) == set(BASE62)
    # 256 bytes over 62 characters: the first eight come five times where the others come four.
    assert max(counts.values()) < 1.35 * min(counts.values())
    assert set(dealer.hexadecimal(10_000)) == set(HEX)


def test_a_stream_draws_the_same_however_late_it_is_made() -> None:
    assert LazyStream(7, "pager", "a").random.random() == random.Random("7:pager:a").random()
    stream = LazyStream(7)
    assert stream.random is stream.random


def test_dates_follow_the_clock() -> None:
    now = [5.0]
    account: Account[None] = Account(
        "acct", None, clock=lambda: now[0], epoch_s=1_000.0, ids=ids(), stream=LazyStream(1, "acct", "random"),
        later=lambda _delay_s, _step: None, publish=lambda _topic, _message: None, limits=lambda _call: {}, base_url="http://127.0.0.1:1",
    )  # fmt: skip
    assert account.wall_s() == 1_005.0
    now[0] = 6.5
    assert account.wall_s() == 1_006.5
