"""`brownout fault`: what a person types against simulators that serve."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import brownout
from brownout_harness.commands.fault import What
from brownout_harness.live.reach import reach
from brownout_harness.running.orders import runnable
from tests.harness.commands.test_extras import without_extras
from tests.support.commands import Ended, brownout_here

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def served() -> Iterator[list[str]]:
    """`--at` of a simulator of Stripe and one of Twilio."""
    with brownout.stripe() as stripe, brownout.twilio() as twilio:
        yield ["--at", stripe.url, "--at", twilio.url]


@pytest.fixture
def at(served: list[str], tmp_path: Path) -> Iterator[list[str]]:
    yield served
    brownout_here("fault", "clear", *served, cwd=tmp_path)


def fault(at: list[str], *words: str, cwd: Path) -> Ended:
    return brownout_here("fault", *words, *at, cwd=cwd)


def test_a_fault_is_added_listed_and_cleared(at: list[str], tmp_path: Path) -> None:
    added = fault(
        at, "add", "stripe", "POST /v1/refunds", "respond.status=503", "share=50%", "--id", "mine", cwd=tmp_path
    )
    assert (added.exit_code, added.output) == (0, "stripe mine: respond status 503 on 50% of POST /v1/refunds\n")
    (told,) = json.loads(fault(at, "list", "--json", cwd=tmp_path).output)
    assert (told["vendor"], told["id"], told["by"], told["struck"]) == ("stripe", "mine", "cli", 0)
    assert "respond status 503 on 50% of POST /v1/refunds" in fault(at, "list", "stripe", cwd=tmp_path).output
    assert fault(at, "list", "twilio", cwd=tmp_path).output == "no fault is in force\n"
    assert fault(at, "clear", "mine", cwd=tmp_path).output == "stripe mine: cleared; it struck 0 of 0\n"
    assert fault(at, "list", cwd=tmp_path).output == "no fault is in force\n"


def test_of_two_with_one_id_the_vendor_says_which(at: list[str], tmp_path: Path) -> None:
    for vendor in ("stripe", "twilio"):
        assert fault(at, "add", vendor, "hang", "--id", "one", cwd=tmp_path).exit_code == 0
    refused = fault(at, "clear", "one", cwd=tmp_path)
    assert (refused.exit_code, refused.error) == (2, "error: one is at stripe and at twilio: name the vendor before it")
    assert fault(at, "clear", "twilio", "one", cwd=tmp_path).output.startswith("twilio one: cleared")
    assert fault(at, "clear", "twilio", "one", cwd=tmp_path).error == ("error: no fault one is in force; there is none")
    assert fault(at, "clear", "one", cwd=tmp_path).output.startswith("stripe one: cleared")


def test_clear_alone_leaves_what_a_schedule_brought(at: list[str], tmp_path: Path) -> None:
    rule = {"id": "planned", "vendor": "stripe", "hang": {}}
    reach(at[1::2], []).ask("stripe", "POST", "schedule", {"rules": [rule]})
    fault(at, "add", "stripe", "hang", "--id", "mine", cwd=tmp_path)
    assert fault(at, "clear", cwd=tmp_path).output.splitlines() == ["stripe mine: cleared; it struck 0 of 0"]
    assert [each["by"] for each in json.loads(fault(at, "list", "--json", cwd=tmp_path).output)] == [""]
    reach(at[1::2], []).ask("stripe", "POST", "schedule", {})


def test_what_was_tried_out_is_saved_and_can_be_run(at: list[str], tmp_path: Path) -> None:
    reach(at[1::2], []).ask("stripe", "POST", "schedule", {})
    reach(at[1::2], []).ask("twilio", "POST", "schedule", {})
    nothing = fault(at, "save", "tried-out.yaml", cwd=tmp_path)
    assert (nothing.exit_code, nothing.error.partition(":")[2].strip()[:45]) == (
        2,
        "nobody has put a fault in force by hand since",
    )
    fault(at, "add", "stripe", "latency=2s", cwd=tmp_path)
    saved = fault(at, "save", "tried-out.yaml", cwd=tmp_path)
    assert saved.exit_code == 0, saved.errors
    assert saved.output.startswith("wrote tried-out.yaml: 1 fault over ")
    scenario, modes = runnable(str(tmp_path / "tried-out.yaml"))
    assert [(rule.vendor, rule.text) for rule in scenario.fault_rules()] == [
        ("stripe", "latency fixed 2s on every request")
    ]
    assert modes == ("virtual", "real")
    again = fault(at, "save", "tried-out.yaml", cwd=tmp_path)
    assert (again.exit_code, "nothing is overwritten" in again.error) == (2, True)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["add", "stripe", "latncy=2s"], "error: stripe: latncy: unknown key (did you mean latency?)"),
        (["add", "vault", "hang"], "error: no simulator of vault serves here; there are stripe, twilio"),
        (["list", "--id", "x"], "error: --id goes with add"),
        (["clear", "--json"], "error: --json goes with list"),
        (["clear", "stripe", "a", "b"], "error: clear takes a vendor and an id, or one of them"),
        (["save"], "error: say which file: brownout fault save"),
        (["save", "tried out.yaml"], "error: tried out.yaml: write small letters, digits and -"),
        (["brake", "stripe"], "error: Invalid value for"),
    ],
)
def test_bad_input_is_one_line(at: list[str], tmp_path: Path, words: list[str], line: str) -> None:
    ended = fault(at, *words, cwd=tmp_path)
    assert ended.exit_code == 2
    assert ended.error.startswith(line)


def test_without_simulators_it_says_how_to_have_some(tmp_path: Path) -> None:
    ended = brownout_here("fault", "list", cwd=tmp_path, environment={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert (ended.exit_code, ended.error[:46]) == (2, "error: no simulators serve on this machine: st")


def test_the_bare_package_can_do_all_but_save() -> None:
    code = "import brownout_harness.live.reach, brownout_harness.live.typed, brownout_harness.live.show; print('there')"
    done = without_extras(code)
    assert (done.stdout, done.stderr) == ("there\n", "")
    assert set(What) == {"add", "list", "clear", "save"}
