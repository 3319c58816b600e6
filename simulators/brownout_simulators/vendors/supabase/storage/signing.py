"""Links that need no key: to read an object, to put one. A link's token names its project, its object and its end."""

from typing import Any, Final
from urllib.parse import parse_qs, quote

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.keys import jwt_secret
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.downloading import rendered
from brownout_simulators.vendors.supabase.storage.errors import refuse
from brownout_simulators.vendors.supabase.storage.uploading import check_file, check_place, incoming, keep
from brownout_simulators.vendors.supabase.storage.work import Work
from brownout_simulators.vendors.supabase.tokens import BadToken, claims_of, sign

UPLOAD_LIVES_S: Final = 7_200
AT_ONCE: Final = 1_000
UNSEEN: Final = "Either the object does not exist or you do not have access to it"


def sign_one(call: Call, account: Account[State]) -> Reply:
    """POST /object/sign/{bucket}/{path}: a link that is good for `expiresIn` seconds."""
    work = Work(call, account)
    who = work.caller()
    lives_s = work.whole("expiresIn", None, 1)
    one = work.seen(who, work.bucket(call.params["bucket"]).id, work.key(call.params["path"]))
    return work.reply({"signedURL": _link(work, one.bucket, one.name, lives_s)})


def sign_many(call: Call, account: Account[State]) -> Reply:
    """POST /object/sign/{bucket}: a link for each of the paths, or why there is none."""
    work = Work(call, account)
    who = work.caller()
    lives_s = work.whole("expiresIn", None, 1)
    paths = call.data.get("paths")
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
        raise refuse("InvalidRequest", "body/paths must be array")
    if len(paths) > AT_ONCE:
        raise refuse("InvalidRequest", f"body/paths must NOT have more than {AT_ONCE} items")
    bucket = call.params["bucket"]
    found = []
    for path in paths:
        one = work.state.find(bucket, path)
        is_seen = one is not None and work.may(who, bucket, "select", one)
        link = _link(work, bucket, path, lives_s) if is_seen else None
        found.append({"error": None if is_seen else UNSEEN, "path": path, "signedURL": link})
    return work.reply(found)


def follow(call: Call, account: Account[State]) -> Reply:
    """GET /object/sign/{bucket}/{path}?token=…"""
    work = Work(call, account)
    claims = _claims(work, "get")
    one = work.state.find(call.params["bucket"], call.params["path"])
    if one is None:
        raise refuse("NoSuchKey")
    return rendered(work, one, expires_s=float(claims["exp"]))


def sign_upload(call: Call, account: Account[State]) -> Reply:
    """POST /object/upload/sign/{bucket}/{path}: a link to put an object, good for two hours."""
    work = Work(call, account)
    who = work.caller()
    bucket, name = work.bucket(call.params["bucket"]), work.key(call.params["path"])
    upserts = call.headers.get("x-upsert") == "true"
    check_place(work, who, bucket, name, upserts=upserts)
    more = {"owner": who.user, "upsert": upserts}
    token = _token(work, f"{bucket.id}/{name}", "put", UPLOAD_LIVES_S, **more)
    return work.reply({"url": f"/object/upload/sign/{bucket.id}/{quote(name)}?token={token}", "token": token})


def upload(call: Call, account: Account[State]) -> Reply:
    """PUT /object/upload/sign/{bucket}/{path}?token=…: as whoever asked for the link."""
    work = Work(call, account)
    claims = _claims(work, "put")
    bucket, name = work.bucket(call.params["bucket"]), work.key(call.params["path"])
    file = incoming(call)
    check_file(work, bucket, len(file.body), file.mimetype)
    if work.state.find(bucket.id, name) is not None and not claims.get("upsert"):
        raise refuse("KeyAlreadyExists")
    keep(work, str(claims.get("owner") or ""), bucket, name, file)
    return work.reply({"Key": f"{bucket.id}/{name}"})


def _link(work: Work, bucket: str, name: str, lives_s: int) -> str:
    return f"/object/sign/{bucket}/{quote(name)}?token={_token(work, f'{bucket}/{name}', 'get', lives_s)}"


def _token(work: Work, path: str, scope: str, lives_s: int, **more: Any) -> str:
    issued_s = int(work.now_s)
    expires_s = min(issued_s + lives_s, 2**53)
    claims = {"url": path, "scope": scope, "ref": work.account.name, **more, "iat": issued_s, "exp": expires_s}
    return sign(jwt_secret(work.account.name), claims)


def _claims(work: Work, scope: str) -> dict[str, Any]:
    token = parse_qs(work.call.query).get("token", [""])[0]
    if not token:
        raise refuse("InvalidRequest", "querystring must have required property 'token'")
    try:
        claims = dict(claims_of(jwt_secret(work.account.name), token))
    except BadToken:
        raise refuse("InvalidJWT", "signature verification failed") from None
    expires_s = claims.get("exp")
    if not isinstance(expires_s, int | float) or work.now_s >= expires_s:
        raise refuse("InvalidJWT", '"exp" claim timestamp check failed')
    wanted = f"{work.call.params['bucket']}/{work.call.params['path']}"
    if claims.get("url") != wanted or claims.get("scope") != scope:
        raise refuse("InvalidSignature", "The url do not match the signature")
    return claims
