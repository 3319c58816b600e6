"""The table of fault kinds: one line each; and rules from and to JSON."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import MappingProxyType
from typing import Any, Final, get_args

from brownout_simulators.faults.break_schema import BreakSchema
from brownout_simulators.faults.break_session import BreakSession
from brownout_simulators.faults.break_stream import BreakStream
from brownout_simulators.faults.clock_skew import ClockSkew
from brownout_simulators.faults.codec import decode, encode, fields_of, value_of
from brownout_simulators.faults.cold_start import ColdStart
from brownout_simulators.faults.drip import Drip
from brownout_simulators.faults.drop_after_effect import DropAfterEffect
from brownout_simulators.faults.drop_before_effect import DropBeforeEffect
from brownout_simulators.faults.end_stream import EndStream
from brownout_simulators.faults.expire_tokens import ExpireTokens
from brownout_simulators.faults.fail_after_effect import FailAfterEffect
from brownout_simulators.faults.fault import Fault, FaultError
from brownout_simulators.faults.hang import Hang
from brownout_simulators.faults.inject import Inject
from brownout_simulators.faults.latency import Latency
from brownout_simulators.faults.limit_headers import LimitHeaders
from brownout_simulators.faults.lock import Lock
from brownout_simulators.faults.lose_capacity import LoseCapacity
from brownout_simulators.faults.lose_messages import LoseMessages
from brownout_simulators.faults.malform import Malform
from brownout_simulators.faults.quota import Quota
from brownout_simulators.faults.read_after_write_lag import ReadAfterWriteLag
from brownout_simulators.faults.respond import Respond
from brownout_simulators.faults.revoke_credentials import RevokeCredentials
from brownout_simulators.faults.rule import Match, Rule, objection_to_id
from brownout_simulators.faults.serve import Serve
from brownout_simulators.faults.stale_reads import StaleReads
from brownout_simulators.faults.stall import Stall
from brownout_simulators.faults.throttle import Throttle
from brownout_simulators.faults.truncate import Truncate
from brownout_simulators.faults.webhooks import Webhooks
from brownout_simulators.faults.wrong_type import WrongType
from brownout_simulators.spelling import named, nearest, shown

FAULTS: Final[Mapping[str, type[Fault]]] = MappingProxyType(
    {
        "latency": Latency,
        "cold_start": ColdStart,
        "respond": Respond,
        "throttle": Throttle,
        "limit_headers": LimitHeaders,
        "quota": Quota,
        "lock": Lock,
        "hang": Hang,
        "drop_before_effect": DropBeforeEffect,
        "drop_after_effect": DropAfterEffect,
        "fail_after_effect": FailAfterEffect,
        "truncate": Truncate,
        "malform": Malform,
        "wrong_type": WrongType,
        "break_schema": BreakSchema,
        "end_stream": EndStream,
        "stall": Stall,
        "inject": Inject,
        "drip": Drip,
        "break_stream": BreakStream,
        "break_session": BreakSession,
        "lose_messages": LoseMessages,
        "revoke_credentials": RevokeCredentials,
        "expire_tokens": ExpireTokens,
        "clock_skew": ClockSkew,
        "stale_reads": StaleReads,
        "read_after_write_lag": ReadAfterWriteLag,
        "webhooks": Webhooks,
        "serve": Serve,
        "lose_capacity": LoseCapacity,
    }
)

_APART: Final = ("fault", "match")
"""Fields of a rule that JSON has in ways of their own."""
_NESTED: Final[Mapping[str, type]] = {
    name: kind
    for name, hint in fields_of(Rule).items()
    for kind in get_args(hint)
    if name not in _APART and is_dataclass(kind) and isinstance(kind, type)
}
_PLAIN: Final = tuple(name for name in fields_of(Rule) if name not in _APART and name not in _NESTED)


def rule_from_json(data: Mapping[str, Any]) -> Rule:
    """`{"id", "vendor", "match": {…} or "POST /v1/…", "share", "window", "sequence", …, "<kind>": {…}}`.

    Raises `FaultError`, whose message names the place.
    """
    if not isinstance(data, Mapping):
        raise FaultError(f"rule: an object is needed, got {shown(data)}")
    where = f"rule {data['id']}" if isinstance(data.get("id"), str) and not objection_to_id(data["id"]) else "rule"
    kinds = [key for key in data if key in FAULTS]
    for key in data:
        if key not in FAULTS and key not in _PLAIN and key not in _NESTED and key != "match":
            near = nearest(str(key), [*FAULTS, *_PLAIN, *_NESTED, "match"])
            raise FaultError(f"{where}: no such key: {named(key)}" + (f"; did you mean {near}?" if near else ""))
    if len(kinds) != 1:
        raise FaultError(f"{where}: exactly one of {', '.join(FAULTS)} is needed, got {', '.join(kinds) or 'none'}")
    kind = kinds[0]
    parts: dict[str, Any] = {"fault": _fault(kind, data[kind], where, str(data.get("vendor", "")))}
    plain = {name: data[name] for name in _PLAIN if name in data}
    try:
        match = data.get("match")
        if match is not None:
            parts["match"] = Match.parse(match) if isinstance(match, str) else decode(Match, match, "match")
        for name, shape in _NESTED.items():
            if data.get(name) is not None:
                parts[name] = decode(shape, data[name], name)
    except FaultError as error:
        raise FaultError(f"{where}: {error}") from None
    return _rule(plain, parts, where)


def _fault(kind: str, data: Any, where: str, vendor: str) -> Fault:
    try:
        return decode(FAULTS[kind], {} if data is None else data, f"{where}: {kind}").with_measurements(vendor)
    except FaultError as error:
        text = str(error)
        raise FaultError(text if text.startswith(where) else f"{where}: {text}") from None


def _rule(plain: Mapping[str, Any], parts: Mapping[str, Any], where: str) -> Rule:
    """A rule from its plain values, still to be checked, and its parts, already made."""
    types = fields_of(Rule)
    for name in ("id", "vendor"):
        if name not in plain:
            raise FaultError(f"{where}: {name}: a text is needed, got none")
    values = {name: value_of(types[name], value, f"{where}: {name}") for name, value in plain.items()}
    try:
        return Rule(**values, **parts)
    except FaultError as error:
        raise FaultError(f"{where}: {error}") from None


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """What `rule_from_json` accepts; fields with their default values are left out."""
    data = encode(rule)
    del data["fault"]
    data["vendor"] = rule.vendor
    data[name_of(rule.fault)] = encode(rule.fault)
    return data


def name_of(fault: Fault) -> str:
    """The name of a fault's kind."""
    return next(name for name, kind in FAULTS.items() if type(fault) is kind)
