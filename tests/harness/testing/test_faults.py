"""A fault at one account: whose calls it is for."""

import pytest

import brownout

pytestmark = pytest.mark.real


def test_where_no_credential_is_asked_for_it_is_for_everybodys_calls() -> None:
    """A health page knows no account: a fault for one account's calls would never strike it."""
    with brownout.open("vault") as vault:
        health = vault.fault("GET /v1/sys/health", respond={"status": 503}, expect_struck=0)
        every = vault.fault(latency="1ms", expect_struck=0)
        secrets = vault.fault("GET /v1/{path...}", respond={"status": 503}, expect_struck=0)
    assert (health.match.account, secrets.match.account, every.match.account) == ("*", vault.label, vault.label)


def test_what_is_for_the_whole_vendor_names_no_account() -> None:
    with brownout.open("stripe") as stripe:
        fault = stripe.fault(serve={"at_once": 1, "each": {"fixed": "10ms"}}, expect_struck=0)
        assert fault.match.account == "*"
        assert repr(fault) == "<fault serve at_once 1, each {fixed 10ms} on every request: struck 0 of 0>"
