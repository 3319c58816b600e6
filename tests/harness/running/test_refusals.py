"""How vendors say that a credential is no good."""

from brownout_harness.running.refusals import refusals_by
from brownout_simulators.vendors import VENDORS


def test_what_expires_is_a_401_and_vault_says_403() -> None:
    expired = {name: each.expired for name, each in refusals_by(VENDORS).items()}
    assert expired.pop("vault") == {403}
    assert set(expired.values()) == {frozenset({401})}


def test_some_say_400_of_a_login_that_is_none() -> None:
    bad = {name: each.bad for name, each in refusals_by(VENDORS).items()}
    assert {name for name, statuses in bad.items() if statuses != {401, 403}} == {"gemini", "vault", "docusign"}
    assert bad["gemini"] == bad["vault"] == bad["docusign"] == {400, 401, 403}


def test_a_vendor_that_nobody_simulates_is_left_out() -> None:
    assert refusals_by(["somebody"]) == {}
