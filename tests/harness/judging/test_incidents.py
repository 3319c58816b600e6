"""Whether an incident names what is left."""

import pytest

from brownout_harness.judging.incidents import names_all
from tests.support.histories import effect

CHARGE = effect(1, seq=1, fields='{"payment_intent": "pi_1", "amount": 3}')
ORDER = effect(1, seq=2, vendor="erp", references='{"externalDocumentNumber": "J-7"}')


@pytest.mark.parametrize(
    ("standing", "is_named"),
    [
        ("stripe payment pi_1, erp document J-7", True),
        ("stripe e-1,erp x e-2, perhaps more", True),
        ("stripe payment pi_1", False),
        ("erp payment pi_1, stripe document J-7", False),
        ("pi_1, J-7", False),
        ("stripe, erp", False),
        ("", False),
    ],
)
def test_each_effect_is_named_by_its_vendor_and_an_id(standing: str, is_named: bool) -> None:
    assert names_all(standing, [CHARGE, ORDER]) is is_named


def test_who_names_nothing_tells_nothing() -> None:
    assert not names_all("", [])
    assert names_all("stripe payment pi_1", [])
