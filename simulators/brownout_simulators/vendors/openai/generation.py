"""From a prompt to answers, their usage, and what is booked for them: for all endpoints that generate."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import Answer, Asked, Tool, digest_of, total_s
from brownout_simulators.call import Call, Deferred, Effect
from brownout_simulators.vendors.openai.asking import Said, key_of, tokens_of, turn_of
from brownout_simulators.vendors.openai.errors import refuse
from brownout_simulators.vendors.openai.models import Model
from brownout_simulators.vendors.openai.prompt_cache import LEAST
from brownout_simulators.vendors.openai.resources import State, salt_of
from brownout_simulators.vendors.openai.setting_up import SetUp

THINKS_IN: Final = 64
"""Models that reason are seen to do so in multiples of this."""
HEADERS: Final = ("x-client-request-id", "x-correlation-id", "idempotency-key")
"""Headers in which a caller's own id may stand."""
_HEADERS: Final = frozenset(HEADERS)
_WHO: Final = ("user", "safety_identifier")
RECORDED: Final = 20_000
"""Characters of a prompt that the ledger keeps, where it keeps them."""


class Prompt(NamedTuple):
    """What was asked, whichever endpoint was."""

    name: str
    """The model, as the caller wrote it."""
    model: Model
    said: Sequence[Said]
    text: bytes
    """Roles and words, as prompts are told apart and kept."""
    tokens: int
    """Of all that was asked."""
    tools: Sequence[Tool] = ()
    calls: Literal["never", "may", "must"] = "may"
    schema: Mapping[str, Any] | None = None
    limit: int | None = None
    stops: Sequence[str] = ()
    seed: int | None = None


class Usage(NamedTuple):
    """Tokens."""

    prompt: int
    completion: int
    reasoning: int
    cached: int = 0
    """Of the prompt's."""

    @property
    def total(self) -> int:
        return self.prompt + self.completion


def text_of(said: Sequence[Said]) -> bytes:
    """What a prompt says, in one piece."""
    return orjson.dumps([[one.role, one.text] for one in said])


def setup_of(account: Account[State]) -> SetUp:
    """How the vendor is set up now."""
    setup: SetUp = account.setup
    return setup


def prompt_tokens(said: Sequence[Said], besides: Sequence[Any], model: Model, limit: int | None, param: str) -> int:
    """Tokens of a prompt and what stands beside it (tools, a schema); raises `Refused` where they and the answer that
    was asked for do not fit into the window."""
    found = tokens_of(said, besides)
    if found + (limit or 0) <= model.window:
        return found
    message = f"This model's maximum context length is {model.window} tokens. However, "
    if found > model.window:
        message += f"your messages resulted in {found} tokens. Please reduce the length of the messages."
    else:
        message += (
            f"you requested {found + (limit or 0)} tokens ({found} in the messages, {limit} in the completion). "
            "Please reduce the length of the messages or completion."
        )
    raise refuse(message, param=param, code="context_length_exceeded")


def answers_to(prompt: Prompt, account: Account[State], choices: int = 1) -> list[Answer]:
    """So many answers; the same ones to the same prompt."""
    turn = turn_of(prompt.said)
    base = key_of(salt_of(account), prompt.name, prompt.text, prompt.seed)
    thinks = THINKS_IN * (1 + base[-1] % 8) if prompt.model.reasons else 0
    wanted = prompt.tools, prompt.calls, prompt.schema, prompt.limit, prompt.stops
    asked = Asked(prompt.name, turn.says, base, turn.turn, turn.step, *wanted, thinks)
    answering = setup_of(account).answering
    others = [asked._replace(key=b"%b%d" % (base, number)) for number in range(1, choices)]
    return [answering.answer(each) for each in (asked, *others)]


def cached_of(prompt: Prompt, key: str | None, account: Account[State]) -> int:
    """How many of a prompt's tokens are in the cache; of a model that has one. `key` is the caller's own."""
    if prompt.tokens < LEAST or prompt.model.price.cached is None:
        return 0
    about = orjson.dumps([prompt.name, key, [[tool.name, tool.parameters] for tool in prompt.tools]])
    return account.state.prompts.seen(prompt.text, prompt.tokens, about, account.clock())


def usage_of(prompt: Prompt, answers: Sequence[Answer], cached: int) -> Usage:
    """Of all answers together."""
    tokens = thinking = 0
    for each in answers:
        tokens += each.tokens
        thinking += each.thinking
    return Usage(prompt.tokens, tokens, thinking, cached)


def gaps_of(answer: Answer, account: Account[State]) -> list[float]:
    """The seconds before each token that is seen; what is thought before the first of them is in its own."""
    pace = setup_of(account).answering.pace
    seen = answer.tokens - answer.thinking
    if pace.is_off:
        return [0.0] * max(1, seen)
    gaps = pace.gaps_s(answer.tokens, account.random)
    before = answer.thinking
    return [sum(gaps[: before + 1]), *gaps[before + 1 :]] if seen else [sum(gaps)]


def begins_in_s_of(answers: Sequence[Answer], account: Account[State]) -> float:
    """How long answers take that come as a whole, and at once."""
    if setup_of(account).answering.pace.is_off:
        return 0.0
    return max(total_s(gaps_of(each, account)) for each in answers)


def completion_effect(
    call: Call, account: Account[State], prompt: Prompt, usage: Usage, generated: str, *, streamed: bool
) -> Effect:
    """What is booked for a generation, whether or not anybody reads it to its end: tokens, and what they cost."""
    records = setup_of(account).answering.records_prompts

    def fields() -> dict[str, Any]:
        found: dict[str, Any] = {
            "model": prompt.name,
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "total_tokens": usage.total,
            "reasoning_tokens": usage.reasoning,
            "cached_tokens": usage.cached,
            "cost": prompt.model.price.of(usage.prompt, usage.completion, usage.cached),
            "streamed": streamed,
            "prompt_digest": digest_of(prompt.text),
        }
        if records:
            found["prompt"] = prompt.text.decode()[:RECORDED]
        return found

    return Effect("openai.completion", generated, references=references_of(call), fields=Deferred(fields))


def given_up(effect: Effect, chunks: int) -> Callable[[int], Sequence[Effect]]:
    """What the books say where an answer of so many chunks (0: no stream) was not taken to its end: it was paid for."""

    def told(went: int) -> Sequence[Effect]:
        kept = ("model", "completion_tokens", "total_tokens", "cost")
        fields = {name: effect.fields[name] for name in kept} | {"chunks_sent": went, "chunks": chunks}
        return [Effect("openai.abandoned", effect.id, references=effect.references, fields=fields)]

    return told


def references_of(call: Call) -> dict[str, str]:
    """The caller's own ids, by where they stood."""
    data = call.data
    found = {}
    for name in _WHO:
        if name in data and isinstance(who := data[name], str):
            found[name] = who
    given = data.get("metadata")
    if isinstance(given, dict):
        found |= {f"metadata.{name}": value for name, value in given.items() if isinstance(value, str)}
    if not _HEADERS.isdisjoint(call.headers):
        found |= {f"header.{name}": call.headers[name] for name in HEADERS if name in call.headers}
    return found
