"""The pytest plugin: a fixture for each vendor, one account for each test, the journal where a test fails.

The fixtures are made from the vendors' table. Nothing but pytest and that table is imported before one is asked for.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import pytest

from brownout_simulators.vendors import VENDORS

if TYPE_CHECKING:
    from brownout_harness.testing.account import Account
    from brownout_harness.testing.several import Several
    from brownout_harness.testing.stand import Stand

ACCOUNTS: Final = pytest.StashKey[list["Account"]]()
STAND: Final = pytest.StashKey["Stand"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options in the configuration file."""
    parser.addini("brownout_seed", "The seed of the simulators' ids and faults.", default="0")


def _stand_of(config: pytest.Config) -> "Stand":
    """The session's simulators: a thread, in which each vendor is served from when a test first asks for it.

    No fixture of the session: pytest keeps a finalizer on such a one for each test that has used it.
    """
    from brownout_harness.testing.stand import Stand

    stand = config.stash.get(STAND, None)
    if stand is None:
        stand = config.stash[STAND] = Stand(seed=_seed(config))
        config.add_cleanup(stand.close)
    return stand


def _seed(config: pytest.Config) -> int:
    written = str(config.getini("brownout_seed"))
    if not written.removeprefix("-").isdecimal():
        raise pytest.UsageError(f"brownout_seed: a whole number is needed, got {written!r}")
    return int(written)


def _fixture_of(vendor: str) -> Any:
    @pytest.fixture(name=vendor)
    def account(request: pytest.FixtureRequest) -> Iterator["Account"]:
        from brownout_harness.testing.account import Account

        made = Account(_stand_of(request.config), vendor, _name_of(request.node.nodeid))
        open_now = request.node.stash.setdefault(ACCOUNTS, [])
        open_now.append(made)
        yield made
        open_now.remove(made)
        made.close()

    account.__doc__ = (
        f"An account of its own at {vendor}, simulated: `url`, `key` and `env` point an application at it."
    )
    return account


def _name_of(nodeid: str) -> str:
    """The same test has the same account in every session, whatever other tests run: its ids are the same."""
    return f"test{blake2b(nodeid.encode(), digest_size=6).hexdigest()}"


globals().update({f"{name}_account": _fixture_of(name) for name in VENDORS})


@pytest.fixture
def brownout(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> "Several":
    """Several vendors, by `brownout.stripe` or `brownout("stripe", "twilio")`; the environment is pointed at each."""
    from brownout_harness.testing.several import Several

    def opened(vendor: str) -> "Account":
        account: Account = request.getfixturevalue(vendor)
        for name, value in account.env.items():
            monkeypatch.setitem(os.environ, name, value)
        return account

    return Several(opened)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test that passed fails where what it asked for did not happen."""
    yield
    if not item.stash.get(ACCOUNTS, []):
        return
    from brownout_harness.testing.proof import reasons

    if told := [reason for account in item.stash[ACCOUNTS] for reason in reasons(account)]:
        pytest.fail("\n".join(told), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """The journals, beside what the test printed."""
    report: pytest.TestReport = yield
    if report.failed and report.when != "teardown":
        for account in item.stash.get(ACCOUNTS, []):
            report.sections.append((f"brownout: {account.vendor}", account.journal()))
    return report
