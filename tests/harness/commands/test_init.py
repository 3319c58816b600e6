"""`brownout init` and `brownout doctor`, typed."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.commands import brownout, brownout_here

SHOP = Path(__file__).parents[3] / "docs" / "samples" / "naive_shop" / "app.py"
SAID = ["--vendor", "stripe", "--command", "{{python}} app.py", "--ask", "POST /checkout", "--id", "body:order_id"]


@pytest.mark.real
@pytest.mark.slow
def test_its_first_scenario_finds_what_is_wrong_with_a_shop(tmp_path: Path) -> None:
    shutil.copy(SHOP, tmp_path)
    begun = brownout_here("init", *SAID, "--ready", "/health", cwd=tmp_path)
    assert begun.exit_code == 0, begun.errors
    (command,) = [line.removeprefix("next: ") for line in begun.output.splitlines() if line.startswith("next: ")]
    assert command == "brownout run scenarios/stripe-lost-answers.yaml --mode real"
    # As much of it as shows it, for a test.
    file = tmp_path / "scenarios" / "stripe-lost-answers.yaml"
    file.write_text(file.read_text().replace("for: 10s", "for: 3s").replace("for: 20s", "for: 6s"))
    ended = brownout(*command.split()[1:], "--redis", "fake", "--out", "run", cwd=tmp_path)
    verdict = json.loads((tmp_path / "run" / "verdict.json").read_text())
    assert ended.exit_code == 1, ended.output
    assert {each["name"]: each["status"] for each in verdict["expectations"]}["exactly_once"] == "failed"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "say --vendor; nobody can be asked here"),
        (SAID[:2], "say --command"),
        (SAID[:4], "say --ask"),
        ([*SAID, "--ci", "circle"], "write github, gitlab or none"),
        (["nowhere", *SAID], "no such folder"),
        ([*SAID, "--asgi", "shop:app"], "one of the two"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path: Path, arguments: list[str], told: str) -> None:
    ended = brownout_here("init", *arguments, cwd=tmp_path)
    assert (ended.exit_code, told in ended.error) == (2, True), ended.errors
    assert not list(tmp_path.iterdir())


def test_a_second_time_nothing_is_overwritten(tmp_path: Path) -> None:
    assert brownout_here("init", *SAID, cwd=tmp_path).exit_code == 0
    ended = brownout_here("init", *SAID, cwd=tmp_path)
    assert ended.exit_code == 2
    assert "nothing is overwritten" in ended.error


def test_the_doctor_says_what_is_there_and_what_is_missing_for_people_and_programs(tmp_path: Path) -> None:
    seen = brownout_here("doctor", cwd=tmp_path)
    assert (seen.exit_code, "loopback" in seen.output) == (0, True)
    key = "sk_" + "live_51H8xkP2eZvKYlo2C0aBcDeFgHiJkLmNoPqRs"
    told = brownout_here("doctor", "--json", cwd=tmp_path, environment={"STRIPE_API_KEY": key})
    assert told.exit_code == 2
    assert [each["what"] for each in json.loads(told.output) if each["is_needed"] and not each["is_there"]] == [
        "environment"
    ]
    assert key not in told.output
