"""What machine tokens and API keys have in common: a secret that is looked up, an end, a revocation.

Whoever asks whether one is good gets it, or 404: both SDKs take any 200 for a yes, whatever `revoked` says.
"""

from collections.abc import Sequence
from typing import Any

from brownout_simulators.call import Call
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk.errors import missing, refuse
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Kept, Object, link, now_ms


def keep(account: ClerkAccount, kept: Kept, row: Object, secret: str) -> Object:
    """A new one enters the books; as it is shown, but for its secret."""
    state = account.state
    kept.keep(row, account.clock())
    state.secrets[secret], state.secret_of[row["id"]] = row["id"], secret
    link(state.tokens_of, row["subject"], row["id"])
    return view(account, row)


def view(account: ClerkAccount, row: Object) -> Object:
    """As it is read: whether its time is up is a matter of now."""
    return {**row, "expired": _is_over(row, now_ms(account))}


def _is_over(row: Object, now: int) -> bool:
    return row["expiration"] is not None and now >= row["expiration"]


def of_subject(account: ClerkAccount, kept: Kept, subject: str) -> Sequence[Object]:
    """All of one subject, newest first."""
    ids = reversed(account.state.tokens_of.get(subject, {}))
    return [view(account, row) for id in ids if (row := kept.look(id, account)) is not None]  # noqa: A001


def revoked(call: Call, account: ClerkAccount, kept: Kept, row: Object) -> Object:
    """It is good no longer."""
    given = take.checked(call, {"revocation_reason": take.text()}) if call.body else {}
    reason = given.get("revocation_reason")
    return kept.change(row, account.clock(), revoked=True, revocation_reason=reason, updated_at=now_ms(account))


def verified(call: Call, account: ClerkAccount, kept: Kept, what: str) -> Object:
    """The one whose secret the body names, if it is good; else 404. Python's SDK says `secret` for every kind."""
    given = take.checked(call, {"token": take.text(16_384), "secret": take.text(16_384)})
    secret = given.get("token") or given.get("secret")
    if not secret:
        raise refuse(call, "malformed_request_parameters")
    row = kept.get(account.state.secrets.get(secret, ""))
    if row is None or row["revoked"] or _is_over(row, now_ms(account)):
        raise missing(call, what, "")
    return view(account, kept.change(row, account.clock(), last_used_at=now_ms(account)))


def expiration(account: ClerkAccount, given: dict[str, Any], default_s: float | None) -> int | None:
    """When it ends, in milliseconds; None for never. Null says nothing: Node's SDK sends it for what is not said."""
    seconds = given.get("seconds_until_expiration")
    seconds = default_s if seconds is None else seconds
    return None if seconds is None else now_ms(account) + int(seconds * 1000)
