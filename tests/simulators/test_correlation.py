"""Which operation a call belongs to."""

import re

import pytest

from brownout_simulators.call import Call, Effect
from brownout_simulators.correlation import Correlation, correlating, objection_to_place
from brownout_simulators.places import LENGTH_LIMIT
from brownout_simulators.vendors import load_vendor
from tests.simulators.toy import TILL


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


def test_a_place_that_no_name_tells_of_is_looked_at_beside_those_that_one_does() -> None:
    made = call()
    made.data = {"StatusCallback": "http://shop.test/done?order=from-callback"}
    assert Correlation(["header.x-op", "body.metadata.operation_id"]).of_call(made) == ""
    assert Correlation(["header.x-op", "callback.order"]).of_call(made) == "from-callback"


def test_an_effect_without_a_known_call_is_traced_by_what_the_vendor_stored() -> None:
    correlation = Correlation(["header.x-op", "body.metadata.operation_id"])
    effect = Effect("till.charge", "ch_1", references={"metadata.operation_id": "stored"})
    assert correlation.of_stored(effect) == "stored"
    assert correlation.of_stored(Effect("till.charge", "ch_1")) == ""


def test_ids_are_cut_to_a_bounded_length() -> None:
    assert len(Correlation(["header.x-op"]).of_call(call(**{"x-op": "x" * 999}))) == LENGTH_LIMIT


@pytest.mark.parametrize("path", ["cookie.x", "header", "body.", ""])
def test_a_place_of_no_known_form_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="correlate"):
        Correlation([path])


def test_somebody_s_places_stand_in_place_of_the_vendor_s_own_in_the_order_in_which_they_were_told() -> None:
    other = load_vendor("sales")
    till, untold = correlating([TILL, other], ["till=header.x-order", "till=body.note: Order (\\S+)=?"])
    assert till.correlate == ("header.x-order", "body.note: Order (\\S+)=?")
    assert untold.correlate == other.correlate
    assert correlating([TILL], []) == [TILL]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("till", "'till': write VENDOR=PLACE, such as till=body.metadata.order_id"),
        ("=header.x", "'=header.x': no vendor called '' is served; there are till"),
        ("tilt=header.x", "'tilt=header.x': no vendor called 'tilt' is served; did you mean till?"),
        ("till=cookie.x", "'till=cookie.x': 'cookie.x': write header.<name>, query.<name>"),
        ("till=body.x: (a+)+", "till=body.x: (a+)+"),
        ("till=path.gone", "'till=path.gone': no route has a segment 'gone'; there are "),
    ],
)
def test_what_cannot_be_a_place_is_named_with_what_can(told: str, why: str) -> None:
    with pytest.raises(ValueError, match="till") as refused:
        correlating([TILL], ["till=header.x-order", told])
    assert why in str(refused.value)


def test_every_segment_that_a_vendor_s_routes_name_is_a_place() -> None:
    named = {name for route in TILL.routes for name in re.findall(r"\{(\w+)", route.path)}
    assert named
    assert [objection_to_place(f"path.{name}", TILL) for name in named] == [""] * len(named)
