"""What the ledger keeps of an effect: what a run asks for, of what the vendor declares."""

import json

import pytest

from brownout_simulators.call import Effect
from brownout_simulators.kept import Kept
from tests.simulators.driving import Driver
from tests.simulators.toy import TILL as VENDOR

CHARGE = Effect("till.charge", "ch_1", 500, "usd", fields={"card": "4242", "holder": "Ann"})


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    assert Kept(VENDOR).of_effect(CHARGE) is None
    assert Kept(VENDOR, {"till.settlement": ["amount"]}).of_effect(CHARGE) is None


def test_only_what_is_asked_for_is_kept_and_what_is_not_there_is_null() -> None:
    assert Kept(VENDOR, {"till.charge": ["currency", "card"]}).of_effect(CHARGE) == {"currency": "usd", "card": "4242"}
    assert Kept(VENDOR, {"till.charge": ["card"]}).of_effect(CHARGE._replace(fields={})) == {"card": None}


def test_id_and_amount_have_columns_of_their_own() -> None:
    assert Kept(VENDOR, {"till.charge": ["id", "amount"]}).of_effect(CHARGE) is None


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"till.refund": ["amount"]}, "till has no effect 'till.refund'"),
        ({"till.charge": ["holder"]}, "till.charge has no field 'holder'"),
    ],
)
def test_what_the_vendor_does_not_declare_cannot_be_kept(fields: dict[str, list[str]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Kept(VENDOR, fields)


def test_a_schedule_says_what_is_kept_and_a_reset_forgets_it() -> None:
    till = Driver()
    till.send()
    till.simulator.schedule([], fields={"till.charge": ["currency"]})
    till.send()
    till.simulator.schedule([])
    till.send()
    kept = json.dumps({"currency": "usd"})
    assert [each["fields"] for each in till.effects()] == ["", kept, kept]
    till.simulator.reset()
    till.send()
    assert [each["fields"] for each in till.effects()] == [""]
