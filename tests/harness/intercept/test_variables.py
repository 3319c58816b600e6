"""The environment by which an application is led through the proxy."""

import os
from pathlib import Path

import pytest

from brownout_harness.intercept.variables import LED, PRELOAD, TRUST, hosts_told, leading, without_addresses
from brownout_simulators.vendors import VENDORS, load_vendor

CA = Path("ca.pem")


def test_every_client_is_told_where_it_is_whom_to_trust_and_that_nothing_goes_past_it() -> None:
    told = leading("http://127.0.0.1:1", CA, 9, ["api.stripe.com", "*.twilio.com"], {"NO_PROXY": "*"})
    assert {told[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")} == {"http://127.0.0.1:1"}
    assert {told[name] for name in TRUST} == {"ca.pem"}
    assert (told["NO_PROXY"], told["no_proxy"]) == ("", "")
    assert told[LED] == "9 api.stripe.com *.twilio.com"


def test_what_python_and_node_were_to_load_they_load_still() -> None:
    told = leading(
        "http://127.0.0.1:1",
        CA,
        9,
        ["api.stripe.com", "*.twilio.com"],
        {"PYTHONPATH": "mine", "NODE_OPTIONS": "--trace-warnings"},
    )
    assert told["PYTHONPATH"] == os.pathsep.join([str(PRELOAD), "mine"])
    assert told["NODE_OPTIONS"] == f"--trace-warnings --require {PRELOAD / 'proxied.cjs'}"


def test_a_folder_with_a_space_in_it_is_one_word_to_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brownout_harness.intercept.variables.PRELOAD", Path("/a b"))
    assert (
        leading("http://127.0.0.1:1", CA, 9, ["api.stripe.com", "*.twilio.com"], {})["NODE_OPTIONS"]
        == '--require "/a b/proxied.cjs"'
    )


@pytest.mark.parametrize("name", VENDORS)
def test_of_a_vendors_variables_its_addresses_stay_behind_and_its_keys_do_not(name: str) -> None:
    url = "http://127.0.0.1:23456"
    variables = load_vendor(name).environment(url, load_vendor(name).test_key("default"))
    kept = without_addresses(variables, url)
    assert kept
    assert not any("23456" in value for value in kept.values())
    assert {each for each in variables if each.endswith(("KEY", "TOKEN", "SECRET"))} <= kept.keys()


def test_further_hosts_are_told_by_vendor() -> None:
    assert hosts_told(["Vault.shop.test=vault", "v2.shop.test=vault", "crm.test=sales"]) == {
        "vault": ("vault.shop.test", "v2.shop.test"),
        "sales": ("crm.test",),
    }


@pytest.mark.parametrize("wrong", ["vault", "=vault", "a.test=", "https://a.test=vault", "a.test:8200=vault"])
def test_what_is_no_host_and_vendor_is_refused_with_how_it_is_written(wrong: str) -> None:
    with pytest.raises(ValueError, match="HOST=VENDOR"):
        hosts_told([wrong])
