"""A browser's token is one that the instance itself would have given."""

import pytest

from brownout_simulators.vendors.clerk.browser import session_token, user_id
from brownout_simulators.vendors.clerk.keys import label_of
from brownout_simulators.vendors.clerk.signing import signing_key, unverified
from tests.simulators.vendors.clerk.bench import ClerkBench

KEY = "sk_test_brownout_shop"


def test_it_says_what_the_instances_own_says() -> None:
    bench = ClerkBench()
    _, own = unverified(bench.token(bench.session()["id"]))
    header, claims = unverified(session_token(KEY, "ann", issued_s=1_000.9))
    assert claims.keys() == own.keys()
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (1_000, 990, 1_060)
    assert claims["sub"] == user_id("ann")
    assert header["kid"] == signing_key(label_of(KEY), 0).kid


@pytest.mark.parametrize("nth", [0, 1, 1_000])
def test_a_forged_one_names_a_key_that_has_not_signed_it(nth: int) -> None:
    key = signing_key(label_of(KEY), nth)
    good, forged = (session_token(KEY, "ann", issued_s=0, nth=nth, forged=forged) for forged in (False, True))
    assert unverified(good) == unverified(forged)
    assert key.has_signed(good)
    assert not key.has_signed(forged)
