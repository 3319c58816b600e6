"""`join_team`: one account and one membership, whatever becomes of answers. Clerk is its simulator."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from brownout_core.compose import Replacements
from tests.harness.audit.mutants.probes import LOST, Rule, each, once
from tests.harness.audit.mutants.world import World
from tests.support.aio import virtually

USERS, TEAMS, MEMBERS = "POST /v1/users", "POST /v1/organizations", "POST */memberships"
ASKED = {
    "account": "ada-1", "email": "ada@example.test", "first_name": "Ada", "last_name": "Byron", "team": "north",
    "role": "org:admin",
}  # fmt: skip


def in_world(work: Any, *rules: Rule, **more: Any) -> None:
    async def main() -> None:
        await work(World(Replacements(), "join_team", rules={"clerk": rules}, **more))

    virtually(main())


def ask(world: World, operation_id: str = "op-1", **more: Any) -> Coroutine[Any, Any, tuple[int, dict[str, Any]]]:
    return world.ask("join_team", operation_id, **{**ASKED, **more})


def made(world: World) -> tuple[int, int, int]:
    return tuple(world.effects(f"clerk.{what}") for what in ("user", "organization", "membership"))  # type: ignore[return-value]


def test_who_is_new_gets_an_account_a_team_and_his_role() -> None:
    async def work(world: World) -> None:
        status, answer = await ask(world)
        assert (status, answer["status"], made(world)) == (201, "done", (1, 1, 1))
        assert (answer["email"], answer["first_name"], answer["last_name"]) == ("ada@example.test", "Ada", "Byron")
        held = {row.route: row.id for row in world.rows("clerk") if row.entry == "effect"}
        named = [answer[name] for name in ("user", "team", "membership")]
        assert named == [held[f"clerk.{what}"] for what in ("user", "organization", "membership")]
        assert answer["role"] == "org:admin"

    in_world(work)


@pytest.mark.parametrize("fault", [LOST, {"fail_after_effect": {"status": 500}}, {"truncate": {}}], ids=str)
@pytest.mark.parametrize("what", [USERS, TEAMS, MEMBERS, "GET /v1/users", "GET /v1/organizations/*"])
def test_whatever_becomes_of_an_answer_each_is_there_once(what: str, fault: Rule) -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "done"
        assert made(world) == (1, 1, 1)

    in_world(work, once(what, **fault))


def test_who_is_a_member_already_is_answered_with_what_he_has() -> None:
    async def work(world: World) -> None:
        first = (await ask(world))[1]
        again = (await ask(world, "op-2"))[1]
        assert {**again, "operation_id": ""} == {**first, "operation_id": ""}
        assert made(world) == (1, 1, 1)

    in_world(work)


def test_two_at_once_make_one_team() -> None:
    async def work(world: World) -> None:
        both = await asyncio.gather(
            *(ask(world, f"op-{n}", account=f"a-{n}", email=f"a-{n}@example.test") for n in range(2))
        )
        assert [answer["status"] for _, answer in both] == ["done", "done"]
        assert (len({answer["team"] for _, answer in both}), made(world)) == (1, (2, 1, 2))

    in_world(work)


def test_of_many_teams_the_one_behind_the_first_page_is_found() -> None:
    async def work(world: World) -> None:
        first = (await ask(world, "op-0", team="team-0"))[1]
        for number in range(1, 101):
            await ask(world, f"op-{number}", team=f"team-{number}")
        again = (await ask(world, "op-again", team="team-0"))[1]
        assert (again["status"], again["membership"]) == ("done", first["membership"])

    in_world(work, policies={"vendors": {"clerk": {"limiter": {"capacity": 1000, "refill_per_s": 1000}}}})


def test_a_member_with_another_role_is_not_given_one_and_not_told_as_done() -> None:
    async def work(world: World) -> None:
        await ask(world)
        status, answer = await ask(world, "op-2", role="org:member")
        assert (status, answer["status"], answer["code"]) == (422, "refused", "other_role")
        assert made(world) == (1, 1, 1)

    in_world(work)


def test_who_is_banned_joins_nothing() -> None:
    async def work(world: World) -> None:
        await ask(world)
        (account,) = world.simulators["clerk"].accounts.values()
        for user in account.state.users.newest_first():
            user["banned"] = True
        answer = (await ask(world, "op-2", team="south"))[1]
        assert (answer["status"], answer["code"]) == ("refused", "user_banned")
        assert world.effects("clerk.membership") == 1

    in_world(work)


def test_an_address_of_somebody_elses_is_refused_and_nothing_is_left() -> None:
    async def work(world: World) -> None:
        await ask(world)
        status, answer = await ask(world, "op-2", account="bob-1")
        assert (status, answer["status"], answer["code"]) == (422, "refused", "form_identifier_exists")
        assert made(world) == (1, 1, 1)

    in_world(work)


def test_what_may_be_there_and_is_not_seen_yet_is_never_told_as_refused() -> None:
    async def work(world: World) -> None:
        assert (await ask(world))[1]["status"] == "accepted"
        await asyncio.sleep(60)
        await world.redrive()
        assert made(world) == (1, 1, 1)

    in_world(work, once(USERS, **LOST), each("GET /v1/users", read_after_write_lag={"lag_s": 30.0}))
