"""The pytest plugin: a fixture for each vendor, one account for each test, the journal where a test fails, and tests
in virtual time.

The fixtures are made from the vendors' table. Nothing but pytest and that table is imported before one is asked for.
"""

import inspect
import os
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import pytest

from brownout_simulators.vendors import VENDORS

if TYPE_CHECKING:
    from brownout_harness.testing.account import Account
    from brownout_harness.testing.several import Several
    from brownout_harness.testing.stand import AnyStand, Stand
    from brownout_harness.testing.virtual_stand import VirtualStand

ACCOUNTS: Final = pytest.StashKey[list["Account"]]()
STAND: Final = pytest.StashKey["Stand"]()
VIRTUAL: Final = pytest.StashKey["VirtualStand"]()
MARK: Final = "brownout"
MARKER: Final = (
    "brownout(virtual=True, within='24h'): a test that is an `async def` runs in virtual time, for so long at most"
)
WITHIN: Final = "24h"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options in the configuration file."""
    parser.addini("brownout_seed", "The seed of the simulators' ids and faults.", default="0")


def pytest_configure(config: pytest.Config) -> None:
    """The mark is known."""
    config.addinivalue_line("markers", MARKER)


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

        stand: AnyStand = _virtual_stand(request.node) if _is_virtual(request.node) else _stand_of(request.config)
        made = Account(stand, vendor, _name_of(request.node.nodeid))
        open_now = request.node.stash.setdefault(ACCOUNTS, [])
        open_now.append(made)
        yield made
        open_now.remove(made)
        made.close()

    account.__doc__ = (
        f"An account of its own at {vendor}, simulated: `url`, `key` and `env` point an application at it."
    )
    return account


def _is_virtual(item: pytest.Item) -> bool:
    """Whether the test is marked so; one with a mark that cannot be read fails."""
    mark = item.get_closest_marker(MARK)
    if mark is None:
        return False
    unknown = [*mark.args, *(name for name in mark.kwargs if name not in ("virtual", "within"))]
    if unknown:
        pytest.fail(f"@pytest.mark.brownout knows virtual and within, not {unknown[0]!r}", pytrace=False)
    return bool(mark.kwargs.get("virtual", False))


def _virtual_stand(item: pytest.Item) -> "VirtualStand":
    from brownout_harness.testing.virtual_stand import VirtualStand

    stand = item.stash.get(VIRTUAL, None)
    if stand is None:
        stand = item.stash[VIRTUAL] = VirtualStand(seed=_seed(item.config), root=item.config.rootpath)
        item.addfinalizer(stand.close)
    return stand


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test in virtual time is run here, whatever plugin for asynchronous tests there is."""
    if not _is_virtual(pyfuncitem):
        return None
    test = _coroutine_function(pyfuncitem.obj)
    if test is None:
        pytest.fail("virtual=True is for a test that is an `async def`: what never awaits lets no time pass", False)
    within_s = _within_s(pyfuncitem)
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    if overdue := _run_virtually(pyfuncitem, test(**arguments), within_s):
        pytest.fail(f"{overdue}\nthe mark's `within` lets it take longer", pytrace=False)
    return True


def _coroutine_function(test: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, None]] | None:
    """The test with what it is decorated with; or what a plugin for asynchronous tests has made one without from."""
    if inspect.iscoroutinefunction(test):
        return test
    within = inspect.unwrap(test)
    if not inspect.iscoroutinefunction(within):
        return None
    mine = getattr(test, "__self__", None)
    return within if mine is None or inspect.ismethod(within) else partial(within, mine)


def _within_s(item: pytest.Item) -> float:
    from brownout_scenarios.units import parse_duration

    mark = item.get_closest_marker(MARK)
    why = ""
    try:
        return parse_duration(WITHIN if mark is None else mark.kwargs.get("within", WITHIN))
    except ValueError as error:
        why = str(error)
    pytest.fail(f"@pytest.mark.brownout: within: {why}", pytrace=False)


def _run_virtually(item: pytest.Item, test: Coroutine[Any, Any, None], within_s: float) -> str:
    """Why it was not over in time; empty: it was."""
    from brownout_harness.testing.virtual_stand import NotOver

    try:
        _virtual_stand(item).run(test, within_s=within_s)
    except NotOver as error:
        return str(error)
    return ""


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
    accounts, virtual = item.stash.get(ACCOUNTS, []), item.stash.get(VIRTUAL, None)
    if virtual is None and _is_virtual(item):
        pytest.fail("virtual=True is for functions of pytest's own: this was run in real time, by unittest", False)
    if not accounts and virtual is None:
        return
    from brownout_harness.testing.proof import reasons

    told = [reason for account in accounts for reason in reasons(account)]
    if virtual is not None:
        told += [*virtual.refused, *virtual.errors]
    if told:
        pytest.fail("\n".join(told), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """The journals, beside what the test printed."""
    report: pytest.TestReport = yield
    if report.failed and report.when != "teardown":
        for account in item.stash.get(ACCOUNTS, []):
            report.sections.append((f"brownout: {account.vendor}", account.journal()))
    return report
