"""An adapter declares where its vendor is found, and both modes read the declaration."""

from dataclasses import dataclass

import pytest

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import (
    Adapter,
    by_name,
    read_access,
    secrets_of,
    several,
    url,
    variable,
)
from brownout_core.errors import ConfigError
from brownout_core.policies.settings import recommended
from brownout_simulators.vendors import load_vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    base_url: str = variable("ACME_API_BASE", read=url, default="http://127.0.0.1:1")
    account: str = variable("ACME_ACCOUNT")
    key: str = variable("ACME_KEY", secret=True)
    signing: tuple[str, ...] = variable("ACME_SIGNING", read=several, default=(), secret=True)
    note: str = "not from the environment"


ACME = Adapter(name="acme", access=Access, client=lambda access, _wire: access, recommended=recommended(1.0, 5.0))
GOOD = {"ACME_ACCOUNT": "ac1", "ACME_KEY": "hunter2"}


def read(environment: dict[str, str]) -> Access:
    access = read_access({"acme": ACME}, environment)["acme"]
    assert isinstance(access, Access)
    return access


def test_fields_come_from_their_variables_or_their_defaults() -> None:
    assert read(GOOD) == Access(account="ac1", key="hunter2")
    changed = {"ACME_API_BASE": "https://acme.test:8443/v2/", "ACME_SIGNING": "one, two,"}
    assert read({**GOOD, **changed}) == Access(
        base_url="https://acme.test:8443/v2", account="ac1", key="hunter2", signing=("one", "two")
    )
    assert read({**GOOD, "ACME_SIGNING": ""}).signing == ()


def test_all_that_is_missing_is_named_in_one_line() -> None:
    with pytest.raises(ConfigError, match=r"^missing in the environment: ACME_ACCOUNT, ACME_KEY$"):
        read({"ACME_ACCOUNT": ""})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ACME_KEY": "ak_live_hunter2"}, "ACME_KEY is a live key: only test keys .* are accepted"),
        ({"ACME_API_BASE": "ftp://hunter2"}, "ACME_API_BASE must be an http or https URL"),
        ({"ACME_API_BASE": "http://[hunter2"}, "ACME_API_BASE must be an http or https URL"),
        ({"ACME_API_BASE": "http://hunter2:99999"}, "ACME_API_BASE must be an http or https URL"),
        ({"ACME_API_BASE": "//hunter2"}, "ACME_API_BASE must be an http or https URL"),
    ],
)
def test_what_cannot_be_is_named_without_its_value(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read({**GOOD, **wrong})
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_not_shown_and_is_known_as_one() -> None:
    access = read({**GOOD, "ACME_SIGNING": "one,two"})
    assert list(secrets_of(access)) == ["hunter2", "one", "two"]
    assert not [secret for secret in secrets_of(access) if secret in repr(access)]


def test_two_adapters_of_one_name_are_a_mistake() -> None:
    assert list(by_name(ACME)) == ["acme"]
    with pytest.raises(ConfigError, match="one name"):
        by_name(ACME, ACME)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_simulator_speaks_the_variables_of_its_vendors_adapter(name: str) -> None:
    """So that the gateway's settings and virtual time read the same words by the same function. A vendor may speak of
    more than its adapter reads."""
    vendor = load_vendor(name)
    environment = vendor.environment("http://127.0.0.1:5", vendor.test_key("declaration"))
    (access,) = read_access({name: ADAPTERS[name]}, environment).values()
    assert access.base_url.startswith("http://127.0.0.1:5"), "a path of the vendor's own may follow"
