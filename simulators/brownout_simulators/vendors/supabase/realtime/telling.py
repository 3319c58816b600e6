"""A row's change as a channel is told of it: only what its token may see, and no more than a message holds."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.vendors.supabase.changes import Change
from brownout_simulators.vendors.supabase.instants import milliseconds
from brownout_simulators.vendors.supabase.realtime.channel import Channel
from brownout_simulators.vendors.supabase.realtime.rows import columns_of, key_of, knows, may_see
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of

LARGEST: Final = 1_048_576
"""Bytes of a change; beyond, values of more than `SMALL` are left out."""
SMALL: Final = 64


def told(change: Change, channel: Channel, account: Account[State]) -> dict[str, Any] | None:
    """The payload of `postgres_changes`; None where the channel is told nothing."""
    wanted = [binding for binding in channel.bindings if binding.wants(change)]
    setup = setup_of(account)
    if not wanted or account.clock() < channel.told_from_s or not setup.realtime.tells(change.table):
        return None
    if change.record is not None and not may_see(setup.database, change, channel.access.who):
        return None
    chosen = {name for binding in wanted for name in binding.select} if all(each.select for each in wanted) else None
    data: dict[str, Any] = {
        "schema": change.schema,
        "table": change.table,
        "commit_timestamp": milliseconds(change.committed_s),
        "type": change.type,
        "columns": [
            {"name": name, "type": kind}
            for name, kind in columns_of(setup.database, change)
            if chosen is None or name in chosen
        ],
        "errors": None,
    }
    if change.record is not None:
        data["record"] = _chosen(change.record, chosen)
    if change.old_record is not None:
        is_whole = change.table in setup.realtime.full_identity
        data["old_record"] = dict(change.old_record) if is_whole else key_of(setup.database, change)
    return {"ids": [binding.id for binding in wanted], "data": _fitting(data)}


def objection(channel: Channel, account: Account[State]) -> str:
    """Why a channel's subscriptions cannot be; "" where they can."""
    setup = setup_of(account)
    for binding in channel.bindings:
        names_one = binding.table != "*"
        if names_one and not (knows(setup.database, binding) and setup.realtime.tells(binding.table)):
            return (
                "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given "
                f"connect parameters: [event: {binding.event}, schema: {binding.schema}, table: {binding.table}, "
                f"filters: {orjson.dumps([each.column for each in binding.filters]).decode()}]"
            )
    return ""


def _chosen(record: Mapping[str, Any], names: set[str] | None) -> dict[str, Any]:
    return {name: value for name, value in record.items() if names is None or name in names}


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is large, where all of it would be too large."""
    if len(orjson.dumps(data)) <= LARGEST:
        return data
    for part in ("record", "old_record"):
        if part in data:
            data[part] = {name: value for name, value in data[part].items() if len(orjson.dumps(value)) <= SMALL}
    return {**data, "errors": ["Error 413: Payload Too Large"]}
