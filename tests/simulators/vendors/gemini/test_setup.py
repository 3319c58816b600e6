"""What is set up beforehand is checked to the key."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from brownout_simulators.vendors.gemini.setup import PROFILES, SETUP


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"answer": []}, "answer: no such key; did you mean answers"),
        ({"answers": [{"block": "RUDE"}]}, "answers[0].block: one of SAFETY"),
        ({"answers": [{"say": "x", "finish": "TIRED"}]}, "answers[0].finish: one of"),
        ({"pace": "gpt-4o-mini/2026"}, "pace: no profile"),
        ({"processing_s": -1}, "processing_s: seconds from 0 to 86400"),
        ({"processing_s": True}, "processing_s: seconds"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r".") as found:
        SETUP.read(given)
    assert str(found.value).startswith(words)


def test_the_set_up_on_the_page_can_be() -> None:
    page = (Path(__file__).parents[4] / "docs" / "vendors" / "gemini.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    read = SETUP.read(yaml.safe_load(block)["setup"]["gemini"])
    assert (len(read.answering.rules), read.batch_s) == (5, 60)


def test_profiles_are_as_fast_as_their_source_says() -> None:
    assert PROFILES["gemini-2.0-flash/2026"].first_s == 0.556
    assert (
        SETUP.read({"pace": {"profile": "gemini-2.0-flash/2026", "tokens_per_s": 5}}).answering.pace.tokens_per_s == 5
    )
