"""`use_credentials`: as whom the application works in a database just now: a user that Vault has lent, and takes back.

What is lent is everybody's: it is renewed beside the calls before its time is over, and lent anew where it cannot be
renewed any longer, by one request for all. The password stays in this process, and is told to nobody. Nobody would want
the answer later, so nothing is set aside.
"""

from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import vault
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest


class CredentialsRequest(FlowRequest):
    """Of which role."""

    role: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]


class UseCredentials(Flow[CredentialsRequest]):
    """Reads what is held."""

    name, path, request = "use_credentials", "/v1/credentials", CredentialsRequest
    uses = (vault.ADAPTER,)
    sets_aside = SetAside.NOTHING

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._vault = self.guarded(vault.ADAPTER)

    async def do(self, request: CredentialsRequest, asking: Asking) -> dict[str, Any]:
        """The user, and what his time hangs from. What is held is no request of this asking's."""
        lent = await self._vault.by_itself(
            lambda client: client.credentials(request.role, operation_id=asking.operation_id)
        )
        return {"username": lent.username, "lease": lent.lease_id}
