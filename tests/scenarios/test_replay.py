"""How an incident is to be played again."""

from typing import Any

import pytest

from brownout_scenarios.load import load_text
from brownout_scenarios.replay import Replay
from tests.support.toy_vocabulary import SCENARIO, vocabulary


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"speed": 0.0}, "speed: above 0, and 100000 at most, got 0"),
        ({"speed": 1e6}, "speed: above 0"),
        ({"from_s": 5.0, "to_s": 5.0}, "from before to"),
        ({"from_s": -1.0}, "from the incident's first row on"),
        ({"expect_struck": -1}, "expect_struck: at least 0, got -1"),
        ({"file": ""}, "file: is no name of a file"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Replay(**{"file": "outage.csv", **fields})


def test_a_name_alone_is_the_file(tmp_path: Any) -> None:
    (tmp_path / "outage.csv").write_text("at,vendor,p50,p99\n0s,stripe,1s,2s\n30s,stripe,,\n")
    text = SCENARIO.replace("  - {name: recovery, for: 40s}", "  - {name: recovery, for: 40s, incident: outage.csv}")
    assert text != SCENARIO
    scenario = load_text(text, vocabulary(), path=tmp_path / "one.yaml")
    assert scenario.phases[-1].incident == Replay(file="outage.csv")
    assert len(scenario.phases[-1].replayed) == 1
