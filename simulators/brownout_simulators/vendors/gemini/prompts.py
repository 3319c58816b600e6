"""A request to generate, read and checked: what is asked of which model, and what it counts for."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import Asked, Tool
from brownout_simulators.call import Call
from brownout_simulators.vendors.gemini import caches, contents, schemas
from brownout_simulators.vendors.gemini.contents import Tokens
from brownout_simulators.vendors.gemini.errors import invalid
from brownout_simulators.vendors.gemini.files import file_tokens
from brownout_simulators.vendors.gemini.models import Model
from brownout_simulators.vendors.gemini.resources import Cache, State

MOST_CANDIDATES: Final = 8
MOST_STOPS: Final = 5
MOST_FUNCTIONS: Final = 512
_CONFIG: Final = "GenerateContentRequest.generation_config"
_JSON: Final = "application/json"
_ENUM: Final = "text/x.enum"
_KINDS: Final = ("text/plain", _JSON, _ENUM, "application/xml", "application/yaml")
_HASH: Final = hashlib.blake2b(digest_size=16)
_CALLS: Final[Mapping[str, Literal["never", "may", "must"]]] = {"NONE": "never", "ANY": "must"}
# What is outside of its range, and how that is said.
_RANGES: Final[Mapping[str, tuple[str, float, float]]] = {
    "temperature": ("temperature", 0.0, 2.0),
    "topP": ("top_p", 0.0, 1.0),
    "topK": ("top_k", 1.0, 1_000_000.0),
    "presencePenalty": ("presence_penalty", -2.0, 2.0),
    "frequencyPenalty": ("frequency_penalty", -2.0, 2.0),
}


class Prompt(NamedTuple):
    """One request."""

    model: Model
    name: str
    """The model as the caller calls it."""
    request: Mapping[str, Any]
    config: Mapping[str, Any]
    turns: Sequence[Mapping[str, Any]]
    """The cached ones first."""
    tokens: Tokens
    """Of everything, what is cached included."""
    token_count: int
    """The sum of them."""
    cache: Cache | None
    tools: Sequence[Tool]
    schema: Mapping[str, Any] | None
    digest: bytes
    """Of all that the answer depends on."""

    @property
    def candidates(self) -> int:
        """How many answers are wanted."""
        return int(self.config.get("candidateCount") or 1)

    @property
    def limit(self) -> int:
        """The most tokens that may be generated."""
        asked = self.config.get("maxOutputTokens")
        return self.model.output_limit if not asked else min(int(asked), self.model.output_limit)

    def key(self, choice: int, salt: bytes) -> bytes:
        """By which all is drawn for one of several answers."""
        return _hashed(self.digest + salt + bytes([choice]))

    def asked(self, key: bytes, thinks: int) -> Asked:
        """The answer that is wanted."""
        answers, since = contents.turns_of(self.turns)
        calls: Literal["never", "may", "must"] = "may"
        if "toolConfig" in self.request:
            mode = self.request["toolConfig"].get("functionCallingConfig", {}).get("mode", "AUTO")
            calls = _CALLS.get(mode, "may")
        says, stops = contents.said_last(self.turns), self.config.get("stopSequences", ())
        terms = self.tools, calls, self.schema, self.limit, stops
        return Asked(self.model.id, says, key, answers + 1, since, *terms, thinks)


def prompt_of(call: Call, account: Account[State], model: Model, request: Mapping[str, Any]) -> Prompt:
    """The request, checked. Raises `Refused`."""
    cache = caches.used_by(call, account, model, request)
    held: Mapping[str, Any] = cache.request if cache is not None else {}
    own: Sequence[Mapping[str, Any]] = request.get("contents", ())
    turns = [*held.get("contents", ()), *own] if held and own else own
    objection = contents.objection_to(turns)
    if not objection and model.signs_calls:
        objection = contents.objection_to_signatures(turns)
    if objection:
        raise invalid(call, objection)
    config = request.get("generationConfig", {})
    both = {**held, **request} if held else request
    tools = _tools(call, both) if "tools" in both or "toolConfig" in both else ()
    schema = None
    if config:
        _check_config(call, config)
        schema = _schema(call, model, config, has_tools=bool(tools))
    tokens = prompt_tokens(call, account, request, own)
    if cache is not None:
        contents.add(tokens, cache.tokens)
    count = sum(tokens.values())
    if count > model.input_limit:
        # gemini-cli 4231, 6678.
        raise invalid(
            call,
            f"The input token count ({count}) exceeds the maximum number of tokens allowed ({model.input_limit}).",
        )
    name, digest = call.params.get("model", model.id), _digest(model, both, turns, config)
    return Prompt(model, name, both, config, turns, tokens, count, cache, tools, schema, digest)


def prompt_tokens(
    call: Call, account: Account[State], request: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]
) -> Tokens:
    """What a request counts for, without what is cached. Raises `Refused` for a file that cannot be used."""
    system = request.get("systemInstruction")
    tokens = contents.tokens_of([system, *turns] if system is not None else turns, file_tokens(call, account))
    if "tools" in request:
        contents.add(tokens, {"TEXT": contents.tokens_of_json(request["tools"])})
    return tokens


def _digest(
    model: Model, request: Mapping[str, Any], turns: Sequence[Mapping[str, Any]], config: Mapping[str, Any]
) -> bytes:
    said = [model.id, request.get("systemInstruction"), turns, request.get("tools"), request.get("toolConfig"), config]
    return _hashed(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def _hashed(said: bytes) -> bytes:
    hashed = _HASH.copy()  # a third of what making one takes
    hashed.update(said)
    return hashed.digest()


def _check_config(call: Call, config: Mapping[str, Any]) -> None:
    where = f"* {_CONFIG}"
    for name, (proto, least, most) in _RANGES.items():
        value = config.get(name)
        if value is not None and not least <= value <= most:
            text = f"{where}.{proto}: {proto} must be in the range [{least:g}, {most:g}].\n"
            raise invalid(call, text)
    if not 0 <= config.get("candidateCount", 1) <= MOST_CANDIDATES:
        raise invalid(call, f"{where}.candidate_count: candidateCount must be in the range [1, {MOST_CANDIDATES}].\n")
    if config.get("maxOutputTokens", 1) < 0:
        raise invalid(call, f"{where}.max_output_tokens: max_output_tokens must be positive.\n")
    if len(config.get("stopSequences", ())) > MOST_STOPS:
        raise invalid(call, f"{where}.stop_sequences: at most {MOST_STOPS} stop sequences are allowed.\n")
    kind = config.get("responseMimeType", "text/plain")
    if kind not in _KINDS:
        allowed = ", ".join(f"`{each}`" for each in _KINDS)
        raise invalid(call, f"{where}.response_mime_type: allowed mimetypes are {allowed}.\n")


def check_thinking(call: Call, model: Model, config: Mapping[str, Any]) -> int | None:
    """The most tokens that may go into thinking: 0 for none, None where the model decides. Raises `Refused`."""
    thinking = config.get("thinkingConfig", {})
    budget = thinking.get("thinkingBudget")
    if not model.thinks:
        if budget or thinking.get("includeThoughts"):
            raise invalid(call, "Thinking is not enabled for this model.")
        return 0
    if budget == 0 and not model.can_stop_thinking:
        raise invalid(call, "Budget 0 is invalid. This model only works in thinking mode.")
    if budget is not None and budget < -1:
        raise invalid(call, f"The thinking budget {budget} is invalid. Please choose a value of at least -1.")
    if budget is None or budget == -1:
        return None if model.thinks_unasked or budget == -1 or thinking else 0
    return int(budget)


def _tools(call: Call, request: Mapping[str, Any]) -> Sequence[Tool]:
    """The functions that may be called. Raises `Refused` for declarations that cannot be."""
    found: list[Tool] = []
    for place, tool in enumerate(request.get("tools", ())):
        for number, each in enumerate(tool.get("functionDeclarations", ())):
            where = f"GenerateContentRequest.tools[{place}].function_declarations[{number}]"
            name = each.get("name", "")
            if not name or len(name) > 128 or not (name[0].isalpha() or name[0] == "_"):
                text = "Invalid function name. Must start with a letter or an underscore."
                raise invalid(call, f"* {where}.name: {text}\n")
            parameters = each.get("parameters")
            if parameters is not None:
                objection = schemas.objection_to(parameters, f"{where}.parameters")
                if objection:
                    raise invalid(call, objection)
            json_schema = each.get("parametersJsonSchema")
            shape = json_schema if isinstance(json_schema, Mapping) else schemas.json_schema(parameters or {})
            found.append(Tool(name, shape))
    if len({tool.name for tool in found}) < len(found):
        names = [tool.name for tool in found]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise invalid(call, f"Duplicate function declaration found: {twice}")
    if len(found) > MOST_FUNCTIONS:
        raise invalid(call, f"At most {MOST_FUNCTIONS} function declarations are allowed, got {len(found)}.")
    return _allowed(call, request, found)


def _allowed(call: Call, request: Mapping[str, Any], tools: Sequence[Tool]) -> Sequence[Tool]:
    choice = request.get("toolConfig", {}).get("functionCallingConfig", {})
    names = choice.get("allowedFunctionNames", ())
    if not names:
        return tools
    if choice.get("mode", "AUTO") not in ("ANY", "VALIDATED"):
        raise invalid(call, "Please set function_calling_config.mode to ANY to use allowed_function_names.")
    unknown = [name for name in names if name not in {tool.name for tool in tools}]
    if unknown:
        raise invalid(call, f"allowed_function_names contains a function that is not declared: {unknown[0]}")
    return [tool for tool in tools if tool.name in names]


def _schema(call: Call, model: Model, config: Mapping[str, Any], *, has_tools: bool) -> Mapping[str, Any] | None:
    """The JSON schema of the answer; None where it is to be text."""
    kind = config.get("responseMimeType", "text/plain")
    own, other = config.get("responseSchema"), config.get("responseJsonSchema")
    if (own is not None or other is not None) and kind not in (_JSON, _ENUM):
        text = f"response_schema is only supported for response_mime_type `{_JSON}` and `{_ENUM}`."
        raise invalid(call, f"* {_CONFIG}.response_schema: {text}\n")
    if kind == _ENUM and own is None and other is None:
        raise invalid(call, f"* {_CONFIG}.response_schema: response_mime_type `{_ENUM}` needs a schema.\n")
    if kind not in (_JSON, _ENUM):
        return None
    if kind == _JSON and has_tools and not model.signs_calls:
        raise invalid(call, f"Function calling with a response mime type: '{_JSON}' is unsupported")
    if own is not None:
        objection = schemas.objection_to(own, f"{_CONFIG}.response_schema")
        if objection:
            raise invalid(call, objection)
        return schemas.json_schema(own)
    return other if isinstance(other, Mapping) else {}
