"""Namespaces of Workers KV."""

from math import inf
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.dialect import new_id, object_id, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.paging import page
from brownout_simulators.vendors.cloudflare.resources import Namespace, Object, State, place_of

PER_PAGE: Final = (20, 5, 100)
LONGEST_TITLE: Final = 512


def create(call: Call, account: Account[State]) -> Reply:
    """POST …/namespaces."""
    title = _title(call.data.get("title"))
    if title in account.state.namespace_ids:
        raise refuse("namespace_exists")
    space = new_space(account, new_id(account), title)
    return reply(view(space), effects=[_told(space, "create")])


def new_space(account: Account[State], space_id: str, title: str, *, always_there: bool = False) -> Namespace:
    """A namespace of that title, where there is none yet; as `new_zone`."""
    state = account.state
    space = Namespace(space_id, title, -inf if always_there else account.clock())
    state.namespaces.add(space.id, space, account.clock())
    state.namespace_ids[title] = space.id
    return space


def list_namespaces(call: Call, account: Account[State]) -> Reply:
    """GET …/namespaces."""
    as_of_s = account.as_of_s
    spaces = []
    for space in account.state.namespaces.oldest_first():
        if as_of_s is not None and space.made_s > as_of_s:
            account.was_stale = True
        else:
            spaces.append(space)
    return page(account, call.data, spaces, view, PER_PAGE)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/namespaces/{namespace}."""
    return reply(view(space_of(call, account)))


def rename(call: Call, account: Account[State]) -> Reply:
    """PUT …/namespaces/{namespace}."""
    space, title = space_of(call, account), _title(call.data.get("title"))
    ids = account.state.namespace_ids
    if ids.get(title, space.id) != space.id:
        raise refuse("namespace_exists")
    ids.pop(space.title, None)
    ids[title] = space.id
    space.title = title
    return reply(view(space), effects=[_told(space, "rename")])


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/namespaces/{namespace}, with all its values."""
    space, state = space_of(call, account), account.state
    for key in space.keys:
        state.drop_value(place_of(space, key))
    state.namespaces.remove(space.id)
    state.namespace_ids.pop(space.title, None)
    return reply({}, effects=[_told(space, "delete")])


def space_of(call: Call, account: Account[State]) -> Namespace:
    """404 for one that is not there."""
    space = account.state.namespaces.get(object_id(call, "namespace"))
    if space is None:
        raise refuse("namespace_unknown")
    return space


def view(space: Namespace) -> Object:
    """A namespace as it is shown."""
    return {"id": space.id, "title": space.title, "supports_url_encoding": True}


def _title(given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_TITLE:
        raise refuse("kv_request", "a title is needed")
    return given


def _told(space: Namespace, op: str) -> Effect:
    return Effect("cloudflare.kv_namespace", space.id, fields={"op": op, "title": space.title})


_ALL: Final = "/accounts/{account}/storage/kv/namespaces"
_ONE: Final = f"{_ALL}/{{namespace}}"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _ALL, create),
    Route("GET", _ALL, list_namespaces),
    Route("GET", _ONE, fetch),
    Route("PUT", _ONE, rename),
    Route("DELETE", _ONE, remove),
)
