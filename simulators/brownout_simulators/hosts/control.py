"""The control API, `/_brownout/` on every simulator's port: JSON in, JSON out. `docs/simulators.md` describes it."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from brownout_simulators.faults.aim import nearest_miss
from brownout_simulators.faults.kinds import FAULTS, rule_to_json
from brownout_simulators.faults.live import NOBODY
from brownout_simulators.faults.rule import Match
from brownout_simulators.hosts.control_people import FOR_PEOPLE
from brownout_simulators.hosts.control_words import LARGEST, Answer, Bad, Handler, Query, asked, number, whole
from brownout_simulators.moments import Watch
from brownout_simulators.safety import carries_live_credential, is_loopback_host
from brownout_simulators.simulator import Simulator
from brownout_simulators.spelling import named, shown

PREFIX: Final = "/_brownout"
PAGE_LIMIT: Final = 10_000


def control(simulator: Simulator[Any], method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
    """Answer one control request: status and JSON."""
    head, _, tail = path.removeprefix(PREFIX).strip("/").partition("/")
    handlers = HANDLERS.get(head)
    if handlers is None:
        return 404, _dump({"error": f"no such control route; there are {', '.join(sorted(ROUTES))}"})
    handler = handlers.get(method)
    if handler is None:
        return 405, _dump({"error": f"{head or '/'} answers to {', '.join(handlers)}"})
    try:
        if carries_live_credential(path, query, {}, body):
            raise Bad("something in it looks like a live credential: this is a simulator")
        wanted = {name: values[-1] for name, values in parse_qs(query).items()}
        status, answer = handler(simulator, unquote(tail), wanted, _object(body))
    except (ValueError, TypeError) as error:
        return 400, _dump({"error": str(error)})
    return status, _dump(answer)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body) if body else {}
    except (ValueError, RecursionError) as error:
        raise Bad(f"the body is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise Bad("the body must be a JSON object")
    return data


def _dump(answer: Any) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _describe(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    vendor = simulator.vendor
    return 200, {
        "vendor": vendor.name,
        "url": simulator.base_url,
        "seed": simulator.seed,
        "routes": simulator.router.names,
        "effects": list(vendor.effects),
        "limits": [limit.name for limit in vendor.limits],
        "errors": {name: one.status for name, one in vendor.named_errors.items()},
        "magic": dict(vendor.magic),
        "setup": dict(vendor.setup.about) if vendor.setup is not None else {},
        "pages": [f"{PREFIX}/{name}" for name in vendor.pages],
        "faults": list(FAULTS),
        "control": sorted(ROUTES),
        "environment": dict(vendor.environment(simulator.base_url, vendor.test_key("default"))),
    }


def _faults(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del query, data
    standing = simulator.plan.standing
    if tail:
        if tail not in standing:
            return 404, {"error": f"no rule {named(tail)}"}
        return 200, _rule(simulator, tail)
    return 200, {"faults": [_rule(simulator, rule_id) for rule_id in standing]}


def _rule(simulator: Simulator[Any], rule_id: str) -> dict[str, Any]:
    one = simulator.plan.standing[rule_id]
    return {**rule_to_json(one.rule), "matched": one.matched, "struck": one.struck}


def _add_fault(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    given = {"vendor": simulator.vendor.name, **data}
    given.setdefault("id", tail or simulator.plan.new_id())
    rule = simulator.read_rule(given)
    simulator.add_fault(rule, query.get("by", NOBODY))
    missed = nearest_miss(simulator.router, rule.match)
    return 201, {**_rule(simulator, rule.id), **({"matches_no_route": True, "nearest": missed} if missed else {})}


def _remove_fault(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del data
    if not simulator.remove_fault(tail or None, query.get("by", NOBODY)):
        return 404, {"error": f"no rule {named(tail)}"}
    return 200, {"removed": tail or "all"}


def _changes(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    return 200, simulator.changes()


_SCHEDULE_KEYS: Final = (
    "start_at_s",
    "seed",
    "rules",
    "limits",
    "limits_during",
    "correlate",
    "reopen",
    "webhook_time_scale",
    "fields",
    "setup",
)


def _schedule(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    unknown = [key for key in data if key not in _SCHEDULE_KEYS]
    if unknown:
        raise Bad(f"{named(unknown[0])}: no such key; there are {', '.join(_SCHEDULE_KEYS)}")
    given, limits, correlate = data.get("rules", []), data.get("limits"), data.get("correlate")
    during = data.get("limits_during", [])
    if not isinstance(given, list):
        raise Bad(f"rules: a list is needed, got {shown(given)}")
    if limits is not None and not isinstance(limits, dict):
        raise Bad(f"limits: an object is needed, got {shown(limits)}")
    if not isinstance(during, list):
        raise Bad(f"limits_during: a list is needed, got {shown(during)}")
    if correlate is not None and not (isinstance(correlate, list) and all(isinstance(one, str) for one in correlate)):
        raise Bad(f"correlate: a list of texts is needed, got {shown(correlate)}")
    fields = data.get("fields")
    if fields is not None and not _are_names(fields):
        raise Bad(f"fields: an object of lists of texts is needed, got {shown(fields)}")
    rules = [simulator.read_rule(rule) for rule in given]
    simulator.schedule(
        # One schedule may go to all simulators of a run: each takes its own.
        [rule for rule in rules if rule.vendor == simulator.vendor.name],
        start_at_s=number(data, "start_at_s"),
        seed=whole(data, "seed"),
        limits=limits,
        limits_during=during,
        correlate=correlate,
        webhook_time_scale=number(data, "webhook_time_scale"),
        fields=fields,
        setup=_setup(data),
        reopen=data.get("reopen") is True,
    )
    standing = simulator.plan.standing
    misses = {rule_id: nearest_miss(simulator.router, one.rule.match) for rule_id, one in standing.items()}
    return 200, {
        "rules": list(standing),
        "start_at_s": simulator.plan.start_at_s,
        "matches_no_route": {rule_id: nearest for rule_id, nearest in misses.items() if nearest},
    }


def _setup(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    given = data.get("setup")
    if given is not None and not isinstance(given, dict):
        raise Bad(f"setup: an object is needed, got {shown(given)}")
    return given


def _how_set_up(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    return 200, {"setup": dict(simulator.setup.given)}


def _set_up(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    simulator.set_up(data)
    return _how_set_up(simulator, tail, query, data)


def _are_names(fields: Any) -> bool:
    """`{"vendor.noun": ["amount", "currency"]}`."""
    lists = list(fields.values()) if isinstance(fields, dict) else [None]
    return all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in lists)


def _ledger(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, data
    after, limit = asked(query, "after", -1), asked(query, "limit", 1000)
    rows = list(simulator.ledger.rows(after, max(0, min(limit, PAGE_LIMIT))))
    last = rows[-1]["seq"] if rows else max(after, -1)
    return 200, {
        "rows": rows,
        "next_after": last,
        "more": last + 1 < simulator.ledger.next_seq,
        "dropped": simulator.ledger.dropped,
    }


_WATCH_KEYS: Final = ("id", "match", "moment", "nth", "start_s", "end_s")


def _moments(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del query, data
    return 200, {
        "moments": [
            {
                "id": watch_id,
                "came": each.came,
                "has_come": each.has_come,
                "is_held": each.held_until_s is not None,
                "was_held_too_long": each.was_held_too_long,
            }
            for watch_id, each in simulator.moments.waiting().items()
            if tail in ("", watch_id)
        ]
    }


def _watch(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    given = data.get("moments")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Bad(f"moments: a list of objects is needed, got {shown(given)}")
    simulator.moments.watch([_one_watch(each) for each in given])
    return _moments(simulator, tail, query, data)


def _one_watch(data: Mapping[str, Any]) -> Watch:
    unknown = [key for key in data if key not in _WATCH_KEYS]
    if unknown:
        raise Bad(f"{named(unknown[0])}: no such key; there are {', '.join(_WATCH_KEYS)}")
    start_s, end_s, match = number(data, "start_s"), number(data, "end_s"), data.get("match", "*")
    if not isinstance(data.get("id"), str) or not isinstance(match, str) or not isinstance(data.get("moment"), str):
        raise Bad("a moment has an id, a match and a moment: texts are needed")
    return Watch(
        id=data["id"],
        match=Match.parse(match),
        moment=data["moment"],
        nth=whole(data, "nth") or 1,
        start_s=0.0 if start_s is None else start_s,
        end_s=LARGEST if end_s is None else end_s,
        holds=True,
    )


def _let_go(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    if not simulator.moments.let_go(tail):
        return 404, {"error": f"nobody watches {named(tail)}"}
    return _moments(simulator, tail, query, data)


def _deliveries(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, data
    after, limit = asked(query, "after", -1), asked(query, "limit", 1000)
    book, name = simulator.outbox.book, simulator.vendor.name
    rows = [{"vendor": name, **one._asdict()} for one in book.page(after + 1, max(0, min(limit, PAGE_LIMIT)))]
    last = max(after, -1) + len(rows)
    return 200, {"rows": rows, "next_after": last, "more": last + 1 < len(book), "dropped": book.dropped}


def _listen(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    account, url = data.get("account", "default"), data.get("url")
    if not isinstance(account, str) or not isinstance(url, str) or not is_loopback_host(urlsplit(url).netloc):
        raise Bad(f"url: a receiver on this machine is needed, got {shown(url)}")
    return 201, {"secret": simulator.listen(account, url)}


def _move(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    url = data.get("url")
    if not isinstance(url, str) or not is_loopback_host(urlsplit(url).netloc):
        raise Bad(f"url: where clients find it on this machine, got {shown(url)}")
    simulator.base_url = url
    return 200, {"url": url}


def _reset(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    account = data.get("account")
    if account is not None and not isinstance(account, str):
        raise Bad(f"account: a label, got {shown(account)}")
    simulator.reset(account, seed=whole(data, "seed"))
    return 200, {"reset": account or "all"}


def _clock(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    return 200, {
        "now_s": simulator.clock(),
        "vendor_now_s": simulator.now_s(),
        "offset_s": simulator.clock_offset_s,
        "epoch_s": simulator.epoch_s,
    }


def _advance(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    seconds = number(data, "advance_s")
    if seconds is None:
        raise Bad("advance_s: a number of seconds is needed")
    simulator.advance(seconds)
    return _clock(simulator, tail, query, data)


def _seed(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    seed = whole(data, "seed")
    if seed is None:
        raise Bad("seed: a whole number is needed")
    simulator.reset(seed=seed)
    return 200, {"seed": seed}


def _status(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    return 200, simulator.status()


def _said(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    return 200, {"said": list(simulator.correlation.samples)}


HANDLERS: Final[Mapping[str, Mapping[str, Handler]]] = {
    "": {"GET": _describe},
    "faults": {"GET": _faults, "POST": _add_fault, "PUT": _add_fault, "DELETE": _remove_fault},
    "changes": {"GET": _changes},
    "schedule": {"POST": _schedule},
    "ledger": {"GET": _ledger},
    **FOR_PEOPLE,
    "moments": {"GET": _moments, "POST": _watch, "DELETE": _let_go},
    "deliveries": {"GET": _deliveries},
    "receivers": {"POST": _listen},
    "address": {"PUT": _move},
    "reset": {"POST": _reset},
    "setup": {"GET": _how_set_up, "PUT": _set_up},
    "clock": {"GET": _clock, "POST": _advance},
    "seed": {"POST": _seed},
    "status": {"GET": _status},
    "said": {"GET": _said},
}

ROUTES: Final = tuple(f"{method} {PREFIX}/{name}" for name, methods in HANDLERS.items() for method in methods)
