"""What can be set up: how models answer, and models that this simulator does not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from brownout_simulators.answers import Answering, Pace, Price, read_answering
from brownout_simulators.spelling import named, shown
from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.openai.models import Model

MODELS_LIMIT: Final = 1_000
_FIGURES: Final = {"window": 128_000, "longest": 16_384, "prompt_price": 0.0, "completion_price": 0.0}

PACES: Final[Mapping[str, Pace]] = MappingProxyType(
    {
        # jonathanwrede.de: a probe a minute for seven days, a tiny prompt, through OpenRouter: half within 645 ms, 95
        # of 100 within 1094 ms, so sigma is 0.32; 105 tokens a second.
        "gpt-4o-mini/2026": Pace(first_s=0.645, first_spread=0.32, tokens_per_s=105.0, stalls=0.01),
        # The same author, 17 hourly probes of each: too few for a spread of their own, so they have the one above.
        "gpt-5.4/2026": Pace(first_s=0.912, first_spread=0.32, tokens_per_s=45.0, stalls=0.01),
        "gpt-5.5/2026": Pace(first_s=1.158, first_spread=0.32, tokens_per_s=44.0, stalls=0.01),
        # modelstats.ai, snapshot of 2026-04-03: the time to the first token alone.
        "gpt-4o/2026": Pace(first_s=0.758, first_spread=0.32, stalls=0.01),
    }
)
FINISHES: Final = ("stop", "content_filter")
BLOCKS: Final = ("content_filter",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """How the accounts find the vendor."""

    answering: Answering = field(default_factory=Answering)
    models: Mapping[str, Model] = field(default_factory=lambda: MappingProxyType({}))
    """Beside those that are known."""


def read(given: Mapping[str, Any]) -> SetUp:
    """Raises `ValueError`, whose text begins with the place."""
    answering = read_answering(given, finishes=FINISHES, blocks=BLOCKS, profiles=PACES)
    return SetUp(answering=answering, models=_models(given.get("models", {})))


def _models(given: Any) -> Mapping[str, Model]:
    """`{my-model: {window: 8192, longest: 1024, prompt_price: 1.5, completion_price: 2}}`, dollars for a million."""
    if not isinstance(given, Mapping) or len(given) > MODELS_LIMIT:
        raise ValueError(f"models: a mapping from names to figures, got {shown(given)}")
    return MappingProxyType({str(name): _model(str(name), figures) for name, figures in given.items()})


def _model(name: str, given: Any) -> Model:
    where = f"models.{named(name)}"
    figures = {} if given is None or given is True else given
    if not isinstance(figures, Mapping) or set(figures) - set(_FIGURES):
        raise ValueError(f"{where}: true, or a mapping of {', '.join(_FIGURES)}, got {shown(given)}")
    for figure, value in figures.items():
        is_count = figure in {"window", "longest"}
        fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e9
        if not fits or (is_count and (not isinstance(value, int) or value < 1)):
            raise ValueError(f"{where}.{figure}: a {'whole ' if is_count else ''}number above 0, got {shown(value)}")
    chosen = {**_FIGURES, **figures}
    price = Price(chosen["prompt_price"], chosen["completion_price"])
    return Model(name, price, int(chosen["window"]), int(chosen["longest"]), 1_767_225_600)


SETUP: Final = Setup(
    read=read,
    about={
        "answers": "rules for what models answer, the first that applies wins: docs/vendors/openai.md",
        "pace": f"how long generation takes: {', '.join(PACES)}, or figures; nothing by default",
        "record": "prompts: the ledger keeps them in full, not as a digest",
        "models": "models beside those that are known, each with window, longest, prompt_price, completion_price",
    },
)
