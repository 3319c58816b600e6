"""The models that are served: window, longest answer, price. What an account may use is this table and what it sets up.

Prices are dollars for a million tokens, the list prices of August 2025; windows are those of the same time.
A snapshot's name (`gpt-4o-2024-08-06`) is the model's own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from brownout_simulators.answers import Price
from brownout_simulators.vendors.openai.errors import no_model

Kind = Literal["chat", "embedding", "moderation"]


@dataclass(frozen=True, slots=True)
class Model:
    """One of them."""

    name: str
    price: Price
    window: int
    """Tokens of input and output together."""
    longest: int
    """Tokens of output."""
    created: int
    kind: Kind = "chat"
    dimensions: int = 0
    """Of its vectors."""
    reasons: bool = False
    """It thinks first: takes no temperature and no `max_tokens`."""
    owner: str = "system"


def _table(*models: Model) -> Mapping[str, Model]:
    return MappingProxyType({model.name: model for model in models})


MODELS: Final = _table(
    Model("gpt-4o", Price(2.5, 10.0, 1.25), 128_000, 16_384, 1_715_367_049),
    Model("gpt-4o-2024-08-06", Price(2.5, 10.0, 1.25), 128_000, 16_384, 1_722_814_719),
    Model("gpt-4o-mini", Price(0.15, 0.6, 0.075), 128_000, 16_384, 1_721_172_741),
    Model("gpt-4o-mini-2024-07-18", Price(0.15, 0.6, 0.075), 128_000, 16_384, 1_721_172_717),
    Model("gpt-4.1", Price(2.0, 8.0, 0.5), 1_047_576, 32_768, 1_744_316_542),
    Model("gpt-4.1-mini", Price(0.4, 1.6, 0.1), 1_047_576, 32_768, 1_744_318_173),
    Model("gpt-4.1-nano", Price(0.1, 0.4, 0.025), 1_047_576, 32_768, 1_744_321_707),
    Model("gpt-4", Price(30.0, 60.0), 8_192, 8_192, 1_687_882_411, owner="openai"),
    Model("gpt-3.5-turbo", Price(0.5, 1.5), 16_385, 4_096, 1_677_610_602, owner="openai"),
    Model("gpt-5", Price(1.25, 10.0, 0.125), 400_000, 128_000, 1_754_425_777, reasons=True),
    Model("gpt-5-mini", Price(0.25, 2.0, 0.025), 400_000, 128_000, 1_754_425_928, reasons=True),
    Model("gpt-5-nano", Price(0.05, 0.4, 0.005), 400_000, 128_000, 1_754_426_384, reasons=True),
    Model("o3", Price(2.0, 8.0, 0.5), 200_000, 100_000, 1_744_225_308, reasons=True),
    Model("o3-mini", Price(1.1, 4.4, 0.55), 200_000, 100_000, 1_737_146_383, reasons=True),
    Model("o4-mini", Price(1.1, 4.4, 0.275), 200_000, 100_000, 1_744_225_351, reasons=True),
    Model("text-embedding-3-small", Price(0.02, 0.0), 8_192, 0, 1_705_948_997, "embedding", 1_536),
    Model("text-embedding-3-large", Price(0.13, 0.0), 8_192, 0, 1_705_953_180, "embedding", 3_072),
    Model(
        "text-embedding-ada-002", Price(0.1, 0.0), 8_192, 0, 1_671_217_299, "embedding", 1_536, owner="openai-internal"
    ),
    Model("omni-moderation-latest", Price(0.0, 0.0), 32_768, 0, 1_731_689_265, "moderation"),
    Model("omni-moderation-2024-09-26", Price(0.0, 0.0), 32_768, 0, 1_732_734_466, "moderation"),
)
_DATED: Final = re.compile(r"(.+?)-(?:20\d\d-\d\d-\d\d|\d{4})")


def model_named(name: str, more: Mapping[str, Model], kind: Kind = "chat") -> Model:
    """The model of that name; `more` were set up. Raises `Refused` where there is none of that kind."""
    model = more.get(name) or MODELS.get(name)
    if model is None:
        dated = _DATED.fullmatch(name)
        model = MODELS.get(dated[1]) if dated is not None else None
    if model is None or model.kind != kind:
        raise no_model(name)
    return model
