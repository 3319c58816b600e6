"""What every request has, and the types that several share. A request that exists is a request that makes sense."""

import hashlib
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field

OperationId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
"""The caller's name for one business action, and its idempotency key: 1 to 128 visible ASCII characters."""

Currency = Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")]
Amount = Annotated[int, Field(ge=1, le=99_999_999)]
"""Money in the currency's minor unit."""
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$")]
Host = Annotated[str, Field(max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z0-9-]{2,63}$")]
"""A host's name in lower case, as it is stored."""


class FlowRequest(BaseModel):
    """What a flow is asked for. Frozen and checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: OperationId

    def payload(self) -> bytes:
        """The request as canonical JSON: what a dead letter keeps and a fingerprint is made of."""
        return orjson.dumps(vars(self), default=vars, option=orjson.OPT_SORT_KEYS)

    @staticmethod
    def fingerprint(payload: bytes) -> str:
        """What an idempotency key stands for."""
        return hashlib.sha256(payload).hexdigest()
