"""What is asked for in an operation: drawn from the operation's own stream, JSON-able, never about a real person.

The gateway's operations have their own parameters. A described operation of any other target may use all of
`COMMON` in its templates. What a scenario fixes under `params` replaces what was drawn, and shifts no other draw.
"""

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from brownout_scenarios.schema import Operation

Params: TypeAlias = Mapping[str, Any]

_TEXTS = (
    "Your technician is on the way.",
    "Your appointment is confirmed for tomorrow morning.",
    "Your order has been scheduled. Reply STOP to end these messages.",
    "We tried to reach you about your visit.",
)
_GOODS = (
    ("FLT-20x25", 1899),
    ("CAP-45-5", 2450),
    ("THR-SMART", 14900),
    ("VLV-34", 1295),
    ("LAB-HOUR", 9500),
)
_CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")
_PEOPLE = 200


class Person(NamedTuple):
    """A made-up customer."""

    name: str
    email: str
    line1: str
    city: str
    postal_code: str


class Drawer:
    """Draws the parameters of one operation. Not safe for concurrent use."""

    def __init__(self, operation: Operation, rng: random.Random) -> None:
        self._fixed = dict(operation.params)
        self._kind = described if operation.is_described else DRAWS[operation.name]
        self._rng = rng

    def draw(self, operation_id: str) -> Params:
        """The next operation's parameters."""
        return {**self._kind(self._rng, operation_id), **self._fixed}


def pay(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """A payment: amounts in cents, most of them small, as in a shop."""
    amount = min(250_000, max(100, round(rng.lognormvariate(8.3, 0.8))))
    return {"amount": amount, "currency": "usd", "payment_method": rng.choice(_CARDS)}


def notify(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """A text message to a number that is reserved for fiction."""
    return {"to": phone(rng), "body": rng.choice(_TEXTS)}


def place_order(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """An order of one to four lines; prices in cents."""
    person = people()[rng.randrange(_PEOPLE)]
    lines = []
    for sku, cents in rng.sample(_GOODS, rng.randint(1, 4)):
        lines.append({"sku": sku, "quantity": rng.randint(1, 5), "unit_price": cents})
    site = {"line1": person.line1, "city": person.city, "postal_code": person.postal_code, "country": "US"}
    return {"order_id": operation_id, "customer": person.name, "site": site, "lines": lines, "currency": "usd"}


def described(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """What the templates of a described operation may use."""
    person = people()[rng.randrange(_PEOPLE)]
    return {
        **pay(rng, ""),
        "phone": phone(rng),
        "text": rng.choice(_TEXTS),
        "name": person.name,
        "email": person.email,
        "quantity": rng.randint(1, 5),
        "sku": rng.choice(_GOODS)[0],
    }


DRAWS: Mapping[str, Callable[[random.Random, str], dict[str, Any]]] = {
    "pay": pay,
    "notify": notify,
    "place_order": place_order,
}
"""The gateway's operations."""

COMMON = ("operation_id", "amount", "currency", "payment_method", "phone", "text", "name", "email", "quantity", "sku")
"""The names that templates of a described operation may use, besides its own `params`."""


def phone(rng: random.Random) -> str:
    """+1, an area code, 555, and a line from 0100 to 0199: numbers that nobody has."""
    return f"+1{rng.randint(201, 989)}55501{rng.randint(0, 99):02d}"


@lru_cache(maxsize=1)
def people() -> tuple[Person, ...]:
    """The same people in every run: who asks is no matter of the seed, and making them is slow."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(2)
    return tuple(
        Person(fake.name(), fake.ascii_safe_email(), fake.street_address(), fake.city(), fake.postcode())
        for _ in range(_PEOPLE)
    )
