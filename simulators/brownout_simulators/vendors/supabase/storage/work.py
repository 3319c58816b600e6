"""One call at work in storage: who calls, what they may, what the call has done so far."""

import base64
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Deferred, Effect, Reply
from brownout_simulators.vendors.supabase.identity import BadClaims, Identity, identify
from brownout_simulators.vendors.supabase.instants import uuid4
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.setup import Deed
from brownout_simulators.vendors.supabase.storage.state import Bucket, Object
from brownout_simulators.vendors.supabase.tokens import BadToken

_KEY: Final = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
_BUCKET: Final = re.compile(r"[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}")
RLS: Final = "new row violates row-level security policy"


class Work:
    """One call. What it does is in `effects` until the reply carries it."""

    def __init__(self, call: Call, account: Account[State]) -> None:
        self.call = call
        self.account = account
        self.state = account.state.storage
        self.setup = setup_of(account).storage
        self.now_s = account.wall_s()
        self.effects: list[Effect] = []
        if self.state.put_in is not self.setup:
            self.state.put_in = self.setup
            for each in self.setup.buckets.values():
                if each.id not in self.state.buckets:
                    types = None if each.allowed_mime_types is None else list(each.allowed_mime_types)
                    self.state.buckets[each.id] = Bucket(
                        each.id, each.id, "", each.public, self.now_s, self.now_s, each.file_size_limit, types
                    )

    def caller(self) -> Identity:
        """Who calls. Raises `Refused` for a token that is not good."""
        try:
            return identify(self.call, self.account)
        except BadToken:
            raise refuse("AccessDenied", "signature verification failed") from None
        except BadClaims:
            raise refuse("AccessDenied", '"exp" claim timestamp check failed') from None

    # -- what is meant --------------------------------------------------------------------------------------------

    def bucket(self, name: str) -> Bucket:
        """A bucket, whoever asks. 404 without it."""
        found = self.state.buckets.get(name)
        if found is None:
            raise refuse("NoSuchBucket")
        return found

    def key(self, text: object) -> str:
        """An object's name. 400 for what is none."""
        if not isinstance(text, str) or _KEY.fullmatch(text) is None or len(text) > 1_024:
            raise refuse("InvalidKey", what=str(text)[:200])
        return text

    def bucket_name(self, text: object) -> str:
        """A bucket's name. 400 for what is none."""
        if not isinstance(text, str) or _BUCKET.fullmatch(text) is None or text != text.strip():
            raise refuse("InvalidBucketName")
        return text

    def text(self, name: str, *, needed: bool = False) -> str:
        """A text of the body."""
        value = self.call.data.get(name)
        if value is None and not needed:
            return ""
        if value is None:
            raise refuse("InvalidRequest", f"body must have required property '{name}'")
        if not isinstance(value, str):
            raise refuse("InvalidRequest", f"body/{name} must be string")
        return value

    def whole(self, name: str, default: int | None, least: int = 0) -> int:
        """A whole number of the body; a text of digits is one too."""
        value = self.call.data.get(name, default)
        if isinstance(value, str) and value.isdecimal() and len(value) < 16:
            value = int(value)
        if value is None:
            raise refuse("InvalidRequest", f"body must have required property '{name}'")
        if isinstance(value, bool) or not isinstance(value, int):
            raise refuse("InvalidRequest", f"body/{name} must be integer")
        if value < least:
            raise refuse("InvalidRequest", f"body/{name} must be >= {least}")
        return value

    # -- what one may ---------------------------------------------------------------------------------------------

    def may(self, who: Identity, bucket: str, deed: Deed, one: Object | None = None) -> bool:
        """Whether a policy lets somebody do that, to an object that is there or to one of their own to be."""
        rule = self.setup.policies_of(bucket).rule(who.role, deed)
        if rule == "own":
            return bool(who.user) and (one is None or one.owner == who.user)
        return rule == "all"

    def seen(self, who: Identity, bucket: str, name: str) -> Object:
        """An object that somebody may see. 404 without it: what one may not see is not there."""
        one = self.state.find(bucket, name)
        if one is None or not self.may(who, bucket, "select", one):
            raise refuse("NoSuchKey")
        return one

    # -- what is done ---------------------------------------------------------------------------------------------

    def id(self) -> str:
        """A new id."""
        return uuid4(self.account.ids)

    def note(self, kind: str, one: Object) -> None:
        """An object came to be, changed or went."""
        references = {"path": f"{one.bucket}/{one.name}"}
        for name, value in (one.user_metadata or {}).items():
            if isinstance(value, str):
                references[f"metadata.{name}"] = value
        fields = {
            "bucket": one.bucket,
            "name": one.name,
            "size": len(one.body),
            "mimetype": one.mimetype,
            "owner": one.owner,
        }
        body = one.body  # as it is now: the next upload under the name has another
        summed = Deferred(lambda: {**fields, "sha256": sha256(body).hexdigest()})
        self.effects.append(Effect(kind, one.id, references=references, fields=summed))

    def reply(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """JSON, with what was done."""
        kind = {"content-type": "application/json; charset=utf-8"}
        return Reply(status, orjson.dumps(body), {**kind, **(headers or {})}, effects=tuple(self.effects))


def metadata_of(text: str | None, *, encoded: bool) -> dict[str, Any] | None:
    """A caller's own metadata: JSON in a form's field, base64 of JSON in a header; None for what is none."""
    if not text or len(text) > 1_048_576:
        return None
    try:
        raw = base64.b64decode(text) if encoded else text
        value = orjson.loads(raw)
        orjson.dumps(value)  # what is nested too deeply cannot be said again
    except (ValueError, orjson.JSONEncodeError):
        return None
    return value if isinstance(value, dict) else None
