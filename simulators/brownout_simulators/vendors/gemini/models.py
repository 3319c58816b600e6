"""The models there are: their limits and prices, and the endpoints that tell of them.

Limits are those of the API's models page, prices in the kind of its pricing page (paid tier, US dollars per million
tokens), for prompts of up to 200,000 tokens and above that. They change without notice, and were not checked against a
bill: one run's cost can be held against another's, not against an invoice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini.errors import JSON, GeminiErrors, pretty, problem
from brownout_simulators.vendors.gemini.paging import page_body, page_of, token_of
from brownout_simulators.vendors.gemini.resources import State

GENERATE: Final = ("generateContent", "countTokens", "createCachedContent", "batchGenerateContent")
EMBED: Final = ("embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent")
LONG_PROMPT: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One of them."""

    id: str
    version: str
    title: str
    about: str
    input_limit: int
    output_limit: int
    methods: tuple[str, ...] = GENERATE
    thinks: bool = False
    thinks_unasked: bool = True
    """Where it thinks: whether it does so without being asked to."""
    can_stop_thinking: bool = True
    """Whether a thinking budget of 0 is allowed."""
    signs_calls: bool = False
    """Function calls carry a signature of the thought behind them, which must be sent back (Gemini 3)."""
    least_cached: int = 1_024
    """Tokens that a cached content has at least."""
    input_price: float
    output_price: float = 0.0
    cached_price: float = 0.0
    long_factors: tuple[float, float] = (1.0, 1.0)
    """By which input and output cost more where the prompt is long."""

    def rendered(self) -> dict[str, Any]:
        """As the API tells of it."""
        found: dict[str, Any] = {
            "name": f"models/{self.id}",
            "version": self.version,
            "displayName": self.title,
            "description": self.about,
            "inputTokenLimit": self.input_limit,
            "outputTokenLimit": self.output_limit,
            "supportedGenerationMethods": list(self.methods),
        }
        if self.methods is GENERATE:
            found |= {"temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2}
        if self.thinks:
            found["thinking"] = True
        return found

    def cost(self, *, prompt: int, cached: int, output: int) -> int:
        """Of one generation, in millionths of a dollar, rounded up: a price per million tokens is as many of them for
        each token."""
        factors = self.long_factors if prompt > LONG_PROMPT else (1.0, 1.0)
        fresh = (prompt - cached) * self.input_price + cached * self.cached_price
        exact = fresh * factors[0] + output * self.output_price * factors[1]
        return -int(-round(exact, 6) // 1)


_MILLION: Final = 1_048_576

MODELS: Final[Mapping[str, Model]] = {
    model.id: model
    for model in (
        Model(
            id="gemini-2.5-pro",
            version="2.5",
            title="Gemini 2.5 Pro",
            about="Stable release (June 17th, 2025) of Gemini 2.5 Pro",
            input_limit=_MILLION,
            output_limit=65_536,
            thinks=True,
            can_stop_thinking=False,
            least_cached=4_096,
            input_price=1.25,
            output_price=10.0,
            cached_price=0.125,
            long_factors=(2.0, 1.5),
        ),
        Model(
            id="gemini-2.5-flash",
            version="001",
            title="Gemini 2.5 Flash",
            about="Stable version of Gemini 2.5 Flash, our mid-size multimodal model that supports up to 1 million"
            " tokens, released in June of 2025.",
            input_limit=_MILLION,
            output_limit=65_536,
            thinks=True,
            input_price=0.30,
            output_price=2.50,
            cached_price=0.03,
        ),
        Model(
            id="gemini-2.5-flash-lite",
            version="001",
            title="Gemini 2.5 Flash-Lite",
            about="Stable version of Gemini 2.5 Flash-Lite, released in July of 2025",
            input_limit=_MILLION,
            output_limit=65_536,
            thinks=True,
            thinks_unasked=False,
            input_price=0.10,
            output_price=0.40,
            cached_price=0.01,
        ),
        Model(
            id="gemini-2.0-flash",
            version="2.0",
            title="Gemini 2.0 Flash",
            about="Gemini 2.0 Flash",
            input_limit=_MILLION,
            output_limit=8_192,
            input_price=0.10,
            output_price=0.40,
            cached_price=0.025,
        ),
        Model(
            id="gemini-2.0-flash-lite",
            version="2.0",
            title="Gemini 2.0 Flash-Lite",
            about="Gemini 2.0 Flash-Lite",
            input_limit=_MILLION,
            output_limit=8_192,
            input_price=0.075,
            output_price=0.30,
        ),
        Model(
            id="gemini-3-pro-preview",
            version="3-pro-preview-11-2025",
            title="Gemini 3 Pro Preview",
            about="Gemini 3 Pro Preview",
            input_limit=_MILLION,
            output_limit=65_536,
            thinks=True,
            signs_calls=True,
            can_stop_thinking=False,
            least_cached=4_096,
            input_price=2.0,
            output_price=12.0,
            cached_price=0.20,
            long_factors=(2.0, 1.5),
        ),
        Model(
            id="gemini-3-flash-preview",
            version="3-flash-preview-12-2025",
            title="Gemini 3 Flash Preview",
            about="Gemini 3 Flash Preview",
            input_limit=_MILLION,
            output_limit=65_536,
            thinks=True,
            signs_calls=True,
            input_price=0.50,
            output_price=3.0,
            cached_price=0.05,
        ),
        Model(
            id="gemini-embedding-001",
            version="001",
            title="Gemini Embedding 001",
            about="Obtain a distributed representation of a text.",
            input_limit=2_048,
            output_limit=1,
            methods=EMBED,
            input_price=0.15,
        ),
    )
}

ALIASES: Final[Mapping[str, str]] = {
    "gemini-flash-latest": "gemini-2.5-flash",
    "gemini-flash-lite-latest": "gemini-2.5-flash-lite",
    "gemini-pro-latest": "gemini-2.5-pro",
    "gemini-2.0-flash-001": "gemini-2.0-flash",
    "gemini-2.0-flash-lite-001": "gemini-2.0-flash-lite",
}
"""Other names of a model; an answer tells the model's own (`modelVersion`)."""


def known(name: str) -> Model | None:
    """The model of a name, with or without `models/`."""
    plain = name.removeprefix("models/")
    return MODELS.get(ALIASES.get(plain, plain))


def version_of(call: Call) -> str:
    """`v1` or `v1beta`: they are the same here, but messages name them."""
    parts = call.path.split("/", 3)
    return parts[2] if parts[1] == "upload" else parts[1]


def wanted(call: Call, method: str) -> Model:
    """The model of the path. 404 for one that is not there, or not for this; the API does not say which."""
    name = call.params["model"]
    model = known(name)
    if model is None or method not in model.methods:
        raise Refused(not_found(call, name, method))
    return model


def not_found(call: Call, name: str, method: str) -> Reply:
    """404 for a model that is not there, or not for this."""
    message = (
        f"models/{name.removeprefix('models/')[:100]} is not found for API version {version_of(call)}, or is not"
        f" supported for {method}. Call ListModels to see the list of available models and their supported methods."
    )
    return problem(call, "not-found", message)


def fetch_model(call: Call, _account: Account[State]) -> Reply:
    """GET /V/models/{model}."""
    name = call.params["model"]
    if ":" in name:  # a method's path, and not its verb
        raise Refused(GeminiErrors().unknown_route(call))
    model = known(name)
    if model is None:
        message = f"Model is not found: models/{name} for api version {version_of(call)}"
        raise Refused(problem(call, "not-found", message))
    return Reply(200, pretty({**model.rendered(), "name": f"models/{name}"}), {"content-type": JSON})


def list_models(call: Call, _account: Account[State]) -> Reply:
    """GET /V/models, page by page."""
    names = list(MODELS)
    start, size = page_of(call, default=50, most=1_000)
    first = names.index(start) + 1 if start in MODELS else 0
    shown = names[first : first + size]
    token = token_of(shown[-1]) if first + size < len(names) else ""
    body = page_body("models", [MODELS[name].rendered() for name in shown], token)
    return Reply(200, pretty(body), {"content-type": JSON})


def list_tuned(_call: Call, _account: Account[State]) -> Reply:
    """GET /V/tunedModels: the API no longer makes any."""
    return Reply(200, b"{}\n", {"content-type": JSON})
