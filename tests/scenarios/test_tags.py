"""The words that a scenario is found by, and the incident that it follows."""

import pytest

from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text, to_yaml
from brownout_scenarios.tags import TAGS, Incident
from tests.support.toy_vocabulary import SCENARIO, vocabulary

WORDS = vocabulary()
INCIDENT = "{source: https://status.example.org/1, of: 2023-11-02, about: All was away, compressed: 3 h to 60 s}"


def with_line(line: str) -> str:
    return SCENARIO.replace("seed:", f"{line}\nseed:", 1)


def wrong(line: str) -> list[str]:
    with pytest.raises(ScenarioError) as raised:
        load_text(with_line(line), WORDS, file="s.yaml")
    return [each.split(": ", 1)[1] for each in raised.value.lines]


def test_tags_and_incident_are_read_and_written_again() -> None:
    scenario = load_text(with_line(f"tags: [smoke, money]\nincident: {INCIDENT}"), WORDS)
    assert scenario.tags == ("smoke", "money")
    assert scenario.incident == Incident(
        source="https://status.example.org/1", of="2023-11-02", about="All was away", compressed="3 h to 60 s"
    )
    again = load_text(to_yaml(scenario), WORDS)
    assert (again.tags, again.incident) == (scenario.tags, scenario.incident)


def test_a_scenario_needs_neither() -> None:
    scenario = load_text(SCENARIO, WORDS)
    assert (scenario.tags, scenario.incident) == ((), None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tags: [smkoe]", "tags[0]: no tag named 'smkoe' (did you mean smoke?)"),
        ("tags: [money, money]", "tags[1]: money is there twice"),
        ("tags: [stripe]", "tags[0]: stripe is no tag to write: every scenario that has to do"),
        ("tags: [incident]", "tags[0]: incident is no tag to write: every scenario that has to do"),
        ("tags: smoke", "tags: expected a list, got 'smoke': write [smoke]"),
        (f"incident: {INCIDENT.replace('https', 'ftp')}", "incident.source: is no address: write where"),
        ("incident: " + INCIDENT.replace("All was away", "' '"), "incident.about: is empty: say what happened then"),
        (f"incident: {INCIDENT.replace('of: 2023-11-02, ', '')}", "incident.of: is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_at_its_place(line: str, said: str) -> None:
    (found,) = wrong(line)
    assert found.startswith(said)


def test_an_incident_is_told_on_one_line() -> None:
    told = Incident(
        source="https://x.org/1", of="2023-11-02", about="All\n was away", compressed="3 h to 60 s"
    ).in_words()
    assert told == "2023-11-02: All was away (compressed: 3 h to 60 s; https://x.org/1)"


def test_each_tag_says_what_it_means() -> None:
    assert all(about.strip() and not about.endswith(".") for about in TAGS.values())
