"""Which operation a call belongs to."""

import pytest

from brownout_simulators.call import Call, Effect
from brownout_simulators.correlation import Correlation
from brownout_simulators.places import LENGTH_LIMIT


def call(**headers: str) -> Call:
    made = Call("POST", "/", "", headers, b"", 0.0)
    made.data = {"metadata": {"operation_id": "from-body"}, "number": 3}
    return made


def test_the_first_place_that_has_an_id_wins() -> None:
    correlation = Correlation(["header.X-Op", "body.metadata.operation_id"])
    assert correlation.of_call(call(**{"x-op": "from-header"})) == "from-header"
    assert correlation.of_call(call()) == "from-body"


def test_what_is_not_there_or_no_text_is_no_id() -> None:
    assert Correlation(["body.number", "body.metadata.other.deeper", "body.gone"]).of_call(call()) == ""


def test_an_effect_without_a_known_call_is_traced_by_what_the_vendor_stored() -> None:
    correlation = Correlation(["header.x-op", "body.metadata.operation_id"])
    effect = Effect("till.charge", "ch_1", references={"metadata.operation_id": "stored"})
    assert correlation.of_effect(effect, "") == "stored"
    assert correlation.of_effect(effect, "of-call") == "of-call"
    assert correlation.of_effect(Effect("till.charge", "ch_1"), "") == ""


def test_ids_are_cut_to_a_bounded_length() -> None:
    assert len(Correlation(["header.x-op"]).of_call(call(**{"x-op": "x" * 999}))) == LENGTH_LIMIT


@pytest.mark.parametrize("path", ["cookie.x", "header", "body.", ""])
def test_a_place_of_no_known_form_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="correlate"):
        Correlation([path])
