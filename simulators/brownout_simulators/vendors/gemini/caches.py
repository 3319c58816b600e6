"""Cached contents: made, fetched, listed, given another end, deleted, gone when their time is over."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini import contents
from brownout_simulators.vendors.gemini.errors import JSON, invalid, pretty, problem, unreadable
from brownout_simulators.vendors.gemini.files import file_tokens
from brownout_simulators.vendors.gemini.models import Model, known, not_found
from brownout_simulators.vendors.gemini.paging import listed, page_body
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.resources import Cache, State, new_id

LIFE_S: Final = 3_600.0
LONGEST_S: Final = 366 * 86_400.0
_SECONDS: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s")
_HELD: Final[tuple[str, ...]] = ("contents", "systemInstruction", "tools", "toolConfig")


def create_cache(call: Call, account: Account[State]) -> Reply:
    """POST /V/cachedContents."""
    given = _read(call)
    model = _model(call, given.get("model", ""))
    held = {name: given[name] for name in _HELD if name in given}
    turns = held.get("contents", [])
    if turns or "systemInstruction" not in held:
        objection = contents.objection_to(turns, "CreateCachedContentRequest.cached_content")
        if objection:
            raise invalid(call, objection)
    tokens = contents.tokens_of(
        [*([held["systemInstruction"]] if "systemInstruction" in held else []), *turns], file_tokens(call, account)
    )
    contents.add(tokens, {"TEXT": contents.tokens_of_json(held.get("tools"))})
    count = sum(tokens.values())
    if count < model.least_cached:
        raise invalid(
            call,
            f"Cached content is too small. total_token_count={count}, min_total_token_count={model.least_cached}",
        )
    if count > model.input_limit:
        message = f"The input token count ({count}) exceeds the maximum number of tokens allowed ({model.input_limit})."
        raise invalid(call, message)
    now_s, wall_s = account.clock(), account.wall_s()
    ends_s = _end_of(call, given, wall_s)
    cache = Cache(
        id=new_id(account, 24),
        model=f"models/{model.id}",
        display_name=given.get("displayName", ""),
        request=held,
        tokens=tokens,
        made_s=now_s,
        made_wall_s=wall_s,
        revisions=[(now_s, wall_s, wall_s + LIFE_S if ends_s is None else ends_s)],
    )
    account.state.caches.add(cache.id, cache, now_s)
    _watch(account, cache)
    return _told(cache, account)


def fetch_cache(call: Call, account: Account[State]) -> Reply:
    """GET /V/cachedContents/{cache}."""
    return _told(_wanted(call, account, call.params["cache"]), account)


def list_caches(call: Call, account: Account[State]) -> Reply:
    """GET /V/cachedContents, the newest first."""
    shown, token = listed(
        call,
        account.state.caches,
        lambda cache: _is_seen(account, cache),
        lambda cache: cache.id,
        default=50,
        most=1_000,
    )
    at_s = _at_s(account)
    body = page_body("cachedContents", [cache.rendered(at_s) for cache in shown], token)
    return Reply(200, pretty(body), {"content-type": JSON})


def update_cache(call: Call, account: Account[State]) -> Reply:
    """PATCH /V/cachedContents/{cache}: its end, and nothing else."""
    cache = _wanted(call, account, call.params["cache"])
    given = _read(call)
    wall_s = account.wall_s()
    ends_s = _end_of(call, given, wall_s)
    if ends_s is None or set(given) - {"ttl", "expireTime", "name"}:
        raise invalid(call, "Only ttl or expire_time can be updated.")
    cache.revisions.append((account.clock(), wall_s, ends_s))
    del cache.revisions[:-REVISIONS]
    _watch(account, cache)
    return _told(cache, account)


REVISIONS: Final = 16
"""Of one cache that are kept, for reads that lag."""


def delete_cache(call: Call, account: Account[State]) -> Reply:
    """DELETE /V/cachedContents/{cache}."""
    account.state.caches.remove(_wanted(call, account, call.params["cache"]).id)
    return Reply(200, b"{}\n", {"content-type": JSON})


def used_by(call: Call, account: Account[State], model: Model, request: Mapping[str, Any]) -> Cache | None:
    """The cached content that a request names. Raises `Refused` where it is not there, or not for such a request."""
    name = request.get("cachedContent")
    if not name:
        return None
    cache = _wanted(call, account, name.removeprefix("cachedContents/"))
    if cache.model != f"models/{model.id}":
        raise invalid(
            call,
            f"Model used by GenerateContent request (models/{model.id}) and CachedContent ({cache.model}) has to be the"
            " same.",
        )
    if any(field in request for field in ("systemInstruction", "tools", "toolConfig")):
        raise invalid(
            call,
            "CachedContent can not be used with GenerateContent request setting system_instruction, tools or"
            " tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.",
        )
    return cache


def _read(call: Call) -> dict[str, Any]:
    try:
        return read("CachedContent", call.data if call.body else {})
    except Unreadable as found:
        raise Refused(unreadable(call, found.violations)) from None


def _model(call: Call, name: str) -> Model:
    if not name:
        raise invalid(call, "* CreateCachedContentRequest.cached_content.model: model is not specified\n")
    model = known(name)
    if model is None or "createCachedContent" not in model.methods:
        raise Refused(not_found(call, name, "createCachedContent"))
    return model


def _end_of(call: Call, given: Mapping[str, Any], wall_s: float) -> float | None:
    """When a cache is to go, on the wall clock; None where that is not said."""
    if "ttl" in given and "expireTime" in given:
        raise invalid(call, "Only one of ttl and expire_time can be set.")
    if "ttl" in given:
        match = _SECONDS.fullmatch(given["ttl"])
        if match is None or not 0 < float(match[1]) <= LONGEST_S:
            raise invalid(call, f"Invalid value at 'cached_content.ttl' (Duration), \"{given['ttl'][:40]}\"")
        return wall_s + float(match[1])
    if "expireTime" not in given:
        return None
    try:
        moment = datetime.fromisoformat(given["expireTime"])
        ends_s = moment.timestamp() if moment.tzinfo is not None else float("nan")
    except (ValueError, OverflowError):
        ends_s = float("nan")
    if not wall_s < ends_s <= wall_s + LONGEST_S:
        raise invalid(call, "expire_time must be in the future.")
    return ends_s


def _watch(account: Account[State], cache: Cache) -> None:
    """Forget it once its time is over, unless it was given more of it."""

    def expire() -> None:
        if account.state.caches.get(cache.id) is cache and account.wall_s() >= cache.expires_wall_s:
            account.state.caches.remove(cache.id)

    account.later(cache.expires_wall_s - account.wall_s(), expire)


def _wanted(call: Call, account: Account[State], name: str) -> Cache:
    cache = account.state.caches.get(name)
    if cache is None or not _is_seen(account, cache):
        raise Refused(problem(call, "permission-denied", "CachedContent not found (or permission denied)"))
    return cache


def _is_seen(account: Account[State], cache: Cache) -> bool:
    if account.wall_s() >= cache.expires_wall_s:
        return False
    if account.as_of_s is not None and cache.made_s > account.as_of_s:
        account.was_stale = True
        return False
    return True


def _at_s(account: Account[State]) -> float:
    return account.clock() if account.as_of_s is None or account.hides_new_only else account.as_of_s


def _told(cache: Cache, account: Account[State]) -> Reply:
    return Reply(200, pretty(cache.rendered(_at_s(account))), {"content-type": JSON})
