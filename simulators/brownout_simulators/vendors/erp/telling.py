"""Who is told of a change: those who subscribed to its set. Changes are collected for 30 s, of each entity the latest.

Above a thousand the notice says no more than that the collection has changed. A notice names what has changed and
nothing of what is in it (MicrosoftDocs, `dynamics-subscriptions.md`).
"""

from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Notice
from brownout_simulators.vendors.erp.instants import instant
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.resources import Subscription, state_of
from brownout_simulators.vendors.erp.schema import Kind
from brownout_simulators.vendors.erp.setup import setup_of

COLLECTS_S: Final = 30.0
"""In an ERP's seconds."""
MOST: Final = 1_000
CHANGES: Final = "changes"


def told_later(account: Account[Any], kind: Kind, record: Record, change: str) -> None:
    """A change that stands, or will: a group that is rolled back takes it back."""
    state = state_of(account)
    for id in state.subscribers.get(kind.set, ()):  # noqa: A001
        subscription = state.subscriptions.get(id)
        if subscription is None or setup_of(account).webhooks_expire or account.wall_s() >= subscription.expires_s:
            continue
        resource = f"companies({state.company_id})/{kind.set}({record.id})"
        before = subscription.collected.get(resource)
        is_new = before is not None and before["changeType"] == "created" and change == "updated"
        notice = {
            "subscriptionId": subscription.id,
            "clientState": subscription.client_state,
            "expirationDateTime": instant(subscription.expires_s),
            "resource": resource,
            "changeType": "created" if is_new else change,
            "lastModifiedDateTime": instant(account.wall_s()),
        }
        begins = not subscription.collected
        subscription.collected[resource] = notice
        state.journal.note(lambda one=subscription, at=resource, was=before: _forget(one, at, was))  # type: ignore[misc]
        if begins:
            account.later(setup_of(account).scaled(COLLECTS_S), lambda one=subscription: _tell(account, one))  # type: ignore[misc]


def _forget(subscription: Subscription, resource: str, before: Any) -> None:
    if before is None:
        subscription.collected.pop(resource, None)
    else:
        subscription.collected[resource] = before


def _tell(account: Account[Any], subscription: Subscription) -> Aftermath | None:
    """All that was collected, to whoever still wants it."""
    collected = list(subscription.collected.values())
    subscription.collected.clear()
    if not collected or subscription.id not in state_of(account).subscriptions:
        return None
    if len(collected) > MOST:
        whole = collected[-1]["resource"].rpartition("(")[0]
        collected = [{**collected[-1], "resource": whole, "changeType": "collection"}]
    payload = {"id": subscription.id, "value": collected}
    return Aftermath(notices=[Notice(CHANGES, payload, url=subscription.url)])
