"""`sign_in`: whoever has a good token gets one profile, and a token is kept nowhere."""

import asyncio
from typing import Any

import orjson
import pytest

from brownout_core.adapters.clerk import ClerkAccess
from brownout_core.application import Application
from brownout_core.compose import AppConfig, Replacements, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.sign_in import SignInRequest, profile_id
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from brownout_core.transport import Lost, NoConnection, Request, Response
from tests.core.adapters.test_clerk import SECRET, FakeClerk, _now_s
from tests.core.adapters.test_supabase import ACCESS
from tests.core.fakes import WALL_S, After, Fake, Step, reply
from tests.core.flows.world import policies
from tests.harness.audit.mutants.world import World as SimulatedWorld
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

QUIET: dict[str, Any] = {"retry": {"max_retries": 0}}


class FakeProfiles(Fake):
    """One table, by id."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Any] = {}

    def work(self, request: Request) -> Response:
        row = orjson.loads(request.body)
        if row["id"] not in self.rows:
            self.effect(request)
        self.rows[row["id"]] = row
        return reply(201, [row])


class World:
    """An application that signs people in."""

    def __init__(self, **supabase: Any) -> None:
        self.clerk, self.profiles = FakeClerk(), FakeProfiles()
        self.events: list[Event] = []
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S)
        self.app: Application = build(
            AppConfig(
                access={
                    "clerk": ClerkAccess(base_url="http://clerk.test", secret_key=SECRET),
                    "supabase": ACCESS,
                },
                operations=("sign_in",),
                **policies(supabase=supabase, clerk=QUIET),
            ),
            transports={"clerk": self.clerk.transport, "supabase": self.profiles.transport},
            claims=MemoryClaimStore(asyncio.get_running_loop().time),
            dead_letters=self.letters,
            wall_clock=lambda: EPOCH_S + _now_s(),
            sink=self.events.append,
        )

    async def ask(self, token: str, operation_id: str = "op-1") -> Ending:
        return await self.app.flows["sign_in"](SignInRequest(operation_id=operation_id, token=token))


def test_a_good_token_is_one_profile_however_often() -> None:
    async def main() -> None:
        world = World()
        session, token = world.clerk.session()
        endings = [await world.ask(token, f"op-{number}") for number in range(3)]
        user = session["user_id"]
        assert {ending.status for ending in endings} == {EndingStatus.DONE}
        assert endings[0].result == {"user": user, "session": session["id"], "profile": profile_id(user)}
        assert (len(world.profiles.effects), world.clerk.asked) == (1, ["GET /v1/jwks"])
        # What was verified without a request is no attempt: nobody is told of one that no vendor has seen.
        assert {each.vendor for each in world.events if each.kind is Kind.ATTEMPT_STARTED} == {"supabase"}
        # And the keys, which are everybody's, are asked for under no operation's id: no attempt is told of for them.
        (keys,) = world.clerk.requests
        assert "X-Correlation-ID" not in keys.headers

    virtually(main())


def test_a_token_that_is_no_good_is_refused_and_nothing_is_written() -> None:
    async def main() -> None:
        world = World()
        _, token = world.clerk.session()
        head, claims, signature = token.split(".")
        forged = f"{head}.{claims}.{signature[:-6]}AAAAAA"
        for number, (wrong, code) in enumerate([(forged, "token_forged"), ("nonsense", "token_malformed")]):
            ending = await world.ask(wrong, f"op-{number}")
            assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 422, code)
            assert wrong not in ending.message
        await asyncio.sleep(120)
        assert (await world.ask(token, "op-9")).code == "token_expired"
        assert world.profiles.requests == []

    virtually(main())


def test_with_the_keys_held_clerk_may_be_down_and_without_them_nobody_is_called_a_liar() -> None:
    async def main() -> None:
        world = World()
        _, token = world.clerk.session()
        world.clerk.always = NoConnection()
        ending = await world.ask(token)
        assert (ending.status, ending.http_status, ending.code) == (EndingStatus.REFUSED, 503, "connect_failed")
        world.clerk.always = None
        await asyncio.sleep(10)
        assert (await world.ask(token, "op-2")).status is EndingStatus.DONE
        world.clerk.always = NoConnection()
        assert (await world.ask(token, "op-3")).status is EndingStatus.DONE

    virtually(main())


def test_that_keys_may_not_be_asked_for_yet_is_told_of_their_vendor_alone() -> None:
    async def main() -> None:
        world = World()
        _, token = world.clerk.session()
        world.clerk.always = NoConnection()
        endings = [await world.ask(token, f"op-{number}") for number in range(2)]
        assert [ending.http_status for ending in endings] == [503, 503]
        rejections = [(each.vendor, each.outcome) for each in world.events if each.kind is Kind.CALL_REJECTED]
        assert rejections == [("clerk", "renewal")]

    virtually(main())


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (After(Lost()), EndingStatus.UNKNOWN),
        (NoConnection(), EndingStatus.REFUSED),
        (reply(503, {"code": "PGRST002"}), EndingStatus.UNKNOWN),
    ],
    ids=["lost", "no connection", "503"],
)
def test_a_token_is_never_set_aside(step: Step, status: EndingStatus) -> None:
    async def main() -> None:
        world = World(**QUIET)
        _, token = world.clerk.session()
        world.profiles.script.append(step)
        assert (await world.ask(token)).status is status
        assert await world.app.dead_letters.page() == []
        assert (await world.ask(token)).status is EndingStatus.DONE
        assert len(world.profiles.effects) == 1

    virtually(main())


@pytest.mark.parametrize(
    ("token", "needs", "status"),
    [
        ("writer", "org:jobs:write", "done"),
        ("flat_writer", "org:jobs:write", "done"),
        ("reader", "org:invoices:write", "done"),
        ("reader", "", "done"),
        ("reader", "org:jobs:write", "refused"),
        ("flat_reader", "org:jobs:write", "refused"),
        ("writer", "org:invoices:write", "refused"),
        ("good", "org:jobs:write", "refused"),
    ],
)
def test_nobody_is_let_in_without_the_permission_that_is_needed(token: str, needs: str, status: str) -> None:
    async def main() -> None:
        world = SimulatedWorld(Replacements(), "sign_in")
        assert (await world.ask("sign_in", token=token, needs=needs))[1]["status"] == status
        assert world.effects("supabase.row") == (status == "done")

    virtually(main())
