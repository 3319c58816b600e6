"""Accounts, opened on first use."""

from dataclasses import replace

import pytest

from brownout_simulators import worlds
from brownout_simulators.account import LazyStream
from brownout_simulators.call import Reply
from brownout_simulators.ledger import Ledger
from brownout_simulators.setups import set_up
from brownout_simulators.shared import Shared
from brownout_simulators.vendor import IdempotencyRules
from brownout_simulators.worlds import Credentials, TooManyAccounts, Worlds
from tests.simulators.driving import Driver
from tests.simulators.toy import TILL, Till


def make(seed: int = 1) -> Worlds[Till]:
    return Shared.of(
        TILL,
        lambda: 0.0,
        epoch_s=0.0,
        seed=seed,
        base_url="",
        ledger=Ledger("till"),
        agenda_limit=9,
        setup=set_up(TILL, {}),
    ).worlds


def test_the_same_label_is_the_same_account_until_it_is_forgotten() -> None:
    known = make()
    first = known.of("a")
    assert known.of("a") is first
    assert known.forget("a") is first.account
    assert known.forget("a") is None
    assert known.of("a") is not first


def test_an_account_may_have_a_time_of_its_own_for_its_keys() -> None:
    rules = IdempotencyRules(
        key_of=lambda _call: None,
        fingerprint=lambda _call: b"",
        in_progress=lambda _call: Reply(409),
        mismatch=lambda _call: Reply(422),
        saved=lambda _reply: True,
        replayed=lambda _call, reply, _first: reply,
        ttl_s=10.0,
    )
    assert rules.kept_s("a") == 10.0
    assert replace(rules, ttl_of=lambda label: float(len(label))).kept_s("abc") == 3.0


def test_beginning_anew_forgets_all_and_draws_from_the_new_seed() -> None:
    known = make(seed=1)
    known.of("a")
    known.begin_anew(2)
    assert len(known) == 0
    assert known.of("a").account.ids.base62() == make(seed=2).of("a").account.ids.base62()
    assert known.stray_ids.base62() == make(seed=2).stray_ids.base62()


def test_streams_differ_by_name_and_are_the_same_for_the_same_names() -> None:
    assert LazyStream(1, "a", "b").random.random() == LazyStream(1, "a", "b").random.random()
    first_draws = {LazyStream(*names).random.random() for names in ((1, "a"), (1, "b"), (2, "a"))}
    assert len(first_draws) == 3


def test_there_is_an_end_to_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "ACCOUNTS_LIMIT", 1)
    known = make()
    known.of("a")
    with pytest.raises(TooManyAccounts):
        known.of("b")
    till = Driver()
    assert [till.send(account=name).status for name in "aba"] == [200, 503, 200]


def test_credentials_are_remembered_by_first_use_and_not_by_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "CREDENTIALS_LIMIT", 2)
    known = Credentials()
    assert [known.first_used("Bearer a", at_s) for at_s in (1.0, 5.0)] == [1.0, 1.0]
    assert "Bearer a" not in repr(vars(known))
    for number in range(5):
        known.first_used(f"Bearer {number}", 6.0)
    assert known.first_used("Bearer a", 7.0) == 7.0
