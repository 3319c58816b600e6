"""Auth, realtime, storage and functions with the official SDK for Python; realtime is the asynchronous client's."""

import asyncio
import base64
import hmac
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from supabase import AsyncClient, AuthApiError, FunctionsHttpError, FunctionsRelayError, acreate_client, create_client
from supabase import StorageException as StorageError

from tests.conformance.checking import At, check

BOTH = ("python", "python async")
ASYNC = ("python async",)
EMAIL, PASSWORD = "ada+otp-424242@example.com", "correct horse"
PATIENCE_S = 20.0


class Sdk:
    """One of both clients; `done` waits for what the asynchronous one only promises."""

    def __init__(self, client: Any, is_async: bool) -> None:
        self.client = client
        self._is_async = is_async

    async def done(self, asked: Callable[[Any], Any]) -> Any:
        """What is asked of the client."""
        return await asked(self.client) if self._is_async else await asyncio.to_thread(asked, self.client)

    async def refused(self, asked: Callable[[Any], Any], kind: type[Exception]) -> Any:
        """The error that came."""
        try:
            answer = await self.done(asked)
        except kind as error:
            return error
        raise AssertionError(f"it went through: {answer}")


async def sdk(at: At, key: str = "SUPABASE_ANON_KEY") -> Sdk:
    """A client with a key."""
    if at.client == "python":
        return Sdk(create_client(at.env["SUPABASE_URL"], at.env[key]), is_async=False)
    return Sdk(await acreate_client(at.env["SUPABASE_URL"], at.env[key]), is_async=True)


def credentials(**more: Any) -> Any:
    """As the SDK takes them."""
    return {"email": EMAIL, "password": PASSWORD, **more}


# -- auth --------------------------------------------------------------------------------------------------------------


@check(14, "a wrong password is 400 invalid_credentials", *BOTH)
async def wrong_password(at: At) -> None:
    one = await sdk(at)
    session = (await one.done(lambda c: c.auth.sign_up(credentials()))).session
    assert session.user.email == EMAIL
    error = await one.refused(lambda c: c.auth.sign_in_with_password(credentials(password="x")), AuthApiError)
    assert (error.status, error.code) == (400, "invalid_credentials")
    assert (await one.done(lambda c: c.auth.sign_in_with_password(credentials()))).session.access_token
    assert (await one.done(lambda c: c.auth.get_claims())) is not None


@check(15, "a refresh token gives the same answer twice, and the grandparent ends the family", *BOTH)
async def refresh_reuse(at: At) -> None:
    one = await sdk(at)
    first = (await one.done(lambda c: c.auth.sign_up(credentials()))).session.refresh_token
    second = (await one.done(lambda c: c.auth.refresh_session(first))).session.refresh_token
    assert (await one.done(lambda c: c.auth.refresh_session(first))).session.refresh_token == second
    third = (await one.done(lambda c: c.auth.refresh_session(second))).session.refresh_token
    at.control.advance(11)
    for token in (first, third):
        error = await one.refused(partial(_refresh, token), AuthApiError)
        assert (error.status, error.code) == (400, "refresh_token_already_used")


def _refresh(token: str, client: Any) -> Any:
    return client.auth.refresh_session(token)


@check(16, "of forty sign-ins the first thirty pass, the others are 429 with no time to come back", *BOTH)
async def rate_limit(at: At) -> None:
    one = await sdk(at)
    await one.done(lambda c: c.auth.sign_up(credentials()))
    at.control.limits(auth_token=True)
    codes = []
    for _ in range(40):
        try:
            await one.done(lambda c: c.auth.sign_in_with_password(credentials()))
            codes.append("")
        except AuthApiError as error:
            codes.append(f"{error.status} {error.code}")
    assert codes[:30] == [""] * 30
    assert codes[30:].count("429 over_request_rate_limit") >= 8
    rows = at.control.requests("POST /auth/v1/token")
    assert {row["retry_after_s"] for row in rows if row["status"] == 429} == {None}


@check(19, "a code by mail signs in, a link is made by the service, a user is listed and deleted", *BOTH)
async def codes(at: At) -> None:
    one, admin = await sdk(at), await sdk(at, "SUPABASE_SERVICE_ROLE_KEY")
    await one.done(lambda c: c.auth.sign_in_with_otp({"email": EMAIL}))
    found = await one.done(lambda c: c.auth.verify_otp({"email": EMAIL, "token": "424242", "type": "email"}))
    assert found.user.email == EMAIL
    made = await admin.done(lambda c: c.auth.admin.generate_link({"type": "recovery", "email": EMAIL}))
    hashed = {"token_hash": made.properties.hashed_token, "type": "recovery"}
    assert (await one.done(lambda c: c.auth.verify_otp(hashed))).session.access_token
    await one.done(lambda c: c.auth.update_user({"data": {"name": "Ada"}}))
    users = await admin.done(lambda c: c.auth.admin.list_users())
    assert [user.user_metadata["name"] for user in users] == ["Ada"]
    await one.done(lambda c: c.auth.sign_out())
    await admin.done(lambda c: c.auth.admin.delete_user(users[0].id))
    error = await one.refused(lambda c: c.auth.sign_in_with_password(credentials()), AuthApiError)
    assert error.code == "invalid_credentials"


def totp(secret: str) -> str:
    """What an authenticator shows."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), "sha1")  # noqa: TID251 - the vendor's clock
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@check(25, "claims are verified with the published keys, before and after a rotation, and nobody is asked", *BOTH)
async def signing_keys(at: At) -> None:
    for algorithm in ("ES256", "RS256"):
        key = {"name": "first", "algorithm": algorithm}
        at.control.setup(auth={"signing_keys": [key, {"name": "next", "status": "standby"}]})
        one = await sdk(at)
        signed = await one.done(partial(_sign_up, f"{algorithm.lower()}@example.com"))
        found = await one.done(lambda c: c.auth.get_claims())
        assert (found["headers"]["alg"], found["claims"]["sub"]) == (algorithm, signed.user.id)
        assert await one.done(lambda c: c.table("jobs").select("id").execute())
        old = {**key, "status": "previously_used"}
        at.control.setup(auth={"signing_keys": [old, {"name": "next"}]})
        await one.done(lambda c: c.auth.refresh_session())
        found = await one.done(lambda c: c.auth.get_claims())
        assert (found["headers"]["alg"], found["claims"]["sub"]) == ("ES256", signed.user.id)
    assert at.control.requests("GET /auth/v1/user") == []


def _sign_up(email: str, client: Any) -> Any:
    return client.auth.sign_up({"email": email, "password": PASSWORD})


@check(26, "an authenticator is enrolled and verified, and the session is at aal2 until it is gone", *BOTH)
async def factors(at: At) -> None:
    one, admin = await sdk(at), await sdk(at, "SUPABASE_SERVICE_ROLE_KEY")
    user = (await one.done(lambda c: c.auth.sign_up(credentials()))).user
    made = await one.done(lambda c: c.auth.mfa.enroll({"factor_type": "totp", "friendly_name": "phone"}))
    secret, asked = made.totp.secret, {"factor_id": made.id}
    level = await one.done(lambda c: c.auth.mfa.get_authenticator_assurance_level())
    assert (level.current_level, level.next_level) == ("aal1", "aal1")
    challenge = await one.done(lambda c: c.auth.mfa.challenge(asked))
    wrong = {**asked, "challenge_id": challenge.id, "code": "x"}
    error = await one.refused(lambda c: c.auth.mfa.verify(wrong), AuthApiError)
    assert (error.status, error.code) == (422, "mfa_verification_failed")
    await one.done(lambda c: c.auth.mfa.challenge_and_verify({**asked, "code": totp(secret)}))
    level = await one.done(lambda c: c.auth.mfa.get_authenticator_assurance_level())
    assert (level.current_level, level.next_level) == ("aal2", "aal2")
    listed = await one.done(lambda c: c.auth.mfa.list_factors())
    assert [(each.id, each.status) for each in listed.totp] == [(made.id, "verified")]
    found = await admin.done(lambda c: c.auth.admin.get_user_by_id(user.id))
    assert [each.id for each in found.user.factors] == [made.id]
    await one.done(lambda c: c.auth.mfa.unenroll(asked))
    await one.done(lambda c: c.auth.refresh_session())
    level = await one.done(lambda c: c.auth.mfa.get_authenticator_assurance_level())
    assert (level.current_level, level.next_level) == ("aal1", "aal1")


# -- realtime ----------------------------------------------------------------------------------------------------------


class Room:
    """A channel, and all that it heard."""

    def __init__(self, client: AsyncClient, name: str = "room") -> None:
        self.heard: list[tuple[str, Any]] = []
        self._change = asyncio.Event()
        self.channel = client.channel(name)
        self.channel.on_broadcast("note", lambda payload: self._note("broadcast", payload["payload"]))
        self.channel.on_postgres_changes("*", lambda payload: self._note("row", payload["data"]), table="jobs")
        self.channel.on_system(lambda payload: self._note("system", payload.message))

    def _note(self, kind: str, what: Any) -> None:
        self.heard.append((kind, what))
        self._change.set()

    async def join(self) -> None:
        """Until changes are told, too."""
        await self.channel.subscribe(lambda state, _error: self._note("state", state.value))
        await self.until(lambda: ("system", "Subscribed to PostgreSQL") in self.heard)

    def of(self, kind: str) -> list[Any]:
        """What was heard of a kind."""
        return [what for each, what in self.heard if each == kind]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Until that is so."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._change.clear()
                await self._change.wait()


def _has_row(room: Room) -> bool:
    return bool(room.of("row"))


@asynccontextmanager
async def rooms(at: At, count: int) -> AsyncIterator[list[Room]]:
    """So many clients on one channel, with the service's key."""
    clients = [await acreate_client(at.env["SUPABASE_URL"], at.env["SUPABASE_SERVICE_ROLE_KEY"]) for _ in range(count)]
    try:
        found = [Room(client) for client in clients]
        for room in found:
            await room.join()
        yield found
    finally:
        for client in clients:
            await client.remove_all_channels()


async def put_job(at: At, key: str) -> None:
    """A row, through the REST API."""
    service = await acreate_client(at.env["SUPABASE_URL"], at.env["SUPABASE_SERVICE_ROLE_KEY"])
    await service.table("jobs").insert({"business_key": key}).execute()


@check(17, "two clients on one channel hear each other, and an insert reaches both", *ASYNC)
async def broadcast(at: At) -> None:
    async with rooms(at, 2) as (one, two):
        await one.channel.send_broadcast("note", {"from": "one"})
        await two.until(lambda: bool(two.of("broadcast")))
        assert two.of("broadcast") == [{"from": "one"}]
        assert one.of("broadcast") == []
        await put_job(at, "a-1")
        for room in (one, two):
            await room.until(partial(_has_row, room))
            (row,) = room.of("row")
            assert (row["type"], row["record"]["business_key"]) == ("INSERT", "a-1")


@check(18, "a socket that is closed with 1011 is opened and joined again, and hears what comes later", *ASYNC)
async def cut(at: At) -> None:
    at.control.fault(
        id="cut",
        match="GET /realtime/v1/websocket",
        break_session={"after_s": 3600, "code": 1011},
        sequence="F.",
        sequence_per="rule",
    )
    async with rooms(at, 1) as (room,):
        at.control.advance(3601)
        await room.until(lambda: room.of("system").count("Subscribed to PostgreSQL") == 2)
        assert "CHANNEL_ERROR" in room.of("state")
        await put_job(at, "after")
        await room.until(lambda: bool(room.of("row")))
        ended = [row for row in at.control.rows("request") if row["route"] == "GET /realtime/v1/websocket"]
        assert [row["faults"] for row in ended] == [["cut"]]


@check(20, "presence: who is there is known to both, until one leaves", *ASYNC)
async def presence(at: At) -> None:
    url, key = at.env["SUPABASE_URL"], at.env["SUPABASE_ANON_KEY"]
    one, two = await acreate_client(url, key), await acreate_client(url, key)
    seen = asyncio.Event()
    watching = two.channel(
        "hall", {"config": {"broadcast": None, "presence": {"key": "two", "enabled": True}, "private": False}}
    )
    watching.on_presence_sync(seen.set)
    await watching.subscribe()
    tracked = one.channel(
        "hall", {"config": {"broadcast": None, "presence": {"key": "one", "enabled": True}, "private": False}}
    )
    await tracked.subscribe()
    await tracked.track({"mood": "fine"})
    async with asyncio.timeout(PATIENCE_S):
        while "one" not in watching.presence_state():
            seen.clear()
            await seen.wait()
        assert watching.presence_state()["one"][0]["mood"] == "fine"
        await one.remove_all_channels()
        while "one" in watching.presence_state():
            seen.clear()
            await seen.wait()
    await two.remove_all_channels()


# -- storage and functions ---------------------------------------------------------------------------------------------


def fetched(url: str) -> bytes:
    """What is behind a link, for whoever has it."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310  the simulator's own
        content: bytes = answer.read()
        return content


@check(21, "files go up, come down, are listed, moved, linked and removed", *BOTH)
async def files(at: At) -> None:
    one = await sdk(at, "SUPABASE_SERVICE_ROLE_KEY")
    await one.done(lambda c: c.storage.create_bucket("docs"))
    await one.done(lambda c: c.storage.from_("docs").upload("a/b.txt", b"hello", {"content-type": "text/plain"}))
    assert await one.done(lambda c: c.storage.from_("docs").download("a/b.txt")) == b"hello"
    assert [each["name"] for each in await one.done(lambda c: c.storage.from_("docs").list("a"))] == ["b.txt"]
    await one.done(lambda c: c.storage.from_("docs").move("a/b.txt", "c.txt"))
    link = await one.done(lambda c: c.storage.from_("docs").create_signed_url("c.txt", 60))
    assert await asyncio.to_thread(fetched, link["signedURL"]) == b"hello"
    signed = await one.done(lambda c: c.storage.from_("docs").create_signed_upload_url("d.txt"))
    await one.done(lambda c: c.storage.from_("docs").upload_to_signed_url("d.txt", signed["token"], b"there"))
    assert await one.done(lambda c: c.storage.from_("docs").exists("d.txt"))
    gone = await one.done(lambda c: c.storage.from_("docs").remove(["c.txt", "d.txt"]))
    assert sorted(each["name"] for each in gone) == ["c.txt", "d.txt"]


@check(22, "a file that is there is a Duplicate that means 409, one that is not a 404, a full pool a real 429", *BOTH)
async def file_errors(at: At) -> None:
    at.control.setup(storage={"buckets": {"docs": {"file_size_limit": 10}}})
    one = await sdk(at, "SUPABASE_SERVICE_ROLE_KEY")
    await one.done(lambda c: c.storage.from_("docs").upload("a", b"1"))

    async def told(asked: Callable[[Any], Any]) -> tuple[str, str]:
        error = await one.refused(asked, StorageError)
        return error.code, str(error.status)

    assert await told(lambda c: c.storage.from_("docs").upload("a", b"2")) == ("Duplicate", "409")
    assert await told(lambda c: c.storage.from_("docs").download("b")) == ("not_found", "404")
    assert await told(lambda c: c.storage.from_("docs").upload("b", b"x" * 11)) == ("Payload too large", "413")
    at.control.fault(id="full", match="GET /storage/v1/*", throttle={})
    assert await told(lambda c: c.storage.from_("docs").download("a")) == ("too_many_connections", "429")
    assert at.control.requests()[-1]["status"] == 429


@check(23, "a function answers, fails by itself, and fails in the relay", *BOTH)
async def functions(at: At) -> None:
    at.control.setup(
        edge={
            "hello": {"body": {"hi": 1}},
            "bad": {"status": 500, "body": "no"},
            "lost": {"does": "relay_error"},
        }
    )
    one = await sdk(at)
    asked = {"body": {"a": 1}, "responseType": "json"}
    assert await one.done(lambda c: c.functions.invoke("hello", asked)) == {"hi": 1}
    await one.refused(lambda c: c.functions.invoke("bad", asked), FunctionsHttpError)
    await one.refused(lambda c: c.functions.invoke("lost", asked), FunctionsRelayError)
