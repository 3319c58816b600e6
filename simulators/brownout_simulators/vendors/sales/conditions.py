"""Conditional requests (RFC 9110, section 13.1), and the answer that carries the tag which they are about."""

from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.sales.documents import Document
from brownout_simulators.vendors.sales.errors import refuse

ANY: Final = "*"


def tag_of(version: int) -> str:
    """A strong entity tag."""
    return f'"v{version}"'


def is_known(call: Call, tag: str) -> bool:
    """Whether the caller has it already: If-None-Match, by weak comparison."""
    given = call.headers.get("if-none-match")
    return given is not None and any(
        each in {tag, ANY} for each in (part.removeprefix("W/") for part in _listed(given))
    )


def require_match(call: Call, version: int, *, is_required: bool = True) -> None:
    """If-Match, by strong comparison: raises `Refused` with 412, or 428 where there has to be one and is none."""
    given = call.headers.get("if-match")
    if given is None:
        if is_required:
            raise refuse(call, "if-match-required")
        return
    tag = tag_of(version)
    if not any(each in {tag, ANY} for each in _listed(given)):
        raise refuse(call, "version-mismatch", f"it is at {tag}", currentVersion=version)


def tagged(status: int, body: dict[str, Any], version: int) -> Reply:
    """An answer with its tag."""
    headers = {"Content-Type": "application/json", "ETag": tag_of(version)}
    return Reply(status, orjson.dumps(body), headers)


def unchanged(version: int) -> Reply:
    """304."""
    return Reply(304, b"", {"ETag": tag_of(version)})


def shown(status: int, document: Document) -> Reply:
    """A document as it is now."""
    reply = tagged(status, document.rendered(document.now), document.now.version)
    if status == 201:
        reply.headers["Location"] = f"{document.kind.path}/{document.id}"
    return reply


def read(call: Call, account: Account[Any], document: Any) -> Reply:
    """What a read sees of something with versions; a replica that lags does not know a young one yet."""
    seen = document.as_of(account.as_of_s, hides_new_only=account.hides_new_only)
    if seen is not document.now:
        account.was_stale = True
    if seen is None:
        # Inside a replica's lag the caller can know that it will be there: trying again helps.
        raise refuse(call, "not-found", retryable=True)
    if is_known(call, tag_of(seen.version)):
        return unchanged(seen.version)
    return tagged(200, document.rendered(seen), seen.version)


def _listed(header: str) -> list[str]:
    return [part.strip() for part in header.split(",")]
