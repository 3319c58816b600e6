"""What the harness must know of an operation of the reference application: what to ask for, and what it leaves."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from brownout_core.flows.flow import Flow
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.exchange import CORRELATION_HEADER, Reading, code_in, json_bytes
from brownout_harness.asked.named import named_in
from brownout_harness.asked.parameters import Draw
from brownout_harness.asked.request import Request
from brownout_harness.asked.streamed import NO_END, answer_in
from brownout_harness.asked.tokens import GOOD, KINDS, MINTED
from brownout_reports.rows import Outcome
from brownout_scenarios import spelling, units

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOperation:
    """One operation: parameters as JSON, operation id in the header."""

    flow: type[Flow[Any]]
    """What it is, where it is asked for, and what it takes."""
    draw: Draw
    """Parameters that the flow takes, operation id left out."""
    leaves: tuple[str | tuple[str, ...], ...]
    """The effects that a done one has left in the vendors' ledgers, all of them; of those that stand together, one."""
    undone_by: Mapping[str, str] = field(default_factory=dict)
    """What takes an effect back, by the kind of the effect."""
    as_asked: Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """What each effect of a kind must hold: templates of the parameters, a star for any text. Where it leaves several
    of a kind that are not the same, what each of them must hold: an effect is one of those."""
    derived: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _params: {}
    """What else the templates may name, made from the parameters: a digest of what the books do not keep in words."""
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Which field of its effects a part of its answer names, by its path; of several one."""
    names_none: Mapping[str, str] = field(default_factory=dict)
    """What the answer says, by its path, where it names none of them: `{"by": "offline"}`."""
    token: str = ""
    """The parameter that is a session token, drawn and fixed as a kind of `tokens.KINDS`; empty: it has none."""
    streamed_by: str = ""
    """The parameter that asks for the answer as it is made; empty: there is none."""

    @property
    def _names(self) -> list[str]:
        return [*self.answers, *self.names_none]

    @property
    def name(self) -> str:
        """The flow's."""
        return self.flow.name

    def request(self, arrival: Arrival) -> Request:
        headers = {CORRELATION_HEADER: arrival.operation_id, "Content-Type": "application/json"}
        if not self.token:
            is_streamed = arrival.params.get(self.streamed_by) is True
            return Request("POST", self.flow.path, headers, json_bytes(arrival.params), is_streamed=is_streamed)
        body = json_bytes({**arrival.params, self.token: MINTED})
        return Request("POST", self.flow.path, headers, body, token=arrival.params[self.token])

    def read(self, status: int, body: bytes) -> Reading:
        """By status and the body's own `status`: an answer that contradicts itself leaves it open, and so does a stream
        that was cut off."""
        whole = answer_in(status, body)
        return Reading(Outcome.UNKNOWN, NO_END) if whole is None else self._meant(*whole)

    def _meant(self, status: int, answer: Mapping[str, Any]) -> Reading:
        said, code = str(answer.get("status", "")), code_in(answer)
        if status in (200, 201):
            if said != "done":
                return Reading(Outcome.UNKNOWN, code or "unreadable")
            return Reading(Outcome.DONE, "", named_in(answer, self._names))
        if status == 202 and said == "accepted":
            letter = str(answer.get("dead_letter_id", ""))
            return Reading(Outcome.ACCEPTED, letter, "" if letter else named_in(answer, self._names))
        if status == 202 or (status == 409 and said != "refused"):
            return Reading(Outcome.UNKNOWN, code or ("in_progress" if status == 409 else ""))
        if (400 <= status < 500 and status != 408) or (status == 503 and said == "refused"):
            return Reading(Outcome.REFUSED, code or f"http_{status}")
        return Reading(Outcome.UNKNOWN, code or f"http_{status}")

    def problems(self, params: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
        """What the flow would refuse of the parameters that a scenario fixes: where, and why."""
        if "operation_id" in params:
            yield ("operation_id",), "is the run's own; remove it"
        kind = params.get(self.token, GOOD)
        if not isinstance(kind, str) or kind not in KINDS:
            yield (self.token,), f"is one of {', '.join(KINDS)}, got {units.shown(kind)}"
            return
        drawn = self.draw(random.Random(0), "operation-1")
        try:
            self.flow.request.model_validate({**drawn, **params, "operation_id": "operation-1"})
        except ValidationError as wrong:
            for error in wrong.errors():
                if error["loc"][0] in params:
                    yield error["loc"], self._why(error["type"], error["loc"], error["msg"], error["input"])

    def _why(self, kind: str, place: Place, message: str, value: Any) -> str:
        if kind == "extra_forbidden":
            known = [name for name in self.flow.request.model_fields if name != "operation_id"]
            return f"{self.name} has no such parameter{spelling.hint(str(place[-1]), known)}"
        return f"{message[:1].lower()}{message[1:]}, got {units.shown(value)}" if value is not None else message
