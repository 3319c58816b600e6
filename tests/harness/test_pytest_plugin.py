"""The plugin, as pytest itself runs it: in a process of its own, on files that somebody could have written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from brownout_simulators.vendors import VENDORS

ROOT = Path(__file__).parents[2]
HELPERS = (ROOT / "tests" / "harness" / "testing" / "paying.py").read_text()


class Session:
    """One run of pytest, and what it said."""

    def __init__(self, folder: Path, source: str, *arguments: str) -> None:
        (folder / "paying.py").write_text(HELPERS)
        (folder / "test_it.py").write_text("import pytest\nfrom paying import pay\n" + source)
        plugins = [
            "-p",
            "no:brownout",
            "-p",
            "brownout_harness.pytest_plugin",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:anyio",
        ]
        command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(folder), *plugins, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        self.exit_code = done.returncode
        self.output = done.stdout + done.stderr

    def tally(self) -> str:
        """`1 failed, 2 passed`."""
        found: list[str] = re.findall(r"^(\d+ (?:passed|failed|skipped).*?) in ", self.output, re.MULTILINE)
        assert found, self.output
        return found[-1]


pytestmark = pytest.mark.real


def test_a_lost_answer_in_ten_lines(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
def test_lost_answer(stripe):
    stripe.fault("POST /v1/payment_intents", drop_after_effect={}, first=1)
    again = {"Idempotency-Key": "k"}
    assert pay(stripe, **again) == 0
    assert pay(stripe, **again) == 200
    assert stripe.effects("stripe.charge", order="7").once
""",
    )
    assert session.tally() == "1 passed"


def test_what_did_not_happen_fails_a_test_that_would_be_green(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
def test_never_struck(stripe):
    stripe.fault("POST /v1/refunds", latency="2s")

def test_may_be_spared(stripe):
    stripe.fault("POST /v1/refunds", latency="2s", expect_struck=0)

def test_other_key(stripe):
    pay(stripe, key="sk_test_mine")
    assert stripe.effects("stripe.charge").none

def test_misspelt(stripe):
    assert stripe.effects("stripe.chrge").none

def test_no_route(stripe):
    stripe.fault("POST /v1/payment_intent", hang={})

def test_skipped(stripe):
    stripe.fault("POST /v1/refunds", latency="2s")
    pytest.skip("not today")
""",
    )
    assert session.tally() == "4 failed, 1 passed, 1 skipped"
    for line in (
        "the fault latency 2s on POST /v1/refunds never struck: no call matched, no call came at all",
        "calls came to stripe with another key than this test's: POST /v1/payment_intents of account acct_",
        "no effect is called 'stripe.chrge' (did you mean stripe.charge?)",
        "no route of stripe matches POST /v1/payment_intent; the nearest is POST /v1/payment_intents",
    ):
        assert line in session.output


def test_a_test_that_fails_shows_its_journal_with_near_misses(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
def test_paid_twice(stripe):
    stripe.fault("POST /v1/refunds", latency="2s", first=1)
    pay(stripe), pay(stripe)
    assert stripe.effects("stripe.charge", order="7").once

@pytest.fixture
def shop(stripe):
    pay(stripe)
    raise RuntimeError("the shop does not start")

def test_with_shop(shop): pass
""",
    )
    assert "where False = <2 of stripe.charge, order='7': ch_" in session.output
    second, first = session.output.split("brownout: stripe")[1:]  # pytest tells errors of a set-up first
    assert first.count("effect stripe.charge ch_") == 2
    assert "fault latency 2s on POST /v1/refunds, sequence F, sequence_per rule: struck 0 of 0" in first
    assert second.count("effect stripe.charge ch_") == 1


def test_there_is_a_fixture_for_each_vendor_and_accounts_know_nothing_of_each_other(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        f"""
@pytest.mark.parametrize("vendor", {list(VENDORS)})
@pytest.mark.parametrize("time", [1, 2])
def test_vendor(request, vendor, time):
    account = request.getfixturevalue(vendor)
    assert account.url in str(account.env) or account.env
    assert account.ledger.requests == account.ledger.effects == ()

KEYS = []
@pytest.mark.parametrize("time", [1, 2])
def test_keys(stripe, time):
    assert stripe.key not in KEYS
    KEYS.append(stripe.key)
    pay(stripe)
    assert stripe.effects("stripe.charge").once

def test_fixtures_are_told(request): pass
""",
    )
    assert session.tally() == f"{2 * len(VENDORS) + 3} passed"
    told = Session(tmp_path, "", "--fixtures").output
    assert all(f"\n{vendor} -- " in told for vendor in VENDORS)


def test_several_vendors_are_in_the_environment_until_the_test_is_over(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
import os

def test_several(brownout, stripe):
    _, twilio = brownout("stripe", "twilio")
    assert brownout.stripe is stripe
    assert os.environ["STRIPE_API_KEY"] == stripe.key
    assert os.environ["TWILIO_ACCOUNT_SID"] == twilio.env["TWILIO_ACCOUNT_SID"]
    brownout.twilio.fault(hang={})

def test_over(brownout):
    assert not {"STRIPE_API_KEY", "TWILIO_ACCOUNT_SID"} & set(os.environ)
""",
    )
    assert session.tally() == "1 failed, 1 passed"
    assert "the fault hang on every request never struck" in session.output


def test_the_same_test_has_the_same_ids_whatever_else_runs(tmp_path: Path) -> None:
    source = """
def test_other(stripe): pay(stripe)

def test_ids(stripe):
    pay(stripe)
    print("ID", stripe.key, [one.id for one in stripe.ledger.effects])
"""
    both, alone = Session(tmp_path, source, "-s"), Session(tmp_path, source, "-s", "-k", "ids")
    other = Session(tmp_path, source, "-s", "-o", "brownout_seed=3")
    ids = [re.findall("ID (.*)", session.output) for session in (both, alone, other)]
    assert ids[0] == ids[1] != ids[2]
    assert (
        "brownout_seed: a whole number is needed, got 'x'" in Session(tmp_path, source, "-o", "brownout_seed=x").output
    )


def test_it_works_under_xdist_and_with_asynchronous_and_unittest_tests(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
import asyncio, unittest

@pytest.mark.parametrize("number", range(8))
def test_many(stripe, number):
    assert pay(stripe) == 200
    assert stripe.effects("stripe.charge").once

def test_asynchronous(stripe):
    async def main():
        task = asyncio.create_task(asyncio.to_thread(pay, stripe))
        await task
        await stripe.settled()
    asyncio.run(main())
    assert stripe.effects("stripe.charge").once

class Case(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def opened(self, stripe):
        self.stripe = stripe
    def test_case(self):
        self.assertEqual(pay(self.stripe), 200)
        self.stripe.fault("POST /v1/refunds", hang={})
""",
        "-n2",
    )
    assert session.tally() == "1 failed, 9 passed"
    assert "never struck" in session.output


@pytest.mark.slow
def test_a_thousand_tests_leave_nothing_behind(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
import gc, threading

SEEN = {}

@pytest.mark.parametrize("number", range(1_000))
def test_one(stripe, number):
    stripe.fault("POST /v1/payment_intents", latency="1ms", first=1)
    assert pay(stripe) == 200
    assert stripe.effects("stripe.charge").once
    if number in (200, 999):
        gc.collect()
        ours = [type(one).__name__ for one in gc.get_objects() if str(type(one).__module__).startswith("brownout")]
        kept = sorted(name for name in ours if name in ("Account", "Fault", "World", "Standing", "Webhooks", "Rule"))
        SEEN[number] = (kept, threading.active_count(), len(gc.get_objects()))
        simulator = stripe.simulator
        assert (len(simulator.accounts), len(simulator.plan.standing), len(simulator.outbox.book)) == (1, 1, 0)
        assert len(simulator.ledger) == 2

def test_flat():
    (*kept, objects), (*kept_then, objects_then) = SEEN[200], SEEN[999]
    assert kept == kept_then
    # pytest itself keeps 13 for each test, and caches that are bounded fill up; an account has hundreds.
    assert objects_then - objects < 800 * 30
""",
        "-s",
    )
    assert session.tally() == "1001 passed"


def test_the_plugin_imports_nothing_heavy_before_a_fixture_is_asked_for() -> None:
    code = (
        "import sys, pytest, _pytest.config; before = set(sys.modules); import brownout_harness.pytest_plugin; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - sys.stdlib_module_names), "
        "sorted(n for n in sys.modules if n.startswith('brownout') and n not in before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    packages = ["brownout_harness", "brownout_simulators"]
    modules = [
        "brownout_harness",
        "brownout_harness.pytest_plugin",
        "brownout_simulators",
        "brownout_simulators.spelling",
    ]
    assert done.stdout.strip() == f"{packages} {[*modules, 'brownout_simulators.vendors']}"


def test_an_asynchronous_test_in_virtual_time(tmp_path: Path) -> None:
    session = Session(
        tmp_path,
        """
import asyncio, functools, time, unittest

pytestmark = pytest.mark.brownout(virtual=True)

def checked_afterwards(test):
    @functools.wraps(test)
    async def checked(*given, **named):
        await test(*given, **named)
        raise AssertionError("the decorator has its word")
    return checked

@checked_afterwards
async def test_that_is_decorated():
    await asyncio.sleep(1)

class TestDecorated:
    @checked_afterwards
    async def test_in_a_class(self):
        await asyncio.sleep(1)

async def test_a_day(stripe):
    began = time.monotonic()
    await asyncio.sleep(23 * 3600)
    assert time.monotonic() - began == 23 * 3600

async def test_two_days():
    await asyncio.sleep(48 * 3600)

@pytest.mark.brownout(virtual=True, within="49h")
async def test_two_days_if_they_may_be(tmp_path):
    await asyncio.sleep(48 * 3600)

async def test_another_thread():
    try:
        time.sleep(1)
    except RuntimeError:
        pass

def test_that_awaits_nothing():
    pass

class TestInAClass:
    @pytest.mark.parametrize("number", [1])
    async def test_with_arguments(self, number, twilio):
        assert not twilio.inbox
        assert number == 1

class TestOfUnittest(unittest.IsolatedAsyncioTestCase):
    async def test_in_real_time(self):
        await asyncio.sleep(0)

@pytest.mark.brownout(virtal=True)
async def test_misspelt():
    pass

@pytest.mark.brownout(virtual=True, within=5)
async def test_without_a_unit():
    pass
""",
        "--strict-markers",
    )
    assert session.tally() == "8 failed, 3 passed", session.output
    assert "this was run in real time, by unittest" in session.output
    assert session.output.count("Error: the decorator has its word") >= 2
    assert "not over after 86400 s of virtual time" in session.output
    assert re.search(r"test_it\.py:\d+ sleeps on the wall clock in virtual time", session.output)
    assert "virtual=True is for a test that is an `async def`" in session.output
    assert "@pytest.mark.brownout knows virtual and within, not 'virtal'" in session.output
    assert "within: 5 has no unit" in session.output
