"""`book_job`: book one job: everything that belongs to it, at nine vendors, or nothing of it.

    session ─▶ job, outbox ─▶ order ─▶ stock, work order ─▶ contract ─▶ payment ═▶ text ─▶ mail ─▶ summary ─▶ done
     Clerk      Supabase       sales    ERP                  DocuSign    Stripe     Twilio  Resend  OpenAI

Each step is another flow's work, done once as that one does it. What is refused up to the payment is taken back as a
whole. A text and a mail cannot be unsent: they come after the payment, and are sent, now or later, or told as owed.

The session is verified before anything is kept. Its token lives for a minute and belongs in no store: whoever goes on
with the job later needs none.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from brownout_core.adapters import clerk, docusign, erp, gemini, openai, resend, sales, stripe, supabase, twilio
from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused
from brownout_core.flows.assist import Assist, AssistRequest
from brownout_core.flows.flow import Around
from brownout_core.flows.long_flow import LongFlow, own
from brownout_core.flows.notify import Notify, NotifyRequest
from brownout_core.flows.pay import Pay, PayRequest
from brownout_core.flows.place_order import OrderLine, OrderRequest, OrderSite, PlaceOrder
from brownout_core.flows.request import Currency, FlowRequest
from brownout_core.flows.reserve_stock import ReserveRequest, ReserveStock
from brownout_core.flows.save_job import KEY, TABLE, JobRequest
from brownout_core.flows.send_receipt import ReceiptRequest, SendReceipt
from brownout_core.flows.sign_contract import ContractRequest, SignContract
from brownout_core.flows.sign_in import SignIn
from brownout_core.saga.steps import Result, Saga, Step
from brownout_core.services.storage import eq

FUNCTION = "book_job"
"""Of the database: it writes the job's row, and what others are to be told of it, in one transaction."""
REASON = "The job could not be booked as a whole."


class BookJobRequest(FlowRequest):
    """Book one job."""

    token: Annotated[str, Field(max_length=8_000, repr=False)] = ""
    """Of the session of who asks."""
    name: Annotated[str, Field(min_length=1, max_length=100)]
    email: Annotated[str, Field(min_length=3, max_length=100, pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")]
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$")]
    site: OrderSite
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=200)]
    """What is ordered, and paid for."""
    item: Annotated[str, Field(min_length=1, max_length=20)]
    """What the work needs from stock: its number in the ERP."""
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    account: Annotated[str, Field(min_length=1, max_length=20)]
    """The customer's number in the ERP."""
    currency: Currency = "usd"
    payment_method: Annotated[str, Field(min_length=1, max_length=255)] = "pm_card_visa"

    def payload(self) -> bytes:
        """All but the token."""
        return super(BookJobRequest, self.model_copy(update={"token": ""})).payload()

    @property
    def key(self) -> str:
        """The business key of its row."""
        return JobRequest(operation_id=self.operation_id).key

    @property
    def total(self) -> int:
        """In minor units."""
        return sum(line.quantity * line.unit_price for line in self.lines)


class BookJob(LongFlow[BookJobRequest]):
    """A saga over the other flows."""

    name, path, request = "book_job", "/v1/bookings", BookJobRequest
    uses = (
        clerk.ADAPTER,
        supabase.ADAPTER,
        sales.ADAPTER,
        erp.ADAPTER,
        docusign.ADAPTER,
        stripe.ADAPTER,
        twilio.ADAPTER,
        resend.ADAPTER,
        openai.ADAPTER,
        gemini.ADAPTER,
    )
    # A summary that nobody has time for is told as such.
    not_waited_for = (openai.ADAPTER, gemini.ADAPTER)
    http_status = 201

    def __init__(self, around: Around) -> None:
        self._session = SignIn(around)
        self._order, self._stock, self._contract = PlaceOrder(around), ReserveStock(around), SignContract(around)
        self._payment, self._text, self._mail = Pay(around), Notify(around), SendReceipt(around)
        self._summary = Assist(around)
        super().__init__(around)
        self._supabase, self._sales = self.guarded(supabase.ADAPTER), self.guarded(sales.ADAPTER)
        self._docusign, self._stripe = self.guarded(docusign.ADAPTER), self.guarded(stripe.ADAPTER)

    def declared(self) -> Saga[BookJobRequest]:
        """Behind the payment there is only forward."""
        return Saga(
            [
                Step(
                    name="job",
                    do=self._keep_job,
                    names=lambda job, _made: [f"supabase job {job.key}"],
                    look=self._find_job,
                    undo=self._drop_job,
                ),
                Step(
                    name="order",
                    do=self._place_order,
                    names=lambda _job, made: [f"sales order {made['order']}"],
                    look=self._find_orders,
                    undo=self._cancel_order,
                ),
                Step(
                    name="stock",
                    do=lambda job, asking: self._stock.do(_stock_of(job), asking),
                    names=lambda job, _made: [f"erp document {_stock_of(job).key}"],
                    look=lambda job, asking: self._stock.find_any(_stock_of(job), asking),
                    undo=lambda job, asking, _name: self._stock.give_back_all(_stock_of(job), asking),
                    is_announced=True,
                ),
                Step(
                    name="contract",
                    do=lambda job, asking: self._contract.do(_contract_of(job), asking),
                    names=lambda _job, made: [f"docusign envelope {made['envelope']}"],
                    look=self._find_envelopes,
                    undo=self._void_envelope,
                    is_announced=True,
                ),
                Step(
                    name="payment",
                    do=lambda job, asking: self._payment.do(_payment_of(job), asking),
                    names=lambda _job, made: [f"stripe payment {made['payment_intent']}"],
                    look=self._find_payments,
                    undo=self._refund,
                ),
                Step(
                    name="text",
                    do=lambda job, asking: self._text.do(_text_of(job), asking),
                    names=lambda _job, made: [f"twilio message {made['message']}"],
                    is_announced=True,
                ),
                Step(
                    name="mail",
                    do=lambda job, asking: self._mail.do(_mail_of(job), asking),
                    names=lambda _job, made: [f"resend email {made['email']}"],
                ),
                Step(name="summary", do=self._summarise),
                Step(name="done", do=self._mark_done),
            ],
            pivot="payment",
        )

    async def do(self, request: BookJobRequest, asking: Asking) -> Result:
        """Who asks needs a session; who goes on with what is kept does not."""
        if asking.kept is None:
            await self._session.verified(request.token, request.operation_id)
        return await super().do(request, asking)

    # -- the job's row --------------------------------------------------------------------------------------------

    async def _keep_job(self, job: BookJobRequest, asking: Asking) -> Result:
        amount = f"{job.total // 100}.{job.total % 100:02}"
        row = {KEY: job.key, "payload": {"item": job.item, "quantity": job.quantity}, "amount": amount}
        kept = await self._supabase(
            asking,
            "insert",
            lambda client: client.admin.insert(TABLE, row, key=KEY, operation_id=job.operation_id, through=FUNCTION),
            idempotent=True,
        )
        return {"job": str(kept.get("id", "")), "business_key": job.key}

    async def _find_job(self, job: BookJobRequest, asking: Asking) -> Sequence[str]:
        found = await self._supabase.read(
            asking,
            "select",
            lambda client: client.admin.select(TABLE, where=[eq(KEY, job.key)], operation_id=job.operation_id),
        )
        return [f"supabase job {job.key}"] if found.rows else []

    async def _drop_job(self, job: BookJobRequest, asking: Asking, _name: str) -> None:
        """What others were to be told of it goes with it: its row refers to the job's."""
        await self._supabase(
            asking,
            "delete",
            lambda client: client.admin.delete(TABLE, where=[eq(KEY, job.key)], operation_id=job.operation_id),
            idempotent=True,
        )

    async def _mark_done(self, job: BookJobRequest, asking: Asking) -> Result:
        where = [eq(KEY, job.key), eq("status", "running")]
        await self._supabase(
            asking,
            "update",
            lambda client: client.admin.update(TABLE, {"status": "done"}, where=where, operation_id=job.operation_id),
            idempotent=True,
        )
        return {"job_state": "done"}

    # -- the order ------------------------------------------------------------------------------------------------

    async def _place_order(self, job: BookJobRequest, asking: Asking) -> Result:
        placed = await self._order.do(_order_of(job), asking)
        if placed["order_status"] in sales.OFF:
            raise VendorRefused("sales", "submit_order", "the order is off", status=409, code=placed["order_status"])
        return placed

    async def _find_orders(self, job: BookJobRequest, asking: Asking) -> Sequence[str]:
        key = _order_of(job).business_key
        found = await self._sales.read(
            asking, "find_orders", lambda client: client.find_orders(key, operation_id=job.operation_id)
        )
        return [f"sales order {each.id}" for each in found if each.status not in sales.OFF]

    async def _cancel_order(self, job: BookJobRequest, asking: Asking, name: str) -> None:
        cancel = own(asking, "cancel")
        await self._sales(
            cancel,
            "cancel_order",
            lambda client: client.cancel_order(
                _id(name), operation_id=job.operation_id, idempotency_key=cancel.idempotency_key, reason=REASON
            ),
            idempotent=True,
        )

    # -- the contract ---------------------------------------------------------------------------------------------

    async def _find_envelopes(self, _job: BookJobRequest, asking: Asking) -> Sequence[str]:
        found = await self._contract.find(asking)
        return [f"docusign envelope {each.id}" for each in found if each.is_out and each.status != "voided"]

    async def _void_envelope(self, job: BookJobRequest, asking: Asking, name: str) -> None:
        await self._docusign(
            asking,
            "void",
            lambda client: client.void(_id(name), reason=REASON, operation_id=job.operation_id),
            idempotent=True,
        )

    # -- the payment ----------------------------------------------------------------------------------------------

    async def _find_payments(self, job: BookJobRequest, asking: Asking) -> Sequence[str]:
        found = await self._payment.find(_payment_of(job), asking)
        return [f"stripe payment {each.id}" for each in found]

    async def _refund(self, job: BookJobRequest, asking: Asking, name: str) -> None:
        refund = own(asking, "refund")
        await self._stripe(
            refund,
            "create_refund",
            lambda client: client.create_refund(
                operation_id=job.operation_id, idempotency_key=refund.idempotency_key, payment_intent=_id(name)
            ),
            idempotent=True,
        )

    # -- what comes after it --------------------------------------------------------------------------------------

    async def _summarise(self, job: BookJobRequest, asking: Asking) -> Result:
        told = await self._summary.do(_summary_of(job), asking)
        return {"summary": told["text"], "by": told["by"], "degraded": told["degraded"]}


def _id(name: str) -> str:
    return name.rpartition(" ")[2]


def _order_of(job: BookJobRequest) -> OrderRequest:
    return OrderRequest(
        operation_id=job.operation_id, customer=job.name, site=job.site, lines=job.lines, currency=job.currency
    )


def _stock_of(job: BookJobRequest) -> ReserveRequest:
    return ReserveRequest(
        operation_id=job.operation_id,
        item=job.item,
        quantity=job.quantity,
        customer=job.account,
        site=job.site.line1,
    )


def _contract_of(job: BookJobRequest) -> ContractRequest:
    lines = "\n".join(f"{line.quantity} x {line.sku}" for line in job.lines)
    text = f"{job.name} orders, for {job.site.line1}, {job.site.city}:\n{lines}\n"
    return ContractRequest(operation_id=job.operation_id, name=job.name, email=job.email, subject="Your job", text=text)


def _payment_of(job: BookJobRequest) -> PayRequest:
    return PayRequest(
        operation_id=job.operation_id,
        amount=job.total,
        currency=job.currency,
        payment_method=job.payment_method,
    )


def _text_of(job: BookJobRequest) -> NotifyRequest:
    return NotifyRequest(operation_id=job.operation_id, to=job.phone, body="Your job is booked.")


def _mail_of(job: BookJobRequest) -> ReceiptRequest:
    return ReceiptRequest(operation_id=job.operation_id, to=job.email, amount=job.total, currency=job.currency)


def _summary_of(job: BookJobRequest) -> AssistRequest:
    text = f"Say in one sentence what is to be done: {job.quantity} x {job.item} at {job.site.line1}."
    return AssistRequest(operation_id=job.operation_id, text=text, max_tokens=60)
