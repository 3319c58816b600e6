"""Addresses that nothing is sent to any more: they bounced, complained, or somebody said so."""

from collections.abc import Sequence

from brownout_simulators.call import Notice
from brownout_simulators.vendors.resend.dialect import instant_of, moment, new_id
from brownout_simulators.vendors.resend.resources import Object, ResendAccount
from brownout_simulators.vendors.resend.webhooks import told


def suppress(
    account: ResendAccount, address: str, origin: str, source_id: str | None = None
) -> tuple[str, Sequence[Notice]]:
    """The suppression's id, and who is told of it; the one that is there, where the address has one."""
    state = account.state
    known = state.suppressed.get(address)
    if known is not None:
        return known, ()
    row: Object = {
        "object": "suppression",
        "id": new_id(account),
        "email": address,
        "origin": origin,
        "source_id": source_id,
        "created_at": moment(account.wall_s()),
    }
    state.suppressed[address] = row["id"]
    state.suppressions.add(row["id"], row, account.clock())
    return row["id"], told(account, "suppression.added", _data(row))


def release(account: ResendAccount, row: Object) -> Sequence[Notice]:
    """The address may be written to again."""
    state = account.state
    state.suppressions.remove(row["id"])
    state.suppressed.pop(row["email"], None)
    return told(account, "suppression.removed", _data(row))


def _data(row: Object) -> Object:
    data = {name: row[name] for name in ("id", "email", "origin", "source_id")}
    return {**data, "created_at": instant_of(row["created_at"])}
