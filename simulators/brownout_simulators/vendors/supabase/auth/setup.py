"""What a project's owner sets for auth in the dashboard, with the defaults of `supabase start` where it has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.vendors.supabase.reading import Fields
from brownout_simulators.vendors.supabase.signing import LEGACY, SECRET, STATUSES, SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpUser:
    """Somebody who is there from the beginning, confirmed."""

    email: str = ""
    phone: str = ""
    password: str = ""
    id: str = ""
    role: str = "authenticated"
    user_metadata: Mapping[str, Any] = field(default_factory=dict)
    app_metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSetup:
    """A project's settings."""

    signup: bool = True
    anonymous: bool = False
    email: bool = True
    phone: bool = True
    autoconfirm: bool = True
    """An address need not be confirmed."""
    phone_autoconfirm: bool = False
    secure_email_change: bool = True
    """A new address is confirmed from the old one as well."""
    password_min_length: int = 6
    otp_length: int = 6
    otp_expires_s: float = 3_600.0
    mail_interval_s: float = 60.0
    """Between two mails, or two text messages, to one user."""
    access_token_s: int = 3_600
    refresh_reuse_s: float = 10.0
    """For so long after its use a refresh token may be used again."""
    refresh_rotation: bool = True
    """A refresh token that is used too late ends its session."""
    refresh_algorithm: int = 1
    """1: opaque tokens, each with its child. 2: a signed counter."""
    flow_expires_s: float = 300.0
    site_url: str = "http://127.0.0.1:3000"
    test_otp: Mapping[str, str] = field(default_factory=dict)
    """Phone number to the code that always opens it: GoTrue's own `sms.test_otp`."""
    users: Sequence[SetUpUser] = ()
    mfa_totp: bool = True
    """Authenticators may be enrolled and verified."""
    mfa_max_factors: int = 10
    mfa_challenge_expires_s: float = 300.0
    signing_keys: Sequence[SigningKey] = LEGACY
    """One of them is in use."""


DEFAULT: Final = AuthSetup()


def read(value: Any, place: str = "auth") -> AuthSetup:
    """From JSON. Raises `ValueError`, whose text begins with the place."""
    fields = Fields(value, place)
    found = AuthSetup(
        signup=fields.flag("signup", DEFAULT.signup),
        anonymous=fields.flag("anonymous", DEFAULT.anonymous),
        email=fields.flag("email", DEFAULT.email),
        phone=fields.flag("phone", DEFAULT.phone),
        autoconfirm=fields.flag("autoconfirm", DEFAULT.autoconfirm),
        phone_autoconfirm=fields.flag("phone_autoconfirm", DEFAULT.phone_autoconfirm),
        secure_email_change=fields.flag("secure_email_change", DEFAULT.secure_email_change),
        password_min_length=fields.whole("password_min_length", DEFAULT.password_min_length, 1, 72),
        otp_length=fields.whole("otp_length", DEFAULT.otp_length, 6, 10),
        otp_expires_s=fields.number("otp_expires_s", DEFAULT.otp_expires_s, 0, 86_400),
        mail_interval_s=fields.number("mail_interval_s", DEFAULT.mail_interval_s, 0, 86_400),
        access_token_s=fields.whole("access_token_s", DEFAULT.access_token_s, 1, 604_800),
        refresh_reuse_s=fields.number("refresh_reuse_s", DEFAULT.refresh_reuse_s, 0, 86_400),
        refresh_rotation=fields.flag("refresh_rotation", DEFAULT.refresh_rotation),
        refresh_algorithm=fields.whole("refresh_algorithm", DEFAULT.refresh_algorithm, 1, 2),
        flow_expires_s=fields.number("flow_expires_s", DEFAULT.flow_expires_s, 0, 86_400),
        site_url=fields.text("site_url", DEFAULT.site_url),
        test_otp=fields.texts_by_name("test_otp"),
        mfa_totp=fields.flag("mfa_totp", DEFAULT.mfa_totp),
        mfa_max_factors=fields.whole("mfa_max_factors", DEFAULT.mfa_max_factors, 1, 100),
        mfa_challenge_expires_s=fields.number("mfa_challenge_expires_s", DEFAULT.mfa_challenge_expires_s, 1, 86_400),
        users=[_user(each, where) for each, where in fields.items("users")],
        signing_keys=_signing_keys([_signing_key(each, where) for each, where in fields.items("signing_keys")], place),
    )
    fields.done()
    return found


def _signing_key(value: Any, place: str) -> SigningKey:
    fields = Fields(value, place)
    name = fields.text("name", "")
    usual = "HS256" if name == SECRET else "ES256"
    algorithm: Any = fields.choice("algorithm", usual, ("HS256",) if name == SECRET else ("ES256", "RS256"))
    status: Any = fields.choice("status", "in_use", STATUSES)
    fields.done()
    return SigningKey(name, algorithm, status)


def _signing_keys(found: Sequence[SigningKey], place: str) -> Sequence[SigningKey]:
    """The shared secret, unless something is said of it, was used before: a project's older keys are signed with it."""
    if not found:
        return LEGACY
    names = [key.name for key in found]
    if len(set(names)) < len(names):
        raise ValueError(f"{place}.signing_keys: two keys have one name")
    if [key.status for key in found].count("in_use") != 1:
        raise ValueError(f"{place}.signing_keys: one key is in use, and no other")
    return tuple(found) if SECRET in names else (*found, SigningKey(SECRET, "HS256", "previously_used"))


def _user(value: Any, place: str) -> SetUpUser:
    fields = Fields(value, place)
    user = SetUpUser(
        email=fields.text("email", "").lower(),
        phone=fields.text("phone", "").removeprefix("+"),
        password=fields.text("password", ""),
        id=fields.text("id", "").lower(),
        role=fields.text("role", "authenticated"),
        user_metadata=fields.mapping("user_metadata"),
        app_metadata=fields.mapping("app_metadata"),
    )
    fields.done()
    if not user.email and not user.phone:
        raise ValueError(f"{place}: an email or a phone is needed")
    return user
