"""No request goes anywhere that is neither a simulator's, nor this machine's, nor named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.intercept.destinations import Address, Destinations, Passed, Refused, ToVendor
from brownout_harness.intercept.plan import Stood
from brownout_scenarios.loopback import is_loopback
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.support.examples import examples

STOOD = [
    Stood(vendor=name, url=f"http://127.0.0.1:{place}", hosts=tuple(load_vendor(name).hosts))
    for place, name in enumerate(VENDORS, 20_000)
]
ALL = Destinations(STOOD)


def goes_to(host: str, port: int = 443) -> str:
    to = ALL.of(host, port)
    return to.stood.vendor if isinstance(to, ToVendor) else type(to).__name__


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("api.stripe.com", "stripe"),
        ("API.Stripe.com.", "stripe"),
        ("files.stripe.com", "stripe"),
        ("api.twilio.com", "twilio"),
        ("verify.twilio.com", "twilio"),
        ("api.dublin.ie1.twilio.com", "twilio"),
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("generativelanguage.googleapis.com", "gemini"),
        ("api.clerk.com", "clerk"),
        ("happy-cat-1.clerk.accounts.dev", "clerk"),
        ("abcdefghijklmnopqrst.supabase.co", "supabase"),
        ("c.vault.z1.hashicorp.cloud", "vault"),
        ("api.businesscentral.dynamics.com", "erp"),
        ("login.microsoftonline.com", "erp"),
        ("demo.docusign.net", "docusign"),
        ("account-d.docusign.com", "docusign"),
        ("api.resend.com", "resend"),
        ("api.cloudflare.com", "cloudflare"),
    ],
)
def test_a_vendors_real_host_leads_to_its_simulator(host: str, vendor: str) -> None:
    assert goes_to(host) == vendor


def test_every_vendor_that_has_hosts_of_its_own_names_them_and_no_two_the_same() -> None:
    assert [each.vendor for each in STOOD if not each.hosts] == ["sales"]
    names = [host for each in STOOD for host in each.hosts]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "host",
    ["example.com", "stripe.com", "api.stripe.com.evil.test", "127.0.0.1.evil.test", "evil-twilio.com", "10.0.0.1", ""],
)
def test_what_only_looks_like_one_is_refused_and_named(host: str) -> None:
    to = ALL.of(host, 443)
    assert isinstance(to, Refused)
    assert to.why.startswith(f"{host} is refused")
    assert not ALL.may_dial(host, 443)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1", "[::1]"])
def test_this_machine_is_passed_on(host: str) -> None:
    assert isinstance(ALL.of(host, 9000), Passed)
    assert ALL.may_dial(host, 9000)


def test_a_simulators_own_address_is_the_vendors_too() -> None:
    """Links in answers name it."""
    assert goes_to("127.0.0.1", 20_000) == STOOD[0].vendor


def test_a_real_host_is_dialled_for_no_vendor() -> None:
    assert not ALL.may_dial("api.stripe.com", 443)
    assert ALL.may_dial("127.0.0.1", 20_000)


def test_a_host_that_is_named_is_passed_on_even_where_it_is_a_vendors() -> None:
    to = Destinations(STOOD, ["API.stripe.com"]).of("api.stripe.com", 443)
    assert to == Passed(Address("api.stripe.com", 443))


@examples(200)
@given(host=st.from_regex(r"[a-z0-9.:\[\]-]{0,40}", fullmatch=True), port=st.integers(1, 65535))
def test_whatever_may_be_dialled_is_this_machine(host: str, port: int) -> None:
    assert not ALL.may_dial(host, port) or is_loopback(host.strip("[]").removesuffix("."))
