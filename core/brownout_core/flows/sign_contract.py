"""`sign_contract`: send one contract to be signed, by DocuSign.

DocuSign takes no idempotency key, and each sending mails a human. So an envelope is never sent again once it may have
been, and before any second sending DocuSign is asked for the operation's own reference. A contract can wait: what could
not be sent is set aside, also where the hour's calls are used up.
"""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import docusign
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.policies.inbox import News
from brownout_core.services.signing import Contract, Paper, Sent, Signer

_REFERENCES = uuid.UUID("5d1c3c0e-52f0-5c0e-9d38-6f1a3f0c7a11")
"""What references are derived from: the same operation has the same one, in any process, for ever."""


class ContractRequest(FlowRequest):
    """Send one contract to be signed."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    email: Annotated[str, Field(min_length=3, max_length=100, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    subject: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class SignContract(Flow[ContractRequest]):
    """Sends an envelope; where an earlier one may be on its way it looks before it sends again."""

    name, path, request = "sign_contract", "/v1/contracts", ContractRequest
    uses = (docusign.ADAPTER,)
    told_by = docusign.ADAPTER
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._docusign = self.guarded(docusign.ADAPTER)

    async def do(self, request: ContractRequest, asking: Asking) -> dict[str, Any]:
        """One envelope, if none is out yet."""
        sent = await self.look_first(asking, lambda _ago_s: self._there_already(asking))
        if sent is None:
            contract = Contract(
                subject=request.subject,
                papers=[Paper("contract.txt", request.text.encode())],
                signers=[Signer(request.name, request.email)],
            )
            sent = await self._docusign(
                asking,
                "send",
                lambda client: client.send(contract, reference=reference_of(asking), operation_id=request.operation_id),
                idempotent=False,
            )
        return {"envelope": sent.id, "envelope_status": sent.status}

    def came_of(self, news: News) -> dict[str, Any]:
        """Whatever is told of an envelope, it is out."""
        return {"envelope": news.says["envelope"], "envelope_status": news.state}

    async def _there_already(self, asking: Asking) -> Sent | None:
        return next((each for each in await self.find(asking) if each.is_out), None)

    async def find(self, asking: Asking) -> Sequence[Sent]:
        """Every envelope of the operation, whatever became of it."""
        reference = reference_of(asking)
        return await self._docusign.read(
            asking, "find", lambda client: client.find(reference, operation_id=asking.operation_id)
        )


def reference_of(asking: Asking) -> str:
    """The operation's own reference: a GUID, as DocuSign will have it."""
    return str(uuid.uuid5(_REFERENCES, asking.idempotency_key))
