"""Names and paths to files."""

from pathlib import Path

import pytest

from brownout_scenarios import library
from brownout_scenarios.errors import ScenarioError

NAMES = (
    "commit-then-crash",
    "healthy",
    "metastable",
    "sales-hard-down",
    "slow-payments",
    "stripe-brownout",
    "stripe-lost-answers",
    "token-endpoint-hangs",
    "twilio-rate-limited",
)


def test_the_library_holds_the_scenarios_that_the_docs_name() -> None:
    assert set(NAMES) <= set(library.names())


def test_a_name_is_a_file_of_that_name() -> None:
    for name in library.names():
        assert library.find(name) == library.FOLDER / f"{name}.yaml"


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario named 'stripe-brwonout' \(did you mean stripe-brownout\?\)"):
        library.find("stripe-brwonout")


def test_a_path_that_is_not_there_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "checkout.yaml").touch()
    with pytest.raises(ScenarioError, match=r"no such file \(did you mean checkout\.yaml\?\)"):
        library.find(str(tmp_path / "chekout.yaml"))
    with pytest.raises(ScenarioError, match="no such file"):
        library.find("nowhere/at/all.yaml")
