"""Machines: their secret keys, and which of them may talk to which."""

from itertools import islice
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.dialect import page, reply
from brownout_simulators.vendors.clerk.errors import invalid, missing, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.keys import instance_id, machine_key
from brownout_simulators.vendors.clerk.resources import ClerkAccount, MachineKey, Object, State, link, now_ms, unlink

TOKEN_S: Final = 3_600
"""A machine token's life, where neither it nor its machine says another."""
MOST_SCOPES: Final = 150
_FOREVER: Final = float("inf")
_TTL: Final = take.whole(1, 315_360_000)


def create(call: Call, account: Account[State]) -> Reply:
    """POST /machines: the only answer, but for a rotation's, that shows the secret key unasked."""
    fields = {"name": take.text(255), "scoped_machines": take.texts, "default_token_ttl": _TTL}
    given = take.checked(call, fields, "name")
    state, now = account.state, now_ms(account)
    others = list(dict.fromkeys(given.get("scoped_machines") or ()))
    for other in others:
        if other not in state.machines:
            raise missing(call, "machine", other)
    row: Object = {
        "object": "machine",
        "id": new_id(account, "mch"),
        "name": given["name"],
        "instance_id": instance_id(account.name),
        "default_token_ttl": given.get("default_token_ttl") or TOKEN_S,
        "created_at": now,
        "updated_at": now,
    }
    state.machines.keep(row, account.clock())
    state.scopes[row["id"]] = dict.fromkeys(others, now)
    effect = Effect("clerk.machine", row["id"], fields={"name": row["name"]})
    return reply({**_view(account, row), "secret_key": _new_key(account, row["id"])}, effects=(effect,))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /machines/{machine_id}."""
    return reply(_view(account, _of_call(call, account)))


def list_machines(call: Call, account: Account[State]) -> Reply:
    """GET /machines."""
    limit, offset = take.page_of(call)
    part, order = (take.value_of(call, "query") or "").lower(), take.value_of(call, "order_by") or "-created_at"
    name = order.lstrip("+-")
    if name not in {"name", "created_at"}:
        raise invalid(call, "form_param_value_invalid", "order_by", order[:100])
    rows = [row for row in account.state.machines.all_seen(account) if part in row["name"].lower() or part in row["id"]]
    if not order.startswith("-"):
        rows.reverse()
    rows.sort(key=lambda row: row[name], reverse=order.startswith("-"))
    return page([_view(account, row) for row in islice(rows, offset, offset + limit)], len(rows))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /machines/{machine_id}."""
    row = _of_call(call, account)
    given = take.checked(call, {"name": take.text(255), "default_token_ttl": _TTL})
    changes = {name: value for name, value in given.items() if value is not None}
    changed = account.state.machines.change(row, account.clock(), **changes, updated_at=now_ms(account))
    return reply(_view(account, changed))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /machines/{machine_id}: its keys open nothing any more."""
    row, state = _of_call(call, account), account.state
    state.machines.drop(row["id"])
    state.forget_machine(row)
    gone = Effect("clerk.deletion", f"{row['id']}-deleted", references={"id": row["id"]}, fields={"object": "machine"})
    return reply(shapes.deleted("machine", row), effects=(gone,))


def show_key(call: Call, account: Account[State]) -> Reply:
    """GET /machines/{machine_id}/secret_key."""
    id = _of_call(call, account)["id"]  # noqa: A001
    return reply({"object": "machine_secret_key", "secret": next(reversed(account.state.keys_of[id]))})


def rotate_key(call: Call, account: Account[State]) -> Reply:
    """POST /machines/{machine_id}/secret_key/rotate: the key before stays good for as long as is asked."""
    row, state = _of_call(call, account), account.state
    given = take.checked(call, {"previous_token_ttl": take.whole(0, 28_800)}, "previous_token_ttl")
    until_s = account.wall_s() + given["previous_token_ttl"]
    for key in list(state.keys_of[row["id"]]):
        known = state.machine_keys[key]
        if known.until_s <= account.wall_s():
            del state.machine_keys[key]
            unlink(state.keys_of, row["id"], key)
        else:
            state.machine_keys[key] = MachineKey(row["id"], min(known.until_s, until_s))
    return reply({"object": "machine_secret_key", "secret": _new_key(account, row["id"])})


def add_scope(call: Call, account: Account[State]) -> Reply:
    """POST /machines/{machine_id}/scopes. Tokens that are out know nothing of it."""
    row, state = _of_call(call, account), account.state
    other = take.checked(call, {"to_machine_id": take.text()}, "to_machine_id")["to_machine_id"]
    if other not in state.machines:
        raise missing(call, "machine", other)
    held, now = state.scopes.setdefault(row["id"], {}), now_ms(account)
    if other in held or other == row["id"]:
        raise refuse(call, "conflict")
    if len(held) >= MOST_SCOPES:
        raise invalid(call, "form_param_array_size_exceeded", "to_machine_id", str(MOST_SCOPES))
    held[other] = now
    return reply({"object": "machine_scope", "from_machine_id": row["id"], "to_machine_id": other, "created_at": now})


def remove_scope(call: Call, account: Account[State]) -> Reply:
    """DELETE /machines/{machine_id}/scopes/{other_machine_id}."""
    row, other = _of_call(call, account), call.params["other_machine_id"]
    if account.state.scopes.get(row["id"], {}).pop(other, None) is None:
        raise missing(call, "machine scope", other)
    gone = {"object": "machine_scope", "from_machine_id": row["id"], "to_machine_id": other, "deleted": True}
    return reply(gone)


def _new_key(account: ClerkAccount, machine_id: str) -> str:
    key = machine_key(account)
    account.state.machine_keys[key] = MachineKey(machine_id, _FOREVER)
    link(account.state.keys_of, machine_id, key)
    return key


def _of_call(call: Call, account: ClerkAccount) -> Object:
    row = account.state.machines.get(call.params["machine_id"])
    if row is None:
        raise missing(call, "machine", call.params["machine_id"])
    return row


def _view(account: ClerkAccount, row: Object) -> Object:
    known = (account.state.machines.get(other) for other in account.state.scopes.get(row["id"], ()))
    return {**row, "scoped_machines": [other for other in known if other is not None]}


_ONE: Final = "/machines/{machine_id}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/machines", list_machines),
    Route("POST", "/machines", create),
    Route("GET", _ONE, fetch),
    Route("PATCH", _ONE, change),
    Route("DELETE", _ONE, delete),
    Route("GET", f"{_ONE}/secret_key", show_key),
    Route("POST", f"{_ONE}/secret_key/rotate", rotate_key),
    Route("POST", f"{_ONE}/scopes", add_scope),
    Route("DELETE", f"{_ONE}/scopes/{{other_machine_id}}", remove_scope),
)
