"""Every kind of mistake in a scenario file: one clear line, in the words of the file, at its place, at load."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.commands.check import check
from brownout_harness.problems import BadInput
from brownout_harness.running.orders import runnable
from brownout_scenarios import library, yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from tests.support.commands import brownout
from tests.support.examples import examples

HERE = Path(__file__).parent / "wrong_files"
NOT_OF_THE_FILE = re.compile(
    r"\b\w+_s\b|_per_s\b|\b(None|True|False|NoneType|dict|str|int|float|list\[|tuple|object at)\b|Traceback|\.\.\.\)"
)
"""Names that code has and a scenario has not; a list that is cut."""
LINE = re.compile(r".+?:\d+: .+")


def mistakes() -> Iterator[Any]:
    for name in ("gateway", "foreign"):
        for row in (HERE / f"{name}.txt").read_text().splitlines()[1:]:
            old, new, said = (part.replace("\\n", "\n") for part in row.split("  |  "))
            yield pytest.param(name, old, new, said, id=f"{name}-{new or old}"[:70])


@pytest.mark.parametrize(("name", "old", "new", "said"), list(mistakes()))
def test_each_mistake_is_one_clear_line(name: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    sound = (HERE / f"{name}.yaml").read_text()
    assert old in sound
    file = tmp_path / "wrong.yaml"
    file.write_text(sound.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        runnable(str(file))
    lines = str(caught.value).splitlines()
    first = lines[0].partition("wrong.yaml:")[2]
    assert first.startswith(said.removesuffix("...")) if said.endswith("...") else first == said
    assert [line for line in lines if not LINE.fullmatch(line) or NOT_OF_THE_FILE.search(line)] == []


@pytest.mark.parametrize("name", ["gateway", "foreign"])
def test_without_its_mistake_the_file_is_sound(name: str) -> None:
    assert runnable(str(HERE / f"{name}.yaml"))[0].document


def test_there_are_mistakes_of_every_part_of_the_grammar() -> None:
    said = " ".join(each.values[3] for each in mistakes())
    parts = [
        "name",
        "about",
        "seed",
        "drain",
        "notes",
        "target",
        "workload",
        "phases",
        "policies",
        "correlate",
        "limits",
    ]
    parts += ["expect", "actions", "window", "share", "match", "sequence", "flapping", "ramp", "expect_struck"]
    assert [part for part in parts if part not in said] == []
    assert len(list(mistakes())) > 200


ASKED = "POST /v1/payment_intent"
SIX = """\
name: six
about: A file with a mistake of every stage.
workload:
  arrivals: {rate: 40}
  operations: [{name: pay}]
phases:
  - name: outage
    for: 20s
    faults:
      - {vendor: stripe, match: POST /v1/payment_intent, hang: {}}
      - {vendor: stripe, drip: {over: 0s}}
  - {name: recovery, for: 20s, for: 30s}
policies:
  stripe: {breaker: {failure_ratio: 2}}
expect:
  - amplification: {vendor: stripe, max: 2, during: outge}
"""


def test_mistakes_of_every_stage_are_told_in_one_round(tmp_path: Path) -> None:
    """Form, shape, a record's own check, names, routes, policies: none of them hides another."""
    file = tmp_path / "six.yaml"
    file.write_text(SIX)
    with pytest.raises(BadInput) as caught:
        check([str(file)])
    assert [line.partition("six.yaml:")[2] for line in str(caught.value).splitlines()] == [
        "4: workload.arrivals.rate: 40 has no unit: write 40/s or 40/m",
        f"10: phases[0].faults[0].match: no route of stripe matches {ASKED}; the nearest is {ASKED}s",
        "11: phases[0].faults[1].drip.over: above 0s, and a year at most, got 0s",
        "12: phases[1].for: given twice; first on line 12",
        "14: policies.stripe.breaker.failure_ratio: must be in (0, 1], got 2.0",
        "16: expect[0].amplification.during: no phase named 'outge' (did you mean outage?)",
    ]


@pytest.mark.thorough
def test_a_wrong_file_ends_with_2_and_a_sound_one_beside_it_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "six.yaml"
    file.write_text(SIX)
    done = brownout("check", str(file), "healthy", cwd=tmp_path)
    assert done.exit_code == 2
    assert done.output.startswith("healthy: sound; ")
    assert done.errors.count("six.yaml:") == 6
    assert "Traceback" not in done.errors


def test_a_misspelt_key_is_one_line_and_hides_nothing_within() -> None:
    text = SIX.replace("faults:", "fautls:").replace("for: 20s, for: 30s", "for: 20s")
    with pytest.raises(BadInput) as caught:
        _load(text)
    lines = str(caught.value).splitlines()
    assert "s.yaml:9: phases[0].fautls: unknown key (did you mean faults?)" in lines
    assert "s.yaml:11: phases[0].fautls[1].drip.over: above 0s, and a year at most, got 0s" in lines
    assert len(lines) == 6


def _load(text: str) -> bool:
    from brownout_harness.asked.described import check_templates
    from brownout_harness.words.vocabulary import vocabulary

    try:
        return bool(load_text(text, vocabulary(), file="s.yaml", also=(check_templates,)).phases)
    except ScenarioError as wrong:
        raise BadInput(str(wrong)) from None


ODD = ["text", "", 5, -1, 2.5, True, None, [], {}, [1], {"a": 1}, "5s", "-5s", "40/s", "10%", "stripe", 10**30]


@pytest.mark.thorough
@examples(200)
@given(st.sampled_from(library.names()), st.integers(0, 2**32))
def test_whatever_is_changed_in_a_file_of_the_library_is_taken_or_told(name: str, seed: int) -> None:
    draw = random.Random(seed)
    document = yaml_tree.parse(library.path_of(name).read_text()).data
    for _ in range(draw.randint(1, 4)):
        _change(document, draw)
    text = yaml_tree.write(document)
    try:
        assert _load(text)
    except BadInput as wrong:
        lines = str(wrong).splitlines()
        assert lines
        # What a vendor is set up with has the vendor's words, which may end like the code's: the file has them, too, or
        # they are among those that it may have.
        said = [line.partition("; there are ")[0] for line in lines]
        strange = [line for line in said if any(each[0] not in text for each in NOT_OF_THE_FILE.finditer(line))]
        assert [*strange, *(line for line in lines if not LINE.fullmatch(line))] == []


def _change(document: Any, draw: random.Random) -> None:
    """Drop, replace, rename or double what is at a random place."""
    here = document
    while True:
        keys = sorted(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = draw.choice(keys)
        if not isinstance(here[key], dict | list) or draw.random() < 0.25:
            break
        here = here[key]
    how = draw.randrange(4)
    if how == 0:
        del here[key]
    elif how == 1:
        here[key] = draw.choice(ODD)
    elif how == 2 and isinstance(here, dict):
        here[f"{key}x"] = here.pop(key)
    elif isinstance(here, list):
        here.append(here[key])
