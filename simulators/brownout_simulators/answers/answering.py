"""From what was asked to what is answered: the rule that applies, or what is done without one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from brownout_simulators.answers.asked import CALL, LENGTH, STOP, Answer, Asked, Tool, ToolCall
from brownout_simulators.answers.from_schema import value_for
from brownout_simulators.answers.pace import OFF, Pace
from brownout_simulators.answers.prose import prose
from brownout_simulators.answers.rules import Rule, Step, filled
from brownout_simulators.answers.tokens import counter

_PROSE: Final = Step()
_DIGEST: Final = hashlib.blake2b(digest_size=12)
_ANY_OBJECT: Final = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How one vendor's models answer. Nothing in it changes: the same question has the same answer."""

    rules: Sequence[Rule] = ()
    pace: Pace = OFF
    records_prompts: bool = False
    """Whether the ledger keeps what was asked in full; else a digest of it."""

    def answer(self, asked: Asked) -> Answer:
        """By the first rule that applies; without one tools are called where they must be, a schema is obeyed, and
        there is prose."""
        for rule in self.rules:
            found = rule.step_for(asked)
            if found is not None:
                return _stepped(asked, *found)
        return _stepped(asked, _PROSE, ())


def digest_of(text: bytes) -> str:
    """What stands in the books for a prompt: the same for the same one."""
    hashed = _DIGEST.copy()  # a third of what making one takes
    hashed.update(text)
    return hashed.hexdigest()


def _stepped(asked: Asked, step: Step, groups: Sequence[str]) -> Answer:
    think = asked.thinks if step.think is None else step.think
    if step.kind == "block":
        return Answer(blocked=step.text, thinking=think, tokens=think, finish=step.finish or STOP)
    if step.kind == "refuse":
        words = filled(step.text, groups)
        return Answer(refusal=words, thinking=think, tokens=think + counter().count(words), finish=step.finish or STOP)
    left = 10**9 if asked.limit is None else asked.limit - think
    if left <= 0:  # all that could be generated went into thinking
        return Answer(thinking=asked.limit or 0, tokens=asked.limit or 0, finish=LENGTH)
    calls = _calls(asked, step, groups)
    if calls:
        return _called(calls, step, left, think)
    pieces = _pieces(asked, step, groups, left)
    if asked.stops:
        pieces = _stopped(pieces, asked.stops)
    finish = step.finish or STOP
    cut = min(left, step.tokens or max(1, len(pieces) // 2)) if step.finish == LENGTH else left
    if len(pieces) > cut:
        pieces, finish = pieces[:cut], LENGTH
    return Answer(tuple(pieces), (), "", "", finish, think, think + len(pieces))


def _stopped(pieces: Sequence[str], stops: Sequence[str]) -> Sequence[str]:
    """Up to the first of the stops that comes."""
    text = "".join(pieces)
    ends = [place for stop in stops if stop and (place := text.find(stop)) >= 0]
    return counter().split(text[: min(ends)]) if ends else pieces


def _pieces(asked: Asked, step: Step, groups: Sequence[str], left: int) -> Sequence[str]:
    """The text before anything is cut off it, token by token."""
    if step.kind == "empty":
        return ()
    if step.kind == "echo":
        return counter().split(asked.says)
    if step.kind == "say":
        return counter().split(filled(step.text, groups))
    if step.kind == "json" and step.value is not None:
        return counter().split(_dumped(filled(step.value, groups)))
    if step.kind == "json" or asked.schema is not None:
        return counter().split(_dumped(value_for(asked.schema or _ANY_OBJECT, asked.key)))
    # One more than there is room for: so it is known that the end was not reached.
    return prose(asked.key, step.tokens, most=left + 1)


def _calls(asked: Asked, step: Step, groups: Sequence[str]) -> Sequence[ToolCall]:
    if step.kind == "call":
        offered = {tool.name: tool for tool in asked.tools}
        found = []
        for place, each in enumerate(step.calls):
            name, arguments = each.name, filled(each.arguments, groups)
            if arguments is None:
                arguments = _arguments(offered.get(name, Tool(name)), asked, place)
            found.append(ToolCall(name, arguments if isinstance(arguments, str) else _dumped(arguments)))
        return found
    if asked.calls == "must" and asked.tools and step.kind == "prose":
        tool = asked.tools[asked.key[0] % len(asked.tools)]
        return [ToolCall(tool.name, _dumped(_arguments(tool, asked, 0)))]
    return ()


def _arguments(tool: Tool, asked: Asked, place: int) -> Any:
    if not tool.parameters:
        return {}
    made = value_for(tool.parameters, b"%b:%d" % (asked.key, place))
    return made if isinstance(made, dict) else {}


def _called(calls: Sequence[ToolCall], step: Step, left: int, think: int) -> Answer:
    """Calls, as far as the room goes; a call that is cut short is no JSON."""
    kept: list[ToolCall] = []
    spent = 0
    finish = step.finish or CALL
    room = min(left, step.tokens) if step.finish == LENGTH and step.tokens else left
    for call in calls:
        pieces = counter().split(call.arguments)
        name = counter().count(call.name)
        if spent + name + len(pieces) > room:
            pieces, finish = pieces[: max(0, room - spent - name)], LENGTH
        kept.append(ToolCall(call.name, "".join(pieces)))
        spent += name + len(pieces)
        if finish == LENGTH:
            break
    return Answer(calls=tuple(kept), finish=finish, thinking=think, tokens=think + min(spent, left))


def _dumped(value: Any) -> str:
    """Numbers beyond 64 bits and the like are some callers' own schema: written as text rather than not at all."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
