"""How Clerk says no: a list of errors and a trace id. Codes, statuses and words are those of its error catalogue
(clerk-docs, `data/api_errors.json`)."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

JSON: Final = "application/json"
"""Without a charset: Node's SDK compares the whole header, and takes the body for text where it differs."""

ERRORS: Final[Mapping[str, tuple[int, str, str]]] = {
    # code: (HTTP status, message, long message)
    "api_version_invalid": (400, "invalid API version", "Invalid Clerk API version: {why}"),
    "already_a_member_in_organization": (400, "already a member", "{why} is already a member of the organization."),
    "actor_token_cannot_be_revoked_code": (
        400,
        "cannot revoke",
        "Actor token cannot be revoked because its status is {why}. Only pending tokens can be revoked.",
    ),
    "bulk_size_exceeded": (
        400,
        "bulk size exceeded",
        "Parameters exceed the maximum allowed bulk processing size of {why}.",
    ),
    "bad_request": (400, "Bad request", "{why}"),
    "cookie_invalid": (400, "Invalid cookie", "The token could not be verified."),
    "duplicate_record": (
        400,
        "duplicate invitation",
        "There are already pending invitations for the following email addresses: {why}",
    ),
    "identification_deletion_failed": (400, "Deletion failed", "You cannot delete your last identification."),
    "invitation_already_accepted": (
        400,
        "Invitation is already accepted, try signing in instead.",
        "Invitation is already accepted, try signing in instead.",
    ),
    "invitation_already_revoked": (400, "Invitation is already revoked.", "Invitation is already revoked."),
    "invalid_query_parameter_value": (
        400,
        "invalid query parameter",
        "{why} does not match one of the allowed values for this parameter",
    ),
    "invalid_session_token": (400, "Invalid session token", "The token provided could not be successfully verified"),
    "jwt_template_reserved_claim": (400, "reserved claim used", "You can't use the reserved claim: '{why}'"),
    "machine_token_reserved_claim": (400, "reserved claim used", "You can't use the reserved claim: '{why}'"),
    "malformed_request_parameters": (
        400,
        "Malformed request parameters",
        "The request parameters are malformed and could not be parsed",
    ),
    "missing_query_parameter": (
        400,
        "Missing query parameter",
        "Either of the following query parameters must be provided: {why}.",
    ),
    "no_password_set": (400, "no password set", "This user does not have a password set for their account"),
    "organization_creator_not_found": (400, "creator not found", "No users found with id {why}."),
    "organization_invitation_not_unique": (
        400,
        "organization invitation not unique",
        "Organizations cannot have duplicate pending invitations for an email address.",
    ),
    "organization_minimum_permissions_needed": (
        400,
        "minimum organization permissions needed",
        "There has to be at least one organization member with the minimum required permissions",
    ),
    "request_body_invalid": (
        400,
        "Request body invalid",
        "The request body is invalid. Please consult the API documentation for more information.",
    ),
    "request_invalid_for_environment": (
        400,
        "Invalid request for environment",
        "Request only valid for development instances.",
    ),
    "sign_in_token_cannot_be_revoked_code": (
        400,
        "cannot revoke",
        "Sign in token cannot be revoked because its status is {why}. Only pending tokens can be revoked.",
    ),
    "svix_app_exists": (
        400,
        "Only one Svix app is allowed per instance.",
        "Only one Svix app is allowed per instance.",
    ),
    "svix_app_missing": (
        400,
        "No Svix apps are associated with the current instance.",
        "No Svix apps are associated with the current instance.",
    ),
    "totp_disabled": (400, "TOTP is disabled", "This user does not have TOTP enabled in their account"),
    "authentication_invalid": (
        401,
        "Invalid authentication",
        "Unable to authenticate the request, you need to supply an active session",
    ),
    "authorization_header_format_invalid": (
        401,
        "Invalid Authorization header format",
        "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
    ),
    "clerk_key_invalid": (
        401,
        "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.",
        "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.",
    ),
    "expired_session_token_invalid": (
        401,
        "Invalid expired_token param",
        "The session token provided could not be successfully verified",
    ),
    "expired_session_token_missing_azp": (
        401,
        "missing 'azp' claim",
        "No 'azp' claim present in the provided expired session token",
    ),
    "expired_session_token_missing_sid": (
        401,
        "missing 'sid' claim",
        "No 'sid' claim present in the provided expired session token",
    ),
    "refresh_request_origin_azp_mismatch": (
        401,
        "Request origin does not match azp claim",
        "The request_origin parameter does not match the 'azp' claim of expired_token",
    ),
    "refresh_request_origin_invalid": (
        401,
        "Request origin is invalid",
        "The request_origin parameter could not be parsed",
    ),
    "refresh_sid_mismatch": (
        401,
        "Session ID does not match the 'sid' claim",
        (
            "The 'sid' claim of the provided expired session token does not match the session ID provided in the "
            "request path"
        ),
    ),
    "refresh_token_not_found": (401, "Refresh token not found", "The provided refresh token was not found"),
    "session_refresh_expired_session_token_consumed": (
        401,
        "expired session token consumed",
        "The provided expired session token was already consumed in a previous refresh request",
    ),
    "session_refresh_expired_session_token_too_old": (
        401,
        "session token too old",
        "The provided expired session token is too old",
    ),
    "session_refresh_inactive_session": (401, "session inactive", "The provided session is not active"),
    "session_refresh_session_not_found": (401, "Session not found", "No session was found with id {why}"),
    "unsupported_subscription_plan_features": (
        402,
        "Unsupported plan features",
        "Some features are not supported in your current plan. Upgrade your subscription to unlock them.",
    ),
    "authorization_invalid": (403, "Unauthorized request", "You are not authorized to perform this request"),
    "org_creation_limit_exceeded": (
        403,
        "Organization Creation Limit Exceeded",
        "You have exceeded the maximum number of organizations you can create.",
    ),
    "organization_membership_quota_exceeded": (
        403,
        "organization membership quota exceeded",
        "You have reached your limit of {why} organization memberships, including outstanding invitations.",
    ),
    "organization_quota_exceeded": (
        403,
        "organization quota exceeded",
        (
            "You have reached your limit of {why} organizations. You can remove the organization limit by upgrading to "
            "a paid plan or using a production instance."
        ),
    ),
    "user_banned": (
        403,
        "User banned",
        "You have been banned. If you think this was by mistake, please contact support.",
    ),
    "user_locked": (403, "Account locked", "Your account is locked. You will be able to try again later."),
    "user_quota_exceeded": (403, "user quota exceeded", "You have reached your limit of {why} users."),
    "organization_invitation_not_pending": (
        404,
        "not pending",
        "The organization invitation is not in the 'pending' status.",
    ),
    "resource_not_found": (404, "not found", "{why}"),
    "conflict": (409, "Conflict", "Conflict"),
    "resource_locked": (
        409,
        "resource busy",
        "This resource is currently being modified by another request. Please try again.",
    ),
    "operation_deprecated": (
        410,
        "endpoint is deprecated and pending removal",
        "endpoint is deprecated and pending removal",
    ),
    "request_body_too_large": (
        413,
        "Request body too large",
        "The request body exceeds the maximum allowed size of {why} bytes.",
    ),
    "unsupported_content_type": (
        415,
        "Content-Type is unsupported",
        "Content-Type {why} is unsupported. You should use application/json instead.",
    ),
    "incorrect_password": (422, "incorrect password", "The provided password is not the one the user has set"),
    "too_many_requests": (429, "Too many requests", "Too many requests, retry later"),
    "internal_clerk_error": (
        500,
        "Oops, an unexpected error occurred",
        "There was an internal error on our servers. We've been notified and are working on fixing it.",
    ),
    "service_unavailable": (503, "Service unavailable", "Service unavailable"),
    "gateway_timeout": (504, "Gateway Timeout", "A request to a 3rd party service timed out"),
}

FORM_ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    # code: (message, long message); all are 422 and name their parameter in `meta`
    "form_conditional_param_missing": ("is missing", "`{name}` is required when `{why}` is present."),
    "form_disallow_future_date": (
        "Date values must not be in the future.",
        "Date values must not be in the future.",
    ),
    "form_identifier_exists": ("That {why} is taken. Please try another.", "That {why} is taken. Please try another."),
    "form_param_array_length_mismatch": (
        "length mismatch",
        "{name} must contain exactly one item for each item in {why}.",
    ),
    "form_param_array_size_exceeded": ("exceeds maximum size", "{name} should not exceed {why} items."),
    "form_param_format_invalid": ("is invalid", "{name} must be a valid {why}."),
    "form_param_invalid_time": (
        "invalid format",
        "{name} must contain a datetime specified in RFC3339 format (e.g. `2022-10-20T10:00:27.645Z`).",
    ),
    "form_param_max_length_exceeded": ("exceeds maximum length", "{name} should not exceed {why} characters."),
    "form_param_missing": ("is missing", "{name} must be included."),
    "form_param_exceeds_allowed_size": ("exceeds allowed size", "{name} exceeds the maximum allowed size of {why}."),
    "form_param_type_invalid": ("is invalid", "`{name}` must be a `{why}`."),
    "form_param_unknown": ("is unknown", "{name} is not a valid parameter for this request."),
    "form_param_value_invalid": ("is invalid", "{why} does not match one of the allowed values for parameter {name}"),
    "form_password_length_too_short": (
        "Passwords must be 8 characters or more.",
        "Passwords must be 8 characters or more.",
    ),
    "form_password_pwned": (
        "Password has been found in an online data breach.",
        "Password has been found in an online data breach. For account safety, please use a different password.",
    ),
    "form_password_size_in_bytes_exceeded": (
        "Your password is too long. Please use a shorter one.",
        "Your password is too long. Please use a shorter one.",
    ),
    "form_resource_not_found": ("is missing", "The resource associated with the supplied {name} was not found."),
    "form_username_invalid_character": (
        "Username can only contain letters, numbers and '_' or '-'.",
        "Username can only contain letters, numbers and '_' or '-'.",
    ),
    "form_username_invalid_length": (
        "Username must be between 4 and 64 characters long.",
        "Username must be between 4 and 64 characters long.",
    ),
}
_EDGE: Final[Mapping[int, str]] = {502: "Bad gateway"}
"""What the network in front of Clerk answers itself: a page, and no JSON."""


def answer(call: Call, status: int, *errors: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """A reply of one or several errors."""
    body = {"errors": errors, "clerk_trace_id": call.request_id}
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON, **(headers or {})}, executed=False)


def error(call: Call, code: str, why: str = "", **meta: Any) -> Reply:
    """The reply for one of `ERRORS`."""
    status, message, long_message = ERRORS[code]
    told = {"message": message, "long_message": long_message.format(why=why), "code": code}
    return answer(call, status, {**told, "meta": meta} if meta else told)


def refuse(call: Call, code: str, why: str = "", **meta: Any) -> Refused:
    """The same, to be raised."""
    return Refused(error(call, code, why, **meta))


def form_error(code: str, name: str, why: str = "") -> dict[str, Any]:
    """One of `FORM_ERRORS`, of one parameter."""
    message, long_message = FORM_ERRORS[code]
    return {
        "message": message.format(name=name, why=why),
        "long_message": long_message.format(name=name, why=why),
        "code": code,
        "meta": {"param_name": name},
    }


def invalid(call: Call, code: str, name: str, why: str = "") -> Refused:
    """422 for one parameter, to be raised."""
    return Refused(answer(call, 422, form_error(code, name, why)))


def missing(call: Call, what: str, id: str) -> Refused:  # noqa: A002
    """404 for an id that nothing has."""
    return refuse(call, "resource_not_found", f"No {what} was found with id {id[:100]}")


class ClerkErrors:
    """What the engine says in Clerk's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404."""
        return error(call, "resource_not_found", "The requested resource was not found")

    def malformed(self, call: Call, why: str) -> Reply:
        """400 for a body that is no JSON."""
        del why
        return error(call, "request_body_invalid")

    def unauthenticated(self, call: Call) -> Reply:
        """401 for a key that is none, or no more."""
        return error(call, "clerk_key_invalid")

    def token_expired(self, call: Call) -> Reply:
        """401: secret keys do not expire; what an expired session says."""
        return error(call, "authentication_invalid")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 with whole seconds, never too early; 409 for an object that another call holds."""
        if reason == "lock":
            return error(call, "resource_locked")
        wait_s = max(1, -int(-(1.0 if retry_after_s is None else retry_after_s) // 1))
        reply = error(call, "too_many_requests", resets_in=wait_s)
        reply.headers["Retry-After"] = str(wait_s)
        return reply

    def quota_exhausted(self, call: Call) -> Reply:
        """403: the instance is full."""
        return error(call, "user_quota_exceeded", "100")

    def server_error(self, call: Call, status: int) -> Reply:
        """500, 503 and 504 are Clerk's own; 502 comes from the network in front of it, as a page."""
        if status in _EDGE:
            page = f"<!DOCTYPE html><html><head><title>clerk | {status}: {_EDGE[status]}</title></head></html>"
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        code = {503: "service_unavailable", 504: "gateway_timeout"}.get(status, "internal_clerk_error")
        reply = error(call, code)
        reply.status = status
        return reply
