"""The two ends of a link, as they are written; what befalls it is tried with the real words (`harness/faults`)."""

import pytest

from brownout_scenarios.links import read_link
from brownout_scenarios.phases import Link
from brownout_scenarios.vocabulary import json_schema
from tests.support.toy_vocabulary import vocabulary


@pytest.mark.parametrize("text", ["web→stripe", "web->stripe", " web -> stripe ", "web →stripe"])
def test_an_arrow_stands_between_a_process_and_its_peer(text: str) -> None:
    assert read_link(text) == Link("web", "stripe")
    assert str(read_link(text)) == "web→stripe"


@pytest.mark.parametrize("text", ["web", "→stripe", "web→", "web=>stripe", "web→stripe→x", "web stripe"])
def test_anything_else_is_no_link(text: str) -> None:
    with pytest.raises(ValueError, match="is no link: write gateway→redis"):
        read_link(text)


def test_a_vocabulary_without_link_faults_has_no_links() -> None:
    assert "LinkEntry" not in json_schema(vocabulary())["$defs"]
