"""Supabase, with the official SDK for Python: the synchronous client and the asynchronous one."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, Self

from supabase import AsyncClient, Client, acreate_client, create_client
from supabase import PostgrestAPIError as APIError
from supabase.lib.client_options import AsyncClientOptions, SyncClientOptions

from tests.conformance.checking import At, check, main
from tests.conformance.supabase import service_checks  # noqa: F401  declares its checks

BOTH = ("python", "python async")
ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
NUMBERS = {
    "database": {
        "tables": {
            "items": {
                "columns": {
                    "id": {"type": "bigint", "identity": "by default", "primary_key": True},
                    "name": {"type": "text", "unique": True},
                    "size": {"type": "integer"},
                }
            }
        }
    }
}


class Sdk:
    """One of both clients, asked in one way."""

    def __init__(self, at: At, key: str = "SUPABASE_SERVICE_ROLE_KEY", token: str = "") -> None:
        self._at = at
        self._url, self._key, self._token = at.env["SUPABASE_URL"], at.env[key], token
        self._client: Client | AsyncClient | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if self._at.client == "python":
            self._client = create_client(self._url, self._key, SyncClientOptions(headers=headers))
        else:
            self._client = await acreate_client(self._url, self._key, AsyncClientOptions(headers=headers))
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def table(self, name: str) -> Any:
        """As the SDK has it."""
        assert self._client is not None
        return self._client.table(name)

    def rpc(self, name: str, arguments: dict[str, Any]) -> Any:
        """As the SDK has it."""
        assert self._client is not None
        return self._client.rpc(name, arguments)

    async def run(self, query: Any) -> Any:
        """The answer. The synchronous client is run beside the loop, so that several can be under way."""
        if self._at.client == "python":
            return await asyncio.to_thread(query.execute)
        return await query.execute()


async def refused(asked: Awaitable[Any]) -> APIError:
    """The error that came."""
    try:
        answer = await asked
    except APIError as error:
        return error
    raise AssertionError(f"it went through: {answer}")


async def five(sdk: Sdk, at: At) -> None:
    """Five rows."""
    at.control.setup(**NUMBERS)
    await sdk.run(sdk.table("items").insert([{"name": f"n{n}", "size": n} for n in range(5)]))


@check(1, "a counted page is 206, with its rows and the count", *BOTH)
async def page(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        found = await sdk.run(sdk.table("items").select("*", count="exact").range(0, 1))
        assert (len(found.data), found.count) == (2, 5)
        assert at.control.requests("GET /rest/v1/{table}")[-1]["status"] == 206


@check(2, "head gives the count and no rows", *BOTH)
async def head(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        found = await sdk.run(sdk.table("items").select("*", count="exact", head=True))
        assert (found.data, found.count) == ([], 5)


@check(3, "single on no row is PGRST116, maybe_single is None", *BOTH)
async def single(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        error = await refused(sdk.run(sdk.table("items").select("*").eq("name", "no").single()))
        assert error.code == "PGRST116"
        assert at.control.requests("GET /rest/v1/{table}")[-1]["status"] == 406
        assert await sdk.run(sdk.table("items").select("*").eq("name", "no").maybe_single()) is None
        one = await sdk.run(sdk.table("items").select("name").eq("name", "n1").single())
        assert one.data == {"name": "n1"}


@check(4, "in_ with commas and quotation marks matches exactly those rows", *BOTH)
async def in_list(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        odd = ["a,b", 'c"d', "e\\f", "(g)", "h.i", ""]
        await sdk.run(sdk.table("items").insert([{"name": name} for name in odd]))
        for names in (odd, odd[:2], odd[2:4], ["a", "b"]):
            found = await sdk.run(sdk.table("items").select("name").in_("name", names).order("id"))
            assert [row["name"] for row in found.data] == [name for name in odd if name in names], names


@check(5, "rows with different keys are taken, for the SDK names the columns", *BOTH)
async def different_keys(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        made = await sdk.run(sdk.table("items").insert([{"name": "x"}, {"name": "y", "size": 7}]))
        assert [row["size"] for row in made.data] == [None, 7]


@check(6, "a duplicate is 409 23505 and names key and value", *BOTH)
async def duplicate(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        error = await refused(sdk.run(sdk.table("items").insert({"name": "n1"})))
        assert (error.code, error.details) == ("23505", "Key (name)=(n1) already exists.")
        assert at.control.requests("POST /rest/v1/{table}")[-1]["status"] == 409


@check(7, "an upsert is 201, then 200, and one row; ignoring duplicates returns nothing the second time", *BOTH)
async def upsert(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        for size in (1, 2):
            await sdk.run(sdk.table("items").upsert({"name": "u", "size": size}, on_conflict="name"))
        assert [row["status"] for row in at.control.requests("POST /rest/v1/{table}")[-2:]] == [201, 200]
        found = await sdk.run(sdk.table("items").select("size").eq("name", "u"))
        assert found.data == [{"size": 2}]
        asked = [{"name": "i", "size": 1}]
        answers = [
            await sdk.run(sdk.table("items").upsert(asked, on_conflict="name", ignore_duplicates=True))
            for _ in range(2)
        ]
        assert [len(answer.data) for answer in answers] == [1, 0]


@check(8, "eq('id', 'abc') on a number is 400 22P02", *BOTH)
async def bad_cast(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        error = await refused(sdk.run(sdk.table("items").select("*").eq("id", "abc")))
        assert error.code == "22P02"


def user_token(at: At, user: str) -> str:
    """A signed-in user's."""
    import jwt

    claims = {"sub": user, "role": "authenticated", "aud": "authenticated", "exp": 4_000_000_000}
    return jwt.encode(claims, at.env["SUPABASE_JWT_SECRET"], algorithm="HS256")


@check(9, "a user does not see another's rows, nor write for him; the service sees all", *BOTH)
async def row_level_security(at: At) -> None:
    async with Sdk(at) as service, Sdk(at, "SUPABASE_ANON_KEY", user_token(at, ALICE)) as alice:
        await service.run(service.table("profiles").insert([{"id": ALICE}, {"id": BOB}]))
        await service.run(service.table("jobs").insert({"business_key": "b", "owner": BOB}))
        assert (await alice.run(alice.table("jobs").select("*"))).data == []
        error = await refused(alice.run(alice.table("jobs").insert({"business_key": "x", "owner": BOB})))
        assert error.code == "42501"
        assert at.control.requests("POST /rest/v1/{table}")[-1]["status"] == 403
        mine = await alice.run(alice.table("jobs").insert({"business_key": "a"}))
        assert mine.data[0]["owner"] == ALICE
        assert len((await service.run(service.table("jobs").select("*"))).data) == 2


@check(10, "503 twice: a read succeeds on the third try, a write fails at once", *BOTH)
async def retried(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        at.control.fault(id="down", match="GET /rest/v1/*", respond={"status": 503}, sequence="FF", sequence_per="rule")
        assert len((await sdk.run(sdk.table("items").select("*"))).data) == 5
        assert [row["status"] for row in at.control.requests("GET /rest/v1/{table}")] == [503, 503, 200]
        at.control.fault(
            id="down", match="POST /rest/v1/*", respond={"status": 503}, sequence="FF", sequence_per="rule"
        )
        before = len(at.control.requests("POST /rest/v1/{table}"))
        error = await refused(sdk.run(sdk.table("items").insert({"name": "x"})))
        assert error.code == "PGRST000"
        assert len(at.control.requests("POST /rest/v1/{table}")) == before + 1


@check(11, "PGRST002 with Retry-After: the client tries for seven seconds and gives up", *BOTH)
async def schema_cache(at: At) -> None:
    async with Sdk(at) as sdk:
        await five(sdk, at)
        at.control.fault(id="cache", match="GET /rest/v1/*", respond={"error": "PGRST002", "retry_after_s": 1})
        began_s = time.monotonic()
        error = await refused(sdk.run(sdk.table("items").select("*")))
        assert error.code == "PGRST002"
        assert 6.5 < time.monotonic() - began_s < 15
        assert len(at.control.requests("GET /rest/v1/{table}")) == 4


@check(12, "a saturated pool: who waits too long gets 504 PGRST003, and is not tried again", *BOTH)
async def pool(at: At) -> None:
    async with Sdk(at) as sdk:
        at.control.setup(database={**NUMBERS["database"], "pool_wait_s": 0.5})
        at.control.fault(id="pool", serve={"at_once": 2, "each": {"fixed_s": 2.0}})
        asked = [sdk.run(sdk.table("items").select("*")) for _ in range(3)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        errors = [answer for answer in answers if isinstance(answer, APIError)]
        assert [error.code for error in errors] == ["PGRST003"], answers
        assert sorted(row["status"] for row in at.control.requests("GET /rest/v1/{table}")) == [200, 200, 504]


@check(13, "a statement of anon's that takes more than three seconds is 500 57014", *BOTH)
async def slow_statement(at: At) -> None:
    async with Sdk(at, "SUPABASE_ANON_KEY") as sdk:
        at.control.setup(**NUMBERS)
        at.control.fault(id="slow", match="GET /rest/v1/*", latency={"fixed_s": 30})
        began_s = time.monotonic()
        error = await refused(sdk.run(sdk.table("items").select("*")))
        assert error.code == "57014"
        assert 2.9 < time.monotonic() - began_s < 6
        assert [row["status"] for row in at.control.requests("GET /rest/v1/{table}")] == [500]


@check(24, "a text search finds words by their stems, phrases, and what a search engine's user would type", *BOTH)
async def text_search(at: At) -> None:
    async with Sdk(at) as sdk:
        at.control.setup(**NUMBERS)
        names = ["The fat cats sat on the mat", "A fat rat, running", "state-of-the-art"]
        await sdk.run(sdk.table("items").insert([{"name": name} for name in names]))
        for query, options, found in (
            ("'fat' & 'cat'", {"config": "english"}, names[:1]),
            ("cat", {"config": "simple"}, []),
            ("run the rats", {"type": "plain"}, names[1:2]),
            ("sat on the mat", {"type": "phrase"}, names[:1]),
            ("fat -rat or art", {"type": "web_search"}, [names[0], names[2]]),
        ):
            asked = sdk.table("items").select("name").order("id").text_search("name", query, options)
            assert [row["name"] for row in (await sdk.run(asked)).data] == found, query
        error = await refused(sdk.run(sdk.table("items").select("*").text_search("name", "fat cat")))
        assert (error.code, error.message) == ("42601", 'syntax error in tsquery: "fat cat"')


STAYS: Any = {
    "database": {
        "tables": {
            "stays": {
                "columns": {"id": {"type": "bigint", "primary_key": True}, "during": "tsrange"},
                "rows": [
                    {"id": 1, "during": "[2000-01-01 13:00, 2000-01-01 15:00)"},
                    {"id": 2, "during": "[2000-01-02 09:00, 2000-01-02 10:00)"},
                ],
            }
        }
    }
}


@check(27, "ranges are related, and shown as PostgreSQL prints them", *BOTH)
async def ranges(at: At) -> None:
    async with Sdk(at) as sdk:
        at.control.setup(**STAYS)

        async def found(way: str, span: str) -> list[int]:
            text = f"2000-01-0{span}"
            # What begins so takes both bounds, and puts them into round brackets.
            value = text.split(", ") if way.startswith("range_") else f"[{text})"
            asked = getattr(sdk.table("stays").select("*"), way)("during", value)
            return [row["id"] for row in (await sdk.run(asked)).data]

        assert await found("ov", "1 14:00, 2000-01-02 09:30") == [1, 2]
        assert await found("contains", "1 13:00, 2000-01-01 13:30") == [1]
        assert await found("contained_by", "1 00:00, 2000-01-01 23:59") == [1]
        assert await found("range_gt", "2 08:00, 2000-01-02 09:00") == [2]
        assert await found("range_gte", "2 08:30, 2000-01-02 09:30") == [2]
        assert await found("range_lt", "1 15:00, 2000-01-01 16:00") == [1]
        assert await found("range_lte", "1 14:00, 2000-01-01 16:00") == [1]
        assert await found("range_adjacent", "1 12:00, 2000-01-01 13:00") == [1]
        shown = (await sdk.run(sdk.table("stays").select("during").eq("id", 1).single())).data["during"]
        assert shown == '["2000-01-01 13:00:00","2000-01-01 15:00:00")'


if __name__ == "__main__":
    main()
