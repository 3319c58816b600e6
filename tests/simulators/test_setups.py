"""What a simulator is set up with."""

from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest

from brownout_simulators.setups import set_up
from brownout_simulators.vendors import VENDORS, load_vendor
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL


def shop(till: Driver, account: str = "a") -> object:
    return body_of(till.send(account=account)).get("shop")


def test_a_vendor_is_as_it_is_until_somebody_sets_it_up() -> None:
    assert shop(Driver()) is None
    assert shop(Driver(setup={"shop": "Noon"})) == "Noon"


def test_to_set_it_up_reaches_the_accounts_that_are_open_and_those_to_come_and_leaves_their_objects() -> None:
    till = Driver()
    first = body_of(till.send(account="a"))
    till.simulator.set_up({"shop": "Noon"})
    assert (shop(till, "a"), shop(till, "b")) == ("Noon", "Noon")
    assert body_of(till.send("GET", f"/v1/charges/{first['id']}", account="a")) == first


def test_a_schedule_sets_up_and_one_that_says_nothing_of_it_leaves_it() -> None:
    till = Driver()
    till.schedule(setup={"shop": "Noon"})
    till.schedule()
    assert (shop(till), till.simulator.setup.given) == ("Noon", {"shop": "Noon"})
    till.schedule(setup={})
    assert shop(till) is None


def test_a_schedule_that_cannot_be_changes_nothing() -> None:
    till = Driver(setup={"shop": "Noon"})
    with pytest.raises(ValueError, match=r"^shop: a name is needed$"):
        till.schedule({"respond": {"status": 502}}, setup={"shop": 7})
    with pytest.raises(ValueError, match="webhook_time_scale"):
        till.schedule(setup={"shop": "Dusk"}, webhook_time_scale=-1)
    assert shop(till) == "Noon"


def test_a_reset_goes_back_to_what_it_was_started_with() -> None:
    till = Driver(setup={"shop": "Noon"})
    till.simulator.set_up({"shop": "Dusk"})
    till.simulator.reset("a")
    assert shop(till) == "Dusk", "one account that is forgotten is no new beginning"
    till.simulator.reset()
    assert shop(till) == "Noon"


def test_what_cannot_be_is_one_line_that_begins_with_the_place() -> None:
    with pytest.raises(ValueError, match=r"^.shpo.: till has no such thing to set up; did you mean shop\?$"):
        set_up(TILL, {"shpo": "Noon"})
    with pytest.raises(ValueError, match=r"^shop: a name is needed$"):
        set_up(TILL, {"shop": 7})
    plain = replace(TILL, setup=None)
    with pytest.raises(ValueError, match=r"^till has nothing to set up$"):
        set_up(plain, {"shop": "Noon"})
    assert set_up(plain, {}).read is None


def test_what_was_given_cannot_be_changed_from_outside() -> None:
    given = {"shop": "Noon"}
    made = set_up(TILL, given)
    given["shop"] = "Dusk"
    assert made.given == {"shop": "Noon"}


ODD = ["text", "", 5, -1, 2.5, True, None, [], {}, [1], [{}], {"a": 1}, {"a": []}, 10**30]


@pytest.mark.parametrize("name", [name for name in VENDORS if load_vendor(name).setup is not None])
def test_whatever_somebody_sets_up_is_taken_or_told(name: str) -> None:
    """Never an error of another kind: a set that is asked for an object, a number that is a list."""
    setup = load_vendor(name).setup
    assert setup is not None
    for key, value in product(setup.about, ODD):
        with suppress(ValueError):
            setup.read({key: value})
