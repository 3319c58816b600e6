"""`save_job`: keep one job in the database, by Supabase. A job can wait, so every transient failure is set aside.

It is written under a business key that is unique in its table, by an upsert: any number of sendings are one row. It is
the application's own doing and not a user's, so it is done with the project's own key.
"""

import hashlib
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from brownout_core.adapters import supabase
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import Amount, FlowRequest

TABLE = "jobs"
KEY = "business_key"


class JobRequest(FlowRequest):
    """Keep one job."""

    business_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Unique for ever; without one, made from the operation id."""
    state: Literal["queued", "running", "done", "failed"] = "queued"
    details: dict[str, str | int | float | bool | None] = {}
    amount: Amount | None = None

    @property
    def key(self) -> str:
        """`business_key`, or what stands for it."""
        return self.business_key or f"job-{hashlib.sha256(self.operation_id.encode()).hexdigest()[:40]}"


class SaveJob(Flow[JobRequest]):
    """Upserts a row. Its key makes any number of sendings one."""

    name, path, request = "save_job", "/v1/jobs", JobRequest
    uses = (supabase.ADAPTER,)
    http_status = 201
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._supabase = self.guarded(supabase.ADAPTER)

    async def do(self, request: JobRequest, asking: Asking) -> dict[str, Any]:
        """One row."""
        row: dict[str, Any] = {KEY: request.key, "status": request.state, "payload": request.details}
        if request.amount is not None:
            row["amount"] = str(Decimal(request.amount).scaleb(-2))
        job = await self._supabase(
            asking,
            "upsert",
            lambda client: client.admin.upsert(TABLE, row, on=[KEY], operation_id=request.operation_id),
            idempotent=True,
        )
        return {"job": str(job.get("id", "")), "business_key": str(job.get(KEY, "")), "job_state": job.get("status")}
