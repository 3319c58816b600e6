"""What Clerk's objects look like. Every member that the newest description names is there, and no other."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, now_ms

SESSION_S: Final = 7 * 86_400
"""A session's life (clerk.com/docs, "Session options": seven days by default)."""
ABANDONED_S: Final = 30 * 86_400

_NOBODY: Final[Mapping[str, Any]] = {
    "object": "user",
    "external_id": None,
    "primary_email_address_id": None,
    "primary_phone_number_id": None,
    "primary_web3_wallet_id": None,
    "username": None,
    "first_name": None,
    "last_name": None,
    "locale": None,
    "has_image": False,
    "public_metadata": {},
    "private_metadata": {},
    "unsafe_metadata": {},
    "email_addresses": [],
    "phone_numbers": [],
    "web3_wallets": [],
    "passkeys": [],
    "password_enabled": False,
    "password_last_updated_at": None,
    "two_factor_enabled": False,
    "totp_enabled": False,
    "backup_code_enabled": False,
    "mfa_enabled_at": None,
    "mfa_disabled_at": None,
    "external_accounts": [],
    "saml_accounts": [],
    "enterprise_accounts": [],
    "last_sign_in_at": None,
    "banned": False,
    "locked": False,
    "deprovisioned": False,
    "lockout_expires_in_seconds": None,
    "verification_attempts_remaining": 100,
    "delete_self_enabled": True,
    "create_organization_enabled": True,
    "create_organizations_limit": None,
    "last_active_at": None,
    "legal_accepted_at": None,
    "bypass_client_trust": False,
    "scim": None,
}
"""A user of whom nothing is known."""


def user(account: ClerkAccount, **known: Any) -> Object:
    """A new user."""
    id, now = new_id(account, "user"), now_ms(account)  # noqa: A001
    image = f"{account.base_url}/images/{id}"
    return {
        "id": id,
        **_NOBODY,
        "profile_image_url": image,
        "image_url": image,
        "updated_at": now,
        "created_at": now,
        **known,
    }


def _by_hand() -> Object:
    return {
        "object": "verification_admin",
        "status": "verified",
        "strategy": "admin",
        "attempts": None,
        "expire_at": None,
    }


def _by_ticket() -> Object:
    return {**_by_hand(), "object": "verification_ticket", "strategy": "ticket"}


_VERIFICATIONS: Final = {
    "admin": _by_hand(),
    "ticket": _by_ticket(),
    "": None,
}
"""How an address was verified: at the instance's own word, by following a link that was sent there, not at all."""


def email_address(account: ClerkAccount, address: str, *, verified: str = "admin", reserved: bool = False) -> Object:
    """A new address."""
    now = now_ms(account)
    return {
        "id": new_id(account, "idn"),
        "object": "email_address",
        "email_address": address,
        "reserved": reserved,
        "verification": _VERIFICATIONS[verified],
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": now,
        "updated_at": now,
    }


def phone_number(account: ClerkAccount, number: str, *, verified: str = "admin", reserved: bool = False) -> Object:
    """A new number."""
    now = now_ms(account)
    return {
        "id": new_id(account, "idn"),
        "object": "phone_number",
        "phone_number": number,
        "reserved_for_second_factor": False,
        "default_second_factor": False,
        "reserved": reserved,
        "verification": _VERIFICATIONS[verified],
        "linked_to": [],
        "backup_codes": None,
        "created_at": now,
        "updated_at": now,
    }


def web3_wallet(account: ClerkAccount, address: str) -> Object:
    """A new wallet."""
    now = now_ms(account)
    return {
        "id": new_id(account, "idn"),
        "object": "web3_wallet",
        "web3_wallet": address,
        "verification": _VERIFICATIONS["admin"],
        "created_at": now,
        "updated_at": now,
    }


def session(account: ClerkAccount, user_id: str, client_id: str, organization_id: str | None, actor: Any) -> Object:
    """A new session."""
    now = now_ms(account)
    return {
        "object": "session",
        "id": new_id(account, "sess"),
        "user_id": user_id,
        "client_id": client_id,
        "actor": actor,
        "status": "active",
        "last_active_organization_id": organization_id,
        "last_active_at": now,
        "expire_at": now + SESSION_S * 1000,
        "abandon_at": now + ABANDONED_S * 1000,
        "updated_at": now,
        "created_at": now,
        "tasks": None,
    }


def client(account: ClerkAccount) -> Object:
    """A new client: what a browser is to Clerk."""
    now = now_ms(account)
    return {
        "object": "client",
        "id": new_id(account, "client"),
        "session_ids": [],
        "sessions": [],
        "sign_in_id": None,
        "sign_up_id": None,
        "last_active_session_id": None,
        "last_authentication_strategy": None,
        "updated_at": now,
        "created_at": now,
    }


def public_user(user: Object) -> Object:
    """As an organization shows its members."""
    return {
        "user_id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "profile_image_url": user["profile_image_url"],
        "image_url": user["image_url"],
        "has_image": user["has_image"],
        "identifier": identifier_of(user),
        "username": user["username"],
        "banned": user["banned"],
        "deprovisioned": user["deprovisioned"],
    }


def public_inviter(user: Object) -> Object:
    """As an invitation shows who sent it."""
    kept = ("first_name", "last_name", "image_url", "has_image")
    return {"user_id": user["id"], **{name: user[name] for name in kept}, "identifier": identifier_of(user)}


def identifier_of(user: Object) -> str:
    """By what others know a user: the primary address, else a number, else a name."""
    for members, primary, name in (
        ("email_addresses", "primary_email_address_id", "email_address"),
        ("phone_numbers", "primary_phone_number_id", "phone_number"),
        ("web3_wallets", "primary_web3_wallet_id", "web3_wallet"),
    ):
        for each in user[members]:
            if each["id"] == user[primary]:
                return str(each[name])
    return str(user["username"] or "")


def deleted(kind: str, row: Object) -> Object:
    """What is left of an object that was deleted."""
    return {"object": kind, "id": row["id"], "deleted": True}
