"""Faults for what is passed on: the simulators' own rules and draws, acted out before and after the real answer.

A rule's `vendor` is the host here, `localhost:9000`, or `localhost` for whatever port.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from brownout_harness.intercept.destinations import Address
from brownout_simulators.call import Call, Ending, Reply
from brownout_simulators.faults.fault import FaultError, Strike
from brownout_simulators.faults.kinds import FAULTS, rule_from_json
from brownout_simulators.faults.plan import Plan, Subject
from brownout_simulators.faults.rule import Rule

ACTED_OUT: Final = tuple(name for name, kind in FAULTS.items() if kind.of_any_host)

KEYS: Final = ("x-correlation-id", "idempotency-key")
"""The headers by which a request is told apart from another, in this order."""


@dataclass(slots=True)
class Blow:
    """What the faults do to one request, together."""

    answer: Reply | None = None
    ending: Ending | None = None
    """No byte of an answer, and nothing is passed on."""
    delay_s: float = 0.0
    delay_after_s: float = 0.0
    ending_after: Ending | None = None
    """It was passed on; the answer is lost."""
    rules: list[str] = field(default_factory=list)


class PassedFaults:
    """All rules for what is passed on. Not safe for use from several threads."""

    def __init__(self, rules: Iterable[Mapping[str, Any]], *, seed: int, now_s: float) -> None:
        """Raises `FaultError` for a rule that cannot be."""
        self._plans: dict[str, Plan] = {}
        for told in rules:
            rule = checked(told)
            host = rule.vendor.lower()
            plan = self._plans.setdefault(host, Plan(rule.vendor, seed, now_s))
            plan.add(rule, now_s, live=True)

    def strike(self, at: Address, method: str, path: str, headers: Mapping[str, str], now_s: float) -> Blow | None:
        """What strikes this request; None where nothing does. `headers` have lower-case names."""
        blow = Blow()
        for host in (at.host, at.text):
            if (plan := self._plans.get(host)) is not None:
                _strike(plan, blow, Call(method, path, "", headers, b"", now_s), now_s)
        return blow if blow.rules else None


def rule_for(rule_id: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rule under that id, if it can be acted out. Raises `FaultError`."""
    rule = {**told, "id": rule_id}
    checked(rule)
    return rule


def checked(told: Mapping[str, Any]) -> Rule:
    """A rule that can be acted out here. Raises `FaultError` for any other."""
    rule = rule_from_json(told)
    if not rule.fault.of_any_host:
        known = ", ".join(ACTED_OUT)
        raise FaultError(f"rule {rule.id}: what is passed on can have {known}; the others happen inside of a vendor")
    if getattr(rule.fault, "error", None) is not None:
        raise FaultError(f"rule {rule.id}: error: {rule.vendor} is no vendor whose errors have names here")
    return rule


def _strike(plan: Plan, blow: Blow, call: Call, now_s: float) -> None:
    key = next((call.headers[name] for name in KEYS if name in call.headers), "")
    # One route for all paths: what rules remember by route is not to grow with what is asked for.
    subject = Subject(f"{call.method} /{{path...}}", call.method, call.path, call.headers, "", key, key)
    on = Strike(call=call, account="", errors=_Plain(), now_s=now_s, wall_s=0.0, key=key)
    for standing, chance in plan.choose(subject.route, key, lambda: subject, now_s):
        if standing.rule.fault.strike(on, chance, standing.memory):
            standing.struck += 1
            blow.rules.append(standing.rule.id)
    blow.answer, blow.ending = on.answer or blow.answer, on.ending or blow.ending
    blow.delay_s += on.delay_s
    blow.delay_after_s += on.delay_after_s
    blow.ending_after = on.ending_after or blow.ending_after


class _Plain:
    """How nobody in particular says no."""

    def server_error(self, call: Call, status: int) -> Reply:
        del call
        text = f"{status} {HTTPStatus(status).phrase}".encode()
        return Reply(status, text, {"content-type": "text/plain"})

    def __getattr__(self, name: str) -> Any:  # the rest of `Errors` is for faults that happen inside of a vendor
        raise AttributeError(name)
