"""A scenario of one's own, begun as a copy of one of the library."""

from pathlib import Path

import pytest

from brownout_scenarios import library
from tests.support.commands import brownout_here


@pytest.mark.thorough
def test_a_scenario_of_ones_own_begins_as_a_copy(tmp_path: Path) -> None:
    ended = brownout_here("scenarios", "new", "stripe-brownout", "scenarios/checkout.yaml", cwd=tmp_path)
    assert ended.exit_code == 0, ended.errors
    assert (
        "wrote scenarios/checkout.yaml, a copy of stripe-brownout; sound, runs in virtual and real mode" in ended.output
    )
    text = (tmp_path / "scenarios" / "checkout.yaml").read_text()
    original = library.path_of("stripe-brownout").read_text()
    assert text.endswith(original.replace("name: stripe-brownout", "name: checkout"))
    assert text.startswith("# Begun as a copy of stripe-brownout, of Brownout 0.")


def test_what_it_reads_is_copied_with_it(tmp_path: Path) -> None:
    told = "incident-openai-2023.csv"
    ended = brownout_here("scenarios", "new", "incident-openai-2023", "mine.yaml", cwd=tmp_path)
    assert ended.exit_code == 0, ended.errors
    assert (tmp_path / told).read_text() == (library.FOLDER / told).read_text()
    again = brownout_here("scenarios", "new", "incident-openai-2023", "second.yaml", cwd=tmp_path)
    assert again.exit_code == 0, again.errors
    (tmp_path / told).write_text("mine")
    ended = brownout_here("scenarios", "new", "incident-openai-2023", "third.yaml", cwd=tmp_path)
    assert (ended.exit_code, (tmp_path / told).read_text()) == (2, "mine")
    assert "there already, and another one than incident-openai-2023 reads" in ended.error
    assert not (tmp_path / "third.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stripe-brownout"], "say of which, and where to"),
        (["stripe-brownuot", "x.yaml"], "did you mean stripe-brownout?"),
        (["stripe-brownout", "there.yaml"], "there already, and nothing is overwritten"),
        (["stripe-brownout", "healthy.yaml"], "healthy is a scenario of the library"),
        (["stripe-brownout", "My Scenario.yaml"], "write small letters, digits and -"),
        (["stripe-brownout", "there.yaml/x.yaml"], "name a file that can be written"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_copy_that_cannot_be_made_is_one_line_and_changes_nothing(
    tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "there.yaml").write_text("mine")
    ended = brownout_here("scenarios", "new", *words, cwd=tmp_path)
    assert ended.exit_code == 2
    assert said in ended.error
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
