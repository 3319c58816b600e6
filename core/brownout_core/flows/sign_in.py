"""`sign_in`: somebody with a session of Clerk's gets his profile in Supabase.

The session is verified by keys that are held, without a request: Clerk may be down. So is what its user may do in the
organization that he acts for, which his token says. A token that is no good, or does not hold what is needed, is a
definitive no; where the keys cannot be had nobody knows whether it is good, and that is said. The profile is upserted
under an id made of the user's, so any number of sign-ins are one row.

Nothing is ever set aside: a token lives for a minute, and belongs in no store.
"""

import uuid
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import clerk, supabase
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.services.auth import Session, TokenRefused
from brownout_core.telemetry import outcome_of

TABLE = "profiles"
MAY_NOT = "permission_missing"
USERS = uuid.UUID("5a1f3c0e-8f5b-5d1c-9a54-0d6f2f3f7c11")
"""The name space of users' ids."""


class SignInRequest(FlowRequest):
    """Who somebody is, and his profile."""

    token: Annotated[str, Field(min_length=1, max_length=8_000, repr=False)]
    """Of his session."""
    needs: Annotated[str, Field(pattern=r"^(org:[a-z][a-z0-9_]{0,60}:[a-z][a-z0-9_]{0,60})?$")] = ""
    """The permission without which he is not let in: `org:jobs:write`. Empty: none."""


class SignIn(Flow[SignInRequest]):
    """Verifies a session and keeps its user's profile."""

    name, path, request = "sign_in", "/v1/sign-in", SignInRequest
    uses = (clerk.ADAPTER, supabase.ADAPTER)
    sets_aside = SetAside.NOTHING

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._clerk = self.guarded(clerk.ADAPTER)
        self._supabase = self.guarded(supabase.ADAPTER)

    async def do(self, request: SignInRequest, asking: Asking) -> dict[str, Any]:
        """One profile."""
        session = await self.verified(request.token, request.operation_id)
        if request.needs and (session.organization is None or request.needs not in session.organization.permissions):
            raise VendorRefused("clerk", "verify", f"he may not {request.needs}", status=403, code=MAY_NOT)
        profile = await self._supabase(
            asking,
            "upsert",
            lambda client: client.admin.upsert(
                TABLE, {"id": profile_id(session.user_id)}, on=["id"], operation_id=request.operation_id
            ),
            idempotent=True,
        )
        return {"user": session.user_id, "session": session.session_id, "profile": str(profile.get("id", ""))}

    async def verified(self, token: str, operation_id: str) -> Session:
        """Whose session it is. Raises `VendorRefused` where it is nobody's."""
        try:
            return await self._clerk.by_itself(lambda client: client.verify(token, operation_id=operation_id))
        except TokenRefused as error:
            raise VendorRefused("clerk", "verify", str(error), status=401, code=outcome_of(error)) from error


def profile_id(user_id: str) -> str:
    """The id of a user's row: the same for ever."""
    return str(uuid.uuid5(USERS, user_id))
