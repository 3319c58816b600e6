"""Vault's token: due, usable, gone."""

from brownout_core.adapters.held import share_of
from brownout_core.adapters.vault_token import Token


def test_a_token_is_valid_until_its_share_usable_until_its_end_and_good_for_so_long() -> None:
    token = Token()
    assert (token.valid(0.0), token.usable(0.0), token.left_s(0.0)) == ("", "", 0.0)
    token.store("hvs.a", 100, 10.0, renewable=True)
    due_s = 10.0 + share_of("hvs.a") * 100
    assert token.valid(due_s - 0.01) == "hvs.a"
    assert (token.valid(due_s), token.usable(due_s)) == ("", "hvs.a")
    assert (token.usable(110.0), token.left_s(50.0), token.left_s(200.0)) == ("", 60.0, 0.0)
    token.lengthen(100, 60.0)
    assert token.usable(159.0) == "hvs.a"
    assert token.nth == 1


def test_only_the_token_that_was_refused_is_dropped() -> None:
    token = Token()
    token.store("hvs.a", 100, 0.0, renewable=False)
    token.store("hvs.b", 100, 0.0, renewable=True)
    token.drop("hvs.a")
    assert token.usable(1.0) == "hvs.b"
    token.drop("hvs.b")
    assert token.usable(1.0) == ""
    assert token.nth == 2
