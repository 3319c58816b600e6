"""`book_job`: a job with everything that belongs to it."""

import random
from collections.abc import Mapping
from typing import Any

from brownout_core.flows.book_job import BookJob
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import CUSTOMERS, GOODS, brand_of, card, money, person, phone
from brownout_harness.asked.tokens import GOOD

VISIT = "PYX-SLOW-600000"
"""With such a line an order of the simulated sales system waits for ten minutes in each of its states. Without it work
begins within half a second, and then the order cannot be cancelled any more."""


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """One sort of goods, and a visit."""
    someone, (item, price), quantity = person(rng), rng.choice(GOODS), rng.randint(1, 5)
    lines = [
        {"sku": item, "quantity": quantity, "unit_price": price},
        {"sku": VISIT, "quantity": 1, "unit_price": 4900},
    ]
    return {
        "token": GOOD,
        "name": someone.name,
        "email": f"{operation_id}@sim.test",
        "phone": phone(rng),
        "site": {"line1": someone.line1, "city": someone.city, "postal_code": someone.postal_code, "country": "US"},
        "lines": lines,
        "item": item,
        "quantity": quantity,
        "account": rng.choice(CUSTOMERS),
        "currency": "usd",
        "payment_method": card(rng),
    }


def derived(params: Mapping[str, Any]) -> dict[str, Any]:
    """What is paid, by which card, and where the work is."""
    total = sum(line["quantity"] * line["unit_price"] for line in params["lines"])
    return {
        "total": total,
        "in_full": total / 100,
        "paid": f"{money(total)} {params['currency'].upper()}",
        "brand": brand_of(params["payment_method"]),
        "line1": params["site"]["line1"],
    }


OPERATION = GatewayOperation(
    flow=BookJob,
    draw=draw,
    # The job's row, the one of its outbox, its change to `done`, and one of each other. A completion is owed by nobody.
    leaves=(
        "supabase.row",
        "supabase.message",
        "supabase.row_updated",
        "sales.order",
        "erp.reservation",
        "erp.work_order",
        "docusign.envelope",
        "stripe.charge",
        "twilio.message",
        "resend.email",
    ),
    undone_by={
        "supabase.row": "supabase.row_deleted",
        "supabase.message": "supabase.message_deleted",
        "sales.order": "sales.order_cancellation",
        "erp.reservation": "erp.reservation_release",
        "erp.work_order": "erp.work_order_cancellation",
        "docusign.envelope": "docusign.void",
        "stripe.charge": "stripe.refund",
    },
    derived=derived,
    as_asked={
        "supabase.row": {
            "table": "jobs",
            "row": {"payload": {"item": "{{item}}", "quantity": "{{quantity}}"}, "amount": "{{in_full}}"},
        },
        "supabase.row_updated": {"table": "jobs", "row": {"status": "done"}},
        "sales.order": {"customer": "{{name}}", "site": "{{site}}", "lines": "{{lines}}", "currency": "{{currency}}"},
        "erp.reservation": {"item": "{{item}}", "quantity": "{{quantity}}"},
        "erp.work_order": {
            "customer": "{{account}}",
            "site": "{{line1}}",
            "lines": [{"item": "{{item}}", "quantity": "{{quantity}}"}],
        },
        "docusign.envelope": {"subject": "Your job", "recipients": "{{email}}", "names": ["{{name}}"]},
        "stripe.charge": {
            "amount": "{{total}}",
            "currency": "{{currency}}",
            "payment_method_details": {"card": {"brand": "{{brand}}"}},
        },
        "twilio.message": {"to": "{{phone}}", "body": "Your job is booked. (ref *)"},
        "resend.email": {"recipients": ["{{email}}"], "subject": "Your receipt for {{paid}} *"},
    },
    answers={
        "job": ("supabase.row.key",),
        "order": ("sales.order.id",),
        "work_order": ("erp.work_order.id",),
        "envelope": ("docusign.envelope.envelope_id",),
        "payment_intent": ("stripe.charge.payment_intent",),
        "amount": ("stripe.charge.amount",),
        "message": ("twilio.message.id",),
        "email": ("resend.email.id",),
    },
    token="token",  # noqa: S106 - the name of a parameter
)
