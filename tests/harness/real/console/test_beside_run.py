"""The console beside real runs."""

import json
from urllib.request import urlopen

import pytest

from brownout_harness.progress import Progress
from brownout_harness.real.console.beside_run import BesideRun
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


def test_it_goes_with_a_run_from_its_beginning_to_its_end(street: Street) -> None:
    beside = BesideRun()
    url = beside.console.start(0)
    shown: list[Progress] = []
    try:
        scenario = load("stripe-brownout", vocabulary())
        beside.begins(scenario, street.processes)
        assert street.at(street.payments).ask("GET", "calls")["keep"] > 0
        look = Progress(phase="steady", at_s=3.0)
        beside.along_with(shown.append)(look)
        beside.deed(3.5, "kill the target")
        with urlopen(f"{url}/api/state") as answer:  # noqa: S310
            said = json.load(answer)
        assert [vendor["vendor"] for vendor in said["vendors"]] == ["stripe", "resend"]
        assert (said["run"]["phase"], said["run"]["deeds"]) == ("steady", [{"at_s": 3.5, "text": "kill the target"}])
        assert shown == [look]
        beside.is_over()
        with urlopen(f"{url}/api/state") as answer:  # noqa: S310
            said = json.load(answer)
        assert (said["vendors"], said["run"]["phase"]) == ([], "over")
    finally:
        beside.console.stop()


def test_the_verdict_says_that_somebody_looked_on() -> None:
    assert "web console looked on" in BesideRun.notes[0]
