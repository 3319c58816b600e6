"""Who calls and what they sent: API keys in a header or the query, bodies, and the query's parameters."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.call import Call
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.gemini.errors import problem, unreadable
from brownout_simulators.vendors.gemini.reading import Violation

MAX_BODY: Final = 20 * 1024 * 1024
"""Of a request with everything inline; what is larger is to be uploaded as a file."""
KEY_PREFIX: Final = "gemini_test_"
_KEY: Final = re.compile(rf"{KEY_PREFIX}([A-Za-z0-9][A-Za-z0-9._-]{{0,119}})")
_UPLOADS: Final = "/upload/"
# Every method takes these (Google's "system parameters").
_SYSTEM: Final = frozenset(
    {"key", "alt", "$alt", "fields", "$fields", "prettyPrint", "$prettyPrint", "callback", "$callback", "access_token",
     "oauth_token", "quotaUser", "userIp", "uploadType", "upload_protocol", "upload_id", "$.xgafv", "$httpHeaders",
     "$httpMethod", "$ct", "$req", "$outputDefaults", "$unique"}
)  # fmt: skip
_PAGING: Final = frozenset({"pageSize", "pageToken", "page_size", "page_token"})
_LISTS: Final = ("/models", "/files", "/cachedContents", "/batches", "/tunedModels")
_OF_ROUTE: Final[Mapping[str, frozenset[str]]] = {
    "PATCH": frozenset({"updateMask", "update_mask"}),
    "DELETE": frozenset({"force"}),
}


def parse(call: Call) -> Mapping[str, Any]:
    """JSON object, or the query where there is no body; an upload's bytes are left alone.

    Raises `ValueError` in the front end's words, or `Refused`.
    """
    query = _query(call)
    if call.path.startswith(_UPLOADS) and "x-goog-upload-command" in call.headers and "upload_id" in query:
        return query
    if len(call.body) > MAX_BODY:
        raise Refused(problem(call, "invalid-argument", f"Request payload size exceeds the limit: {MAX_BODY} bytes."))
    if not call.body:
        return query
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        name = call.body[:100].decode("latin-1")
        raise Refused(_unbound(call, name))
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise ValueError(_where(call.body, error.pos)) from None
    if not isinstance(body, dict):
        raise ValueError('Unknown name "": Root element must be a message.')  # noqa: TRY004 - what the engine catches
    return body


def _query(call: Call) -> dict[str, str]:
    """The query's parameters. A name that no method and not this one knows is refused."""
    if not call.query:
        return {}
    try:
        given = dict(parse_qsl(call.query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Refused(problem(call, "invalid-argument")) from None
    own = _OF_ROUTE.get(call.method, frozenset())
    if call.method == "GET" and call.path.endswith(_LISTS):
        own = _PAGING | {"filter", "returnPartialSuccess"}
    for name in given:
        if name not in _SYSTEM and name not in own:
            raise Refused(_unbound(call, name))
    return given


def _unbound(call: Call, name: str) -> Any:
    text = (
        f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not"
        " be found in request message."
    )
    return unreadable(call, [Violation("", text)])


def _where(body: bytes, position: int) -> str:
    """Where in the body it stops to be JSON, as the front end shows it: a piece of it with a mark below."""
    text = body.decode("utf-8", "replace")
    start = max(0, position - 20)
    shown = "".join(letter if letter.isprintable() else " " for letter in text[start : position + 20])
    what = "Unexpected end of string." if position >= len(text) else "Unexpected token."
    return f"{what}\n{shown}\n{' ' * (position - start)}^"


def authenticate(call: Call) -> Credential:
    """The project that a key belongs to. A key that is none is 400; no key at all is 403."""
    if call.path.startswith(_UPLOADS):
        # The URL that a started upload was given is a credential by itself: SDKs send no key with the bytes.
        project = project_of_upload(upload_id_of(call))
        if project:
            return Credential(project)
    key = key_of(call)
    if not key:
        if call.headers.get("authorization"):
            raise Refused(problem(call, "credentials-unsupported"))
        raise Refused(problem(call, "api-key-missing"))
    found = _credential(key)
    if found is None:
        raise Refused(problem(call, "api-key-invalid"))
    return found


@lru_cache(maxsize=256)
def _credential(key: str) -> Credential | None:
    """None where a key opens nothing."""
    project = project_of(key)
    return Credential(project) if project else None


def key_of(call: Call) -> str:
    """The API key: from the header, or the query's `key`."""
    key = call.headers.get("x-goog-api-key", "")
    return key or _parameter(call, "key")


@lru_cache(maxsize=256)
def project_of(key: str) -> str:
    """The label of the account that a key opens; "" for what is no test key."""
    match = _KEY.fullmatch(key)
    return "" if match is None else match[1]


def upload_id_of(call: Call) -> str:
    """Which upload a call goes on with."""
    return _parameter(call, "upload_id")


def upload_id(project: str, secret: str) -> str:
    """An id that says whose upload it is."""
    return f"{secret}.{project}"


def project_of_upload(text: str) -> str:
    """The project in an upload's id; "" where there is none."""
    _, _, project = text.partition(".")
    return project_of(KEY_PREFIX + project)


def _parameter(call: Call, name: str) -> str:
    if f"{name}=" not in call.query:
        return ""
    try:
        return dict(parse_qsl(call.query, max_num_fields=100)).get(name, "")
    except ValueError:
        return ""
