"""What is asked for."""

import random
import re

from brownout_harness.asked import parameters
from brownout_harness.asked.parameters import COMMON


def test_payments_stay_within_what_a_card_takes() -> None:
    rng = random.Random(1)
    amounts = [parameters.cents(rng) for _ in range(2000)]
    assert min(amounts) >= 100
    assert max(amounts) <= 250_000


def test_phone_numbers_are_ones_that_nobody_has() -> None:
    rng = random.Random(1)
    assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", parameters.phone(rng)) for _ in range(200))


def test_a_described_operation_has_every_common_name() -> None:
    assert set(parameters.described(random.Random(1), "checkout-1")) | {"operation_id"} == set(COMMON)


def test_people_are_the_same_in_every_run() -> None:
    parameters.people.cache_clear()
    first = parameters.people()
    parameters.people.cache_clear()
    assert parameters.people() == first
    assert all("@example." in person.email for person in first)


def test_operations_of_the_same_number_have_one_phone_and_others_have_others() -> None:
    sent, checked, other = (
        parameters.phone_of(f"{name}-5f3a9c")
        for name in ("send-code-people-000042", "check-code-000042", "check-code-000043")
    )
    assert sent == checked != other
    assert all(re.fullmatch(r"\+1[2-9][0-9]{2}55501[0-9]{2}", each) for each in (sent, other))
    assert re.fullmatch(r"\+1[2-9][0-9]{2}55501[0-9]{2}", parameters.phone_of("op-1"))
