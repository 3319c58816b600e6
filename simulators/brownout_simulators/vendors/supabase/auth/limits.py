"""GoTrue's limiters: by caller's address, with a burst of 30 whatever the rate (supabase/auth internal/api/apilimiter).

Everybody who calls a simulator has one address, so a project is one caller; a backend that tells the end user's address
in `Sb-Forwarded-For` has a bucket for each, if it shows the secret key. A refusal tells no time to come back, as GoTrue
tells none.
"""

from collections.abc import Callable
from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.supabase.keys import SERVICE, read_key

BURST: Final = 30.0
_FIVE_MINUTES: Final = 300.0
_SENT: Final = frozenset(
    f"POST /auth/v1/{path}" for path in ("otp", "magiclink", "recover", "resend", "invite", "signup")
)


_FACTORS: Final = ("POST /auth/v1/factors/{id}/challenge", "POST /auth/v1/factors/{id}/verify")


def _caller(call: Call, account: str) -> str:
    forwarded = call.headers.get("sb-forwarded-for", "")
    if forwarded:
        key = read_key(call.headers.get("apikey", ""))
        if key is not None and key.role == SERVICE:
            return f"{account} {forwarded[:64]}"
    return account


def _of(*routes: str) -> Callable[[Call, str], str]:
    wanted = frozenset(routes)
    return lambda call, account: _caller(call, account) if call.route in wanted else ""


def _sign_up(call: Call, account: str) -> str:
    return _caller(call, account) if call.route == "POST /auth/v1/signup" and not _is_anonymous(call) else ""


def _anonymous(call: Call, account: str) -> str:
    return _caller(call, account) if call.route == "POST /auth/v1/signup" and _is_anonymous(call) else ""


def _is_anonymous(call: Call) -> bool:
    return not call.data.get("email") and not call.data.get("phone")


def _mails(call: Call, account: str) -> str:
    return account if call.route in _SENT and not call.data.get("phone") and not _is_anonymous(call) else ""


def _texts(call: Call, account: str) -> str:
    return account if call.route in _SENT and call.data.get("phone") else ""


LIMITS: Final[tuple[Limit, ...]] = (
    Limit("auth-token", rate_per_s=150 / _FIVE_MINUTES, burst=BURST, key_of=_of("POST /auth/v1/token")),
    Limit(
        "auth-verify",
        rate_per_s=30 / _FIVE_MINUTES,
        burst=BURST,
        key_of=_of("POST /auth/v1/verify", "GET /auth/v1/verify"),
    ),
    Limit("auth-otp", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_of("POST /auth/v1/otp")),
    Limit("auth-magiclink", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_of("POST /auth/v1/magiclink")),
    Limit("auth-recover", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_of("POST /auth/v1/recover")),
    Limit("auth-resend", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_of("POST /auth/v1/resend")),
    Limit("auth-signup", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_sign_up),
    Limit("auth-user", rate_per_s=30 / _FIVE_MINUTES, burst=BURST, key_of=_of("PUT /auth/v1/user")),
    Limit("auth-factor", rate_per_s=15 / 60, burst=BURST, key_of=_of(*_FACTORS)),
    Limit("auth-anonymous", rate_per_s=30 / 3_600, burst=BURST, key_of=_anonymous),
    Limit("auth-email", rate_per_s=30 / 3_600, burst=BURST, key_of=_mails),
    Limit("auth-sms", rate_per_s=30 / 3_600, burst=BURST, key_of=_texts),
)
REFUSALS: Final = {"auth-email": "over_email_send_rate_limit", "auth-sms": "over_sms_send_rate_limit"}
"""How a refusal is called where it is not by the caller's address."""
