"""`join_team`: somebody gets an account, and is made a member of a team, by Clerk; told when both is.

    look for him ─▶ make him ─▶ look for the team ─▶ make it ─▶ look what he belongs to ─▶ make him a member

There are no idempotency keys, but each thing can be there once only: an account has the application's own id, a team
its slug, and a team has a user once. So what was sent may be sent again, after a look; "taken", or "already a member",
may mean what was sent before and is looked for, too. A team is made by whoever comes first. Where the membership fails
the account stays, and the rest is set aside: half of it is never told as done, nor as refused.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from brownout_core.adapters import clerk
from brownout_core.adapters.clerk import MEMBER, TAKEN, ClerkClient
from brownout_core.asking import Asking
from brownout_core.errors import ServiceError, VendorRefused
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import or_none
from brownout_core.flows.request import FlowRequest
from brownout_core.services.auth import Membership, Organization, User

T = TypeVar("T")

BANNED = "user_banned"
OTHER_ROLE = "other_role"


class JoinRequest(FlowRequest):
    """Who joins what, and as what."""

    account: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
    """The application's own id of him."""
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    first_name: Annotated[str, Field(max_length=100)] = ""
    last_name: Annotated[str, Field(max_length=100)] = ""
    team: Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    """Its slug."""
    role: Literal["org:member", "org:admin"] = "org:member"


class JoinTeam(Flow[JoinRequest]):
    """Looks for each of the three, and makes what is not there."""

    name, path, request = "join_team", "/v1/members", JoinRequest
    http_status = 201
    uses = (clerk.ADAPTER,)
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._clerk = self.guarded(clerk.ADAPTER)

    async def do(self, request: JoinRequest, asking: Asking) -> dict[str, Any]:
        """One account, in one team."""
        user = await self._user(request, asking)
        if user.banned:
            raise VendorRefused("clerk", "find_user", "the user is banned", status=403, code=BANNED)
        team = await self._team(request, asking)
        member = await self._member(user, team, request.role, asking)
        if member.role != request.role:
            raise VendorRefused("clerk", "join", f"he is {member.role} already", status=409, code=OTHER_ROLE)
        return {
            "user": user.id,
            "email": user.email_address,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "team": member.organization.id,
            "membership": member.id,
            "role": member.role,
        }

    async def _user(self, request: JoinRequest, asking: Asking) -> User:
        async def look(client: ClerkClient) -> User | None:
            return await client.find_user(request.account, operation_id=asking.operation_id)

        async def make(client: ClerkClient) -> User:
            return await client.create_user(
                operation_id=asking.operation_id,
                external_id=request.account,
                email_address=request.email,
                first_name=request.first_name,
                last_name=request.last_name,
            )

        return await self._there("user", look, make, TAKEN, asking)

    async def _team(self, request: JoinRequest, asking: Asking) -> Organization:
        async def look(client: ClerkClient) -> Organization:
            return await client.organization(request.team, operation_id=asking.operation_id)

        async def make(client: ClerkClient) -> Organization:
            name = request.team.replace("-", " ").capitalize()
            return await client.create_organization(operation_id=asking.operation_id, slug=request.team, name=name)

        return await self._there("organization", look, make, TAKEN, asking)

    async def _member(self, user: User, team: Organization, role: str, asking: Asking) -> Membership:
        async def look(client: ClerkClient) -> Membership | None:
            return _of(await client.memberships(user.id, operation_id=asking.operation_id), team)

        async def make(client: ClerkClient) -> Membership:
            return await client.join(user.id, team.id, role, operation_id=asking.operation_id)

        return await self._there("membership", look, make, MEMBER, asking)

    async def _there(
        self,
        what: str,
        look: Callable[[ClerkClient], Awaitable[T | None]],
        make: Callable[[ClerkClient], Awaitable[T]],
        taken: str,
        asking: Asking,
    ) -> T:
        """What is there, or is made now. Where it is `taken` somebody has made it meanwhile, perhaps this operation."""
        found = await or_none(self._clerk.read(asking, f"find_{what}", look))
        if found is not None:
            return found
        may_be_there = False

        async def attempt(client: ClerkClient) -> T:
            nonlocal may_be_there
            before, may_be_there = may_be_there, True
            try:
                return await make(client)
            except VendorRefused as error:
                there = await or_none(look(client)) if error.code == taken else None
                if there is not None:
                    return there
                # A no to this sending says nothing of the one before it.
                asking.may_have_sent |= before
                raise
            except ServiceError as error:
                may_be_there = before or error.may_have_effect
                raise

        return await self._clerk(asking, f"create_{what}", attempt, idempotent=True)


def _of(held: Sequence[Membership], team: Organization) -> Membership | None:
    return next((each for each in held if each.organization.id == team.id), None)
