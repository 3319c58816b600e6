"""A row was written: the one place from which sessions and database webhooks hear of it, once per committed row."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Notice

TOPIC: Final = "changes"
"""To which realtime sessions listen; the message is the `Change`."""

Kind = Literal["INSERT", "UPDATE", "DELETE"]


class Change(NamedTuple):
    """One row's, as it was committed. Values are as JSON has them."""

    type: Kind
    schema: str
    table: str
    record: Mapping[str, Any] | None
    """The row as it is now; None where it is gone."""
    old_record: Mapping[str, Any] | None
    """The row as it was; None where it is new."""
    committed_s: float
    """Seconds since 1970."""


def is_heard(account: Account[Any]) -> bool:
    """Whether there is anybody to tell: a webhook, or a channel at some time. What nobody hears need not be said."""
    return bool(account.state.realtime.numbers or len(account.state.webhooks))


def tell(account: Account[Any], changes: Iterable[Change]) -> list[Notice]:
    """Publish the changes to the account's sessions; returns the notices for its webhooks, for the reply."""
    told = list(changes)
    for change in told:
        account.publish(TOPIC, change)
    return [_notice(change) for change in told] if len(account.state.webhooks) else []


def _notice(change: Change) -> Notice:
    payload = {
        "type": change.type,
        "table": change.table,
        "schema": change.schema,
        "record": change.record,
        "old_record": change.old_record,
    }
    return Notice(f"{change.type} {change.schema}.{change.table}", payload)
