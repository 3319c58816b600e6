"""What operations ask for is drawn from these: JSON-able, never about a real person.

The gateway's operations draw their own parameters (`gateway/`). A described operation of any other target may use all
of `COMMON` in its templates.
"""

import random
import re
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

Params: TypeAlias = Mapping[str, Any]
Draw: TypeAlias = Callable[[random.Random, str], dict[str, Any]]
"""(source, operation id) to parameters, always in the same number of draws from the source."""

TEXTS = (
    "Your technician is on the way.",
    "Your appointment is confirmed for tomorrow morning.",
    "Your order has been scheduled. Reply STOP to end these messages.",
    "We tried to reach you about your visit.",
)
GOODS = (
    ("FLT-20x25", 1899),
    ("CAP-45-5", 2450),
    ("THR-SMART", 14900),
    ("VLV-34", 1295),
    ("LAB-HOUR", 9500),
)
"""What is sold, and its price in cents."""
CUSTOMERS = ("10000", "20000", "30000")
"""Those that the simulated company of the ERP begins with."""
CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")
PEOPLE = 200
ZONE = "site.test"
"""Which every user of Cloudflare's simulator has from the beginning."""
_NUMBER = re.compile("-([0-9]{6})-")
_NO_LABEL = re.compile("[^a-z0-9-]")


class Person(NamedTuple):
    """A made-up customer."""

    name: str
    email: str
    line1: str
    city: str
    postal_code: str


def described(rng: random.Random, _operation_id: str) -> dict[str, Any]:
    """What the templates of a described operation may use."""
    customer = person(rng)
    return {
        "amount": cents(rng),
        "currency": "usd",
        "payment_method": card(rng),
        "phone": phone(rng),
        "text": text(rng),
        "name": customer.name,
        "email": customer.email,
        "quantity": rng.randint(1, 5),
        "sku": rng.choice(GOODS)[0],
    }


COMMON = ("operation_id", "amount", "currency", "payment_method", "phone", "text", "name", "email", "quantity", "sku")
"""The names that templates of a described operation may use, besides its own `params`."""


def cents(rng: random.Random) -> int:
    """An amount of money as a card takes it: most of them small."""
    return min(250_000, max(100, round(rng.lognormvariate(8.3, 0.8))))


def card(rng: random.Random) -> str:
    """A test card that is good for any amount."""
    return rng.choice(CARDS)


def brand_of(card: str) -> str | None:
    """What the books say of one of `CARDS`; None of any other, which a scenario fixes for what becomes of it."""
    return card.removeprefix("pm_card_") if card in CARDS else None


def money(amount: int) -> str:
    """An amount as people write it: `12.40`."""
    return f"{amount // 100}.{amount % 100:02}"


def text(rng: random.Random) -> str:
    """A short message."""
    return rng.choice(TEXTS)


def phone(rng: random.Random) -> str:
    """+1, an area code, 555, and a line from 0100 to 0199: numbers that nobody has."""
    return f"+1{rng.randint(201, 989)}55501{rng.randint(0, 99):02d}"


def phone_of(operation_id: str) -> str:
    """Of the operation with that number in its group the same for all groups: one that nobody has."""
    found = _NUMBER.search(operation_id)
    number = int(found[1]) if found else zlib.crc32(operation_id.encode())
    return f"+1{201 + number % 789}55501{number // 789 % 100:02d}"


def host_of(operation_id: str) -> str:
    """Of the operation with that number in its group the same for all groups: one may be moved by another."""
    found = _NUMBER.search(operation_id)
    return f"{f'site-{found[1]}' if found else _NO_LABEL.sub('-', operation_id.lower())}.{ZONE}"


def person(rng: random.Random) -> Person:
    """A customer."""
    return people()[rng.randrange(PEOPLE)]


@lru_cache(maxsize=1)
def people() -> tuple[Person, ...]:
    """The same people in every run: who asks is no matter of the seed, and making them is slow."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(2)
    return tuple(
        Person(fake.name(), fake.ascii_safe_email(), fake.street_address(), fake.city(), fake.postcode())
        for _ in range(PEOPLE)
    )
