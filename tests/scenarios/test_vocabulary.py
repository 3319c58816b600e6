"""The grammar of a whole file, from the words that are handed in."""

import dataclasses
import json
from typing import Any

import pytest

from brownout_scenarios.phases import FaultKind
from brownout_scenarios.vocabulary import json_schema
from tests.support.toy_vocabulary import Latency, vocabulary


def definitions() -> dict[str, Any]:
    made = json_schema(vocabulary())
    return {**made["$defs"], "": made}


def test_the_editors_schema_has_every_fault_and_expectation() -> None:
    words, defs = vocabulary(), definitions()
    assert words.faults.keys() <= defs["FaultEntry"]["properties"].keys()
    assert words.expectations.keys() == defs["ExpectationEntry"]["properties"].keys()
    assert {"vendor", "match", "share", "window", "sequence", "flapping"} <= defs["FaultEntry"]["properties"].keys()


def test_the_editors_schema_wants_one_fault_and_one_expectation_to_an_entry() -> None:
    defs = definitions()
    assert [list(one.values()) for one in defs["FaultEntry"]["oneOf"]] == [[[kind]] for kind in vocabulary().faults]
    assert defs["ExpectationEntry"]["maxProperties"] == 1
    assert "nothing_lost" in defs[""]["properties"]["expect"]["items"]["anyOf"][1]["enum"]


def test_the_editors_schema_completes_names_and_refuses_others() -> None:
    defs = definitions()
    assert defs["FaultEntry"]["properties"]["vendor"]["enum"] == ["stripe", "twilio"]
    assert all(model.get("additionalProperties") is False for model in defs.values() if "properties" in model)
    assert set(defs[""]["required"]) == {"name", "about", "workload", "phases", "expect"}


def test_the_editors_schema_is_json_and_explains_keys() -> None:
    made = json_schema(vocabulary())
    assert json.loads(json.dumps(made)) == made
    assert made["$schema"].endswith("2020-12/schema")
    assert made["properties"]["seed"]["description"].startswith("All randomness")
    assert made["$defs"]["Latency"]["description"] == "The vendor takes longer."
    assert '"default": null' not in json.dumps(made)


def test_overrides_of_policies_need_no_field_and_take_every_one() -> None:
    properties = definitions()["PoliciesEntry"]["properties"]
    assert set(properties) == {"preset", "stripe", "twilio"}


def test_a_fault_named_as_a_field_of_the_rule_is_a_mistake_of_the_vocabulary() -> None:
    words = dataclasses.replace(vocabulary(), faults={"share": FaultKind(Latency)})
    with pytest.raises(TypeError, match="named as a rule's fields: share"):
        _ = words.document_model
