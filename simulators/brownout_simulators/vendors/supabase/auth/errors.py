"""How GoTrue says no: one table of codes, and the two shapes that a client chooses between.

A client that sends `X-Supabase-Api-Version: 2024-01-01` is answered `{code, message}`, with the header echoed; without
the echo its SDK does not look at the code. Others are answered `{code: <status>, error_code, msg}` (supabase/auth
internal/api/errors.go).
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.auth.limits import REFUSALS
from brownout_simulators.vendors.supabase.replies import GatewayErrors

VERSION_HEADER: Final = "x-supabase-api-version"
NEWEST: Final = "2024-01-01"

WORDS: Final[Mapping[str, tuple[int, str]]] = {
    "anonymous_provider_disabled": (422, "Anonymous sign-ins are disabled"),
    "bad_code_verifier": (400, "code challenge does not match previously saved code verifier"),
    "bad_json": (400, "Could not parse request body as JSON: {why}"),
    "bad_jwt": (403, "invalid JWT: unable to parse or verify signature, {why}"),
    "conflict": (409, "Too many concurrent token refresh requests on the same session or refresh token"),
    "email_address_invalid": (400, "Email address {address} is invalid"),
    "email_exists": (422, "A user with this email address has already been registered"),
    "email_not_confirmed": (400, "Email not confirmed"),
    "email_provider_disabled": (400, "Email signups are disabled"),
    "flow_state_expired": (422, "invalid flow state, flow state has expired"),
    "flow_state_not_found": (404, "invalid flow state, no valid flow state found"),
    "hook_timeout": (422, "Failed to reach hook within maximum time of 5.000000 seconds"),
    "hook_timeout_after_retry": (422, "Failed to reach hook after maximum retries"),
    "identity_not_found": (422, "Identity doesn't exist"),
    "invalid_credentials": (400, "Invalid login credentials"),
    "insufficient_aal": (422, "AAL2 required"),
    "mfa_challenge_expired": (
        422,
        "MFA challenge has expired, verify against another challenge or create a new challenge.",
    ),
    "mfa_factor_name_conflict": (422, "A factor with the friendly name for this user already exists"),
    "mfa_factor_not_found": (404, "Factor not found"),
    "mfa_ip_address_mismatch": (422, "Challenge and verify IP addresses mismatch."),
    "mfa_phone_enroll_not_enabled": (422, "MFA enroll is disabled for Phone"),
    "mfa_totp_enroll_not_enabled": (422, "MFA enroll is disabled for TOTP"),
    "mfa_totp_verify_not_enabled": (422, "MFA verification is disabled for TOTP"),
    "mfa_verification_failed": (422, "Invalid TOTP code entered"),
    "mfa_webauthn_enroll_not_enabled": (422, "MFA enroll is disabled for WebAuthn"),
    "no_authorization": (401, "This endpoint requires a valid Bearer token"),
    "not_admin": (403, "User not allowed"),
    "otp_disabled": (422, "Signups not allowed for otp"),
    "otp_expired": (403, "Token has expired or is invalid"),
    "over_email_send_rate_limit": (429, "email rate limit exceeded"),
    "over_request_rate_limit": (429, "Request rate limit reached"),
    "over_sms_send_rate_limit": (429, "SMS rate limit exceeded"),
    "phone_exists": (422, "A user with this phone number has already been registered"),
    "phone_not_confirmed": (400, "Phone not confirmed"),
    "phone_provider_disabled": (400, "Phone signups are disabled"),
    "reauthentication_needed": (400, "Password update requires reauthentication"),
    "reauthentication_not_valid": (422, "Nonce has expired or is invalid"),
    "refresh_token_already_used": (400, "Invalid Refresh Token: Already Used"),
    "refresh_token_not_found": (400, "Invalid Refresh Token: Refresh Token Not Found"),
    "request_entity_too_large": (413, "Request body too large (max 1048576 bytes)"),
    "request_timeout": (504, "Processing this request timed out, please retry after a moment."),
    "same_password": (422, "New password should be different from the old password."),
    "session_expired": (400, "Invalid Refresh Token: Session Expired"),
    "session_not_found": (403, "Session from session_id claim in JWT does not exist"),
    "signup_disabled": (422, "Signups not allowed for this instance"),
    "single_identity_not_deletable": (422, "User must have at least 1 identity after unlinking"),
    "unexpected_failure": (500, "Unexpected failure, please check server logs for more information"),
    "too_many_enrolled_mfa_factors": (422, "Maximum number of verified factors reached, unenroll to continue"),
    "user_already_exists": (422, "User already registered"),
    "user_banned": (403, "User is banned"),
    "user_not_found": (404, "User not found"),
    "validation_failed": (400, "{why}"),
    "weak_password": (422, "{why}"),
}


def error(call: Call, code: str, message: str = "", *, status: int = 0, **words: str) -> Reply:
    """A refusal. Status and message are the table's, unless others are given; `words` fill its gaps."""
    usual, text = WORDS.get(code, (400, code))
    return _reply(call, status or usual, code, message or text.format_map(_Gaps(words)))


def refuse(call: Call, code: str, message: str = "", *, status: int = 0, **words: str) -> Refused:
    """The same to be raised."""
    return Refused(error(call, code, message, status=status, **words))


def invalid(call: Call, why: str, *, status: int = 400) -> Refused:
    """`validation_failed`, to be raised."""
    return refuse(call, "validation_failed", status=status, why=why)


def weak_password(call: Call, reasons: list[str], message: str) -> Refused:
    """422 with the reasons, to be raised."""
    return Refused(_reply(call, 422, "weak_password", message, weak_password={"reasons": reasons}))


def oauth_error(name: str, description: str) -> Reply:
    """What OAuth asks for, whatever shape the client wants: always 400."""
    return Reply(
        400,
        orjson.dumps({"error": name, "error_description": description}),
        {"content-type": "application/json"},
        executed=False,
    )


def wants_newest(call: Call) -> bool:
    """Whether the client asks for the shape of 2024; a date before it, or none, is the older one."""
    asked = call.headers.get(VERSION_HEADER, "")
    return len(asked) == len(NEWEST) and asked.replace("-", "").isdecimal() and asked >= NEWEST


def _reply(call: Call, status: int, code: str, message: str, **more: Any) -> Reply:
    headers = {"content-type": "application/json", "x-sb-error-code": code}
    if wants_newest(call):
        headers[VERSION_HEADER] = NEWEST
        body: dict[str, Any] = {"code": code, "message": message, **more}
    else:
        body = {"code": status, "error_code": code, "msg": message, **more}
        if status >= 500:
            body["error_id"] = call.request_id
    return Reply(status, orjson.dumps(body), headers, executed=False)


class _Gaps(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


class AuthErrors(GatewayErrors):
    """What the engine says in GoTrue's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404, in plain text as Go's router says it."""
        del call
        return Reply(404, b"404 page not found\n", {"content-type": "text/plain; charset=utf-8"}, executed=False)

    def malformed(self, call: Call, why: str) -> Reply:
        """400 bad_json."""
        return error(call, "bad_json", why=why)

    def unauthenticated(self, call: Call) -> Reply:
        """403: a token that is no good."""
        return error(call, "bad_jwt", why="signature is invalid")

    def token_expired(self, call: Call) -> Reply:
        """403 as well: GoTrue tells an expired token by its words only."""
        return error(call, "bad_jwt", why="token has invalid claims: token is expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 that tells no time to come back; 409 where another refresh holds the session."""
        del retry_after_s
        if reason == "lock":
            return error(call, "conflict")
        return error(call, REFUSALS.get(reason, "over_request_rate_limit"))

    def server_error(self, call: Call, status: int) -> Reply:
        """5xx: one that took too long is 504 request_timeout, what was not reached is the gateway's to tell."""
        if status == 504:
            return error(call, "request_timeout")
        if status == 500:
            return error(call, "unexpected_failure")
        return super().server_error(call, status)
