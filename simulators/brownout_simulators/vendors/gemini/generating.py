"""From a prompt to what was generated: answers by the declared rules, thinking, what they count for and cost."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import CALL, LENGTH, STOP, Answer, counter, digest_of
from brownout_simulators.call import Call, Deferred, Effect
from brownout_simulators.vendors.gemini.prompts import Prompt, check_thinking
from brownout_simulators.vendors.gemini.resources import State
from brownout_simulators.vendors.gemini.setup import BLOCKS

FINISHES: Final[Mapping[str, str]] = {STOP: "STOP", CALL: "STOP", LENGTH: "MAX_TOKENS"}
# litellm 14729: 186 tokens of thinking before 39 that are seen. One sample; the spread is that of answers' lengths.
_THOUGHTS: Final = 186
_SPREAD: Final = 0.8
_MOST_THOUGHTS: Final = 8_192
RECORDED: Final = 100_000
"""Characters of a prompt that are kept where the setup asks for them."""
_HEADER: Final = "x-correlation-id"
_NORMAL: Final = NormalDist()


class Generation(NamedTuple):
    """What one call generated."""

    prompt: Prompt
    answers: Sequence[Answer]
    response_id: str
    blocked: str
    """Why the prompt was blocked; then there are no answers to see."""
    candidate_tokens: int
    """Those that are seen, of all answers."""
    thought_tokens: int
    """Those that went into thinking."""

    @property
    def cached_tokens(self) -> int:
        """Those of the prompt that came from a cached content."""
        return self.prompt.cache.total_tokens if self.prompt.cache is not None else 0

    @property
    def steps(self) -> int:
        """How many tokens its time goes by; a prompt that is blocked takes as long as the first."""
        return max(1, self.candidate_tokens + self.thought_tokens)

    @property
    def finish(self) -> str:
        """Why the first answer ended, in the API's word."""
        return self.blocked or finish_of(self.answers[0])


def finish_of(answer: Answer) -> str:
    """In the API's word."""
    return FINISHES.get(answer.finish, answer.finish)


def generate(call: Call, account: Account[State], prompt: Prompt) -> Generation:
    """Raises `Refused` where the model cannot think as it is asked to."""
    state = account.state
    if not state.salt:
        # All that is drawn for an answer depends on the request and on this: the seed's share, drawn once.
        state.salt = account.random.randbytes(8)
    most = check_thinking(call, prompt.model, prompt.config)
    answers = [_answer(account, prompt, choice, most) for choice in range(max(1, prompt.candidates))]
    thoughts = seen = 0
    blocked = ""
    for each in answers:
        thoughts, seen = thoughts + each.thinking, seen + each.tokens - each.thinking
        if each.blocked and not blocked and each.blocked in BLOCKS and each.finish == STOP:
            blocked = each.blocked
    if blocked:
        answers, seen, thoughts = [], 0, 0
    return Generation(prompt, answers, account.ids.base62(22), blocked, seen, thoughts)


def _answer(account: Account[State], prompt: Prompt, choice: int, most: int | None) -> Answer:
    key = prompt.key(choice, account.state.salt)
    asked = prompt.asked(key, 0 if most == 0 else _thoughts(key, most))
    answer: Answer = account.setup.answering.answer(asked)
    return _plain(answer) if prompt.config.get("responseMimeType") == "text/x.enum" else answer


def _thoughts(key: bytes, most: int | None) -> int:
    """How many tokens of thinking an answer takes."""
    draw = int.from_bytes(hashlib.blake2b(key, digest_size=4, person=b"thoughts").digest(), "big")
    drawn = round(_THOUGHTS * math.exp(_SPREAD * _NORMAL.inv_cdf((draw + 0.5) / 2**32)))
    return max(1, min(drawn, _MOST_THOUGHTS if most is None else most))


def _plain(answer: Answer) -> Answer:
    """A member of an enumeration is said without quotation marks."""
    try:
        value = orjson.loads(answer.text)
    except ValueError:
        return answer
    if not isinstance(value, str):
        return answer
    pieces = counter().split(value)
    return answer._replace(pieces=pieces, tokens=answer.thinking + len(pieces))


def effect_of(call: Call, account: Account[State], generation: Generation, *, streamed: bool) -> Effect:
    """What it is in the books, whether or not anybody reads it to its end: tokens spent, by model, and their price."""
    prompt = generation.prompt
    cached = generation.cached_tokens
    records = account.setup.answering.records_prompts
    recorded = {"prompt": orjson.dumps(prompt.turns).decode()[:RECORDED]} if records else {}

    def fields() -> dict[str, Any]:
        prompt_tokens, output = prompt.token_count, generation.candidate_tokens + generation.thought_tokens
        return {
            "model": prompt.model.id,
            "prompt_tokens": prompt_tokens,
            "cached_tokens": cached,
            "completion_tokens": output,
            "reasoning_tokens": generation.thought_tokens,
            "total_tokens": prompt_tokens + output,
            "cost": prompt.model.cost(prompt=prompt_tokens, cached=cached, output=output),
            "streamed": streamed,
            "finish": generation.finish,
            "prompt_digest": digest_of(prompt.digest),
            **recorded,
        }

    references = references_of(call, prompt.request.get("labels", {}))
    return Effect("gemini.completion", generation.response_id, references=references, fields=Deferred(fields))


def references_of(call: Call, labels: Mapping[str, str]) -> dict[str, str]:
    """The caller's own ids: the request's labels, and the header that may tell the operation."""
    references = {f"labels.{name}": value for name, value in labels.items()}
    if _HEADER in call.headers:
        references[f"header.{_HEADER}"] = call.headers[_HEADER]
    return references
