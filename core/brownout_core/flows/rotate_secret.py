"""`rotate_secret`: a secret gets a new value, by Vault. Each asking is one new version, however often it is sent.

The new value is drawn by Vault, stays there, and is nowhere told. Two who rotate the same secret at once are two
versions, and none of them is lost: each writes only on top of what it has read. A rotation can wait, so every transient
failure is set aside.
"""

from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import vault
from brownout_core.adapters.vault import VaultClient
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.services.secrets import Applied

VALUE = "value"


class RotateSecretRequest(FlowRequest):
    """Which secret."""

    path: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}(/[a-z0-9_-]{1,64}){0,4}$")]
    """`app/db`."""


class RotateSecret(Flow[RotateSecretRequest]):
    """Writes a new version of a secret."""

    name, path, request = "rotate_secret", "/v1/secrets/rotate", RotateSecretRequest
    uses = (vault.ADAPTER,)
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._vault = self.guarded(vault.ADAPTER)
        self._wall_clock = around.wall_clock

    async def do(self, request: RotateSecretRequest, asking: Asking) -> dict[str, Any]:
        """One version."""
        began_s = self._wall_clock()
        sent_since_s = None if asking.earlier is None else began_s - asking.earlier.began_ago_s

        async def attempt(client: VaultClient) -> Applied:
            nonlocal sent_since_s
            since_s, sent_since_s = sent_since_s, began_s if sent_since_s is None else sent_since_s
            return await client.change_once(
                request.path,
                lambda before: {**before, VALUE: value},
                operation_id=request.operation_id,
                since_s=since_s,
            )

        value = await self._vault.read(
            asking, "random_text", lambda client: client.random_text(operation_id=request.operation_id)
        )
        applied = await self._vault(asking, "change_once", attempt, idempotent=True)
        return {"path": request.path, "version": applied.version}
