"""What Stripe puts around every answer, and how it treats a repeated idempotency key."""

from hashlib import blake2b
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import IdempotencyRules, Refused
from brownout_simulators.vendors.stripe.errors import JSON, SHOULD_RETRY, error, request_id
from brownout_simulators.vendors.stripe.state import StripeAccount
from brownout_simulators.vendors.stripe.versions import API_VERSION

MAX_KEY: Final = 255
UNFINISHED: Final = b"/logs/req_?"
KEPT_S: Final = 86_400.0
NOT_SAVED: Final = frozenset({401, 409, 429})


def decorate(call: Call, _account: StripeAccount | None, reply: Reply) -> None:
    """The headers of every answer: `Request-Id` above all."""
    headers = reply.headers
    headers.setdefault("Content-Type", JSON)
    headers["Request-Id"] = request_id(call)
    if reply.status >= 400 and UNFINISHED in reply.body:
        # The refusal was written before the request had an id: at the door.
        reply.body = reply.body.replace(UNFINISHED, b"/logs/%b?" % request_id(call).encode())
    sent = call.headers
    headers["Stripe-Version"] = sent.get("stripe-version", API_VERSION) if reply.status < 400 else API_VERSION
    headers["Cache-Control"] = "no-cache, no-store"
    key = call.idempotency_key
    if key is not None:
        headers["Idempotency-Key"] = key
        headers.setdefault("Original-Request", headers["Request-Id"])
    connected = sent.get("stripe-account")
    if connected is not None and connected.isascii():
        headers["Stripe-Account"] = connected


def key_of(call: Call) -> str | None:
    """Only POST honours a key; on other methods it is ignored."""
    if call.method != "POST":
        return None
    key = call.headers.get("idempotency-key")
    if not key:
        return None
    if len(key) > MAX_KEY:
        message = f"Idempotency keys must be at most {MAX_KEY} characters long, but yours has {len(key)}."
        raise Refused(error(call, 400, message, type="idempotency_error"))
    if not key.isascii():
        raise Refused(error(call, 400, "Idempotency keys must be plain ASCII.", type="idempotency_error"))
    return key


def fingerprint(call: Call) -> bytes:
    """Path, connected account and decoded parameters, in whatever order they came; headers such as the agent's do
    not count."""
    said = orjson.dumps(call.data, option=orjson.OPT_SORT_KEYS)
    about = f"{call.path}\n{call.headers.get('stripe-account', '')}\n".encode()
    return blake2b(about + said, digest_size=16).digest()


def in_progress(call: Call) -> Reply:
    """The first request with this key is still being worked on."""
    message = (
        f"There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {call.idempotency_key}. Please try again later."
    )
    return error(call, 409, message, code="idempotency_key_in_use")


def mismatch(call: Call) -> Reply:
    """The key belongs to another request."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        f"a key other than '{call.idempotency_key}' if you meant to execute a different request."
    )
    return error(call, 400, message, type="idempotency_error")


def saved(reply: Reply) -> bool:
    """Whatever the endpoint answered once it had begun to work, a 402 and a 500 too; nothing before that."""
    return reply.executed and reply.status not in NOT_SAVED


def replayed(_call: Call, reply: Reply, first_request_id: str) -> Reply:
    """The first answer again, marked so. A saved failure is not worth asking for a third time."""
    original = first_request_id if first_request_id.startswith("req_") else "req_" + first_request_id
    headers = {**reply.headers, "Idempotent-Replayed": "true", "Original-Request": original}
    if reply.status >= 500:
        headers[SHOULD_RETRY] = "false"
    return Reply(reply.status, reply.body, headers, executed=reply.executed)


IDEMPOTENCY: Final = IdempotencyRules(
    key_of=key_of,
    fingerprint=fingerprint,
    in_progress=in_progress,
    mismatch=mismatch,
    saved=saved,
    replayed=replayed,
    ttl_s=KEPT_S,
)
