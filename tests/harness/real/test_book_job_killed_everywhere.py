"""A SIGKILL at each moment of each request that a long flow makes, forward and back: of both its processes.

One run: a stretch for each moment, in which both gateways are killed just when a job's request is there, when its
effect is committed and the answer is held, or when the answer is out. They come back, and go on with what was theirs.
`make walk` runs it; the same places, and those at the stores, are walked in virtual time in
`tests/core/flows/test_book_job_walk.py`.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import prepare
from brownout_reports.run_folder import Status

WRITES: Final = (
    ("supabase", "POST /rest/v1/rpc/{function}"),
    ("sales", "POST /api/v2/orders/intake"),
    ("erp", "POST */inventoryReservations"),
    ("erp", "POST */workOrders"),
    ("docusign", "POST */envelopes"),
    ("stripe", "POST /v1/payment_intents"),
    ("twilio", "POST *"),
    ("resend", "POST /emails"),
    ("openai", "POST /v1/chat/completions"),
    ("supabase", "PATCH /rest/v1/{table}"),
)
UNDOINGS: Final = (
    ("docusign", "PUT */envelopes/*"),
    ("erp", "PATCH */workOrders(*"),
    ("sales", "POST /api/v2/orders/{id}/cancel"),
    ("supabase", "DELETE /rest/v1/{table}"),
)
MOMENTS: Final = ("received", "committed", "answered")
ENDED: Final = {"redriven", "refused", "incident"}

# Who asked just when both were killed and gave up before they were back: one for each kill, at most.
HEAD: Final = """
name: book-job-killed-everywhere
about: Both processes are killed at each moment of each request that books a job.
seed: {seed}
target: gateway
replicas: 2
workload:
  arrivals: {{rate: 2/s}}
  operations: [{{name: book_job}}]
  answer_within: 15s
  ask_again: {{after: 1s, times: 3}}
policies:
  preset: recommended
  # So that the lease of a process that died is over soon: it outlasts the longest of these by two seconds.
  supabase: {{timeout: {{attempt: 3s, deadline: 10s}}}}
  sales: {{timeout: {{attempt: 3s, deadline: 10s}}}}
  erp: {{timeout: {{attempt: 3s, deadline: 10s}}}}
  docusign: {{timeout: {{attempt: 4s, deadline: 10s}}, limiter: {{capacity: 500, refill: 50/s}}}}
notes:
  - "supabase, sales, erp, docusign: deadlines are scaled down (20s and 30s to 10s), and with them the lease of a job"
  - "docusign: the limiter of an account that is larger than the smallest"
drain: 20s
expect:
  - exactly_once: {{effect: supabase.row}}
  - exactly_once: {{effect: sales.order}}
  - exactly_once: {{effect: erp.reservation}}
  - exactly_once: {{effect: erp.work_order}}
  - exactly_once: {{effect: docusign.envelope}}
  - exactly_once: {{effect: stripe.charge}}
  - exactly_once: {{effect: twilio.message}}
  - exactly_once: {{effect: resend.email}}
  - nothing_lost: {{unresolved_at_most: 42}}
  - as_asked
phases:
  - {{name: steady, for: 6s}}
"""
DECLINED: Final = "{vendor: stripe, match: POST /v1/payment_intents, share: 50%, respond: {error: card_declined}}"
TAIL: Final = """
  - name: recovery
    for: 50s
    actions: [{at: 16s, redrive: {}}, {at: 32s, redrive: {}}, {at: 48s, redrive: {}}]
"""


def scenario(seed: int) -> str:
    return textwrap.dedent(HEAD).lstrip().format(seed=seed) + "".join(_phases()) + TAIL.lstrip("\n")


def _phases() -> Iterator[str]:
    for way, requests in (("write", WRITES), ("undoing", UNDOINGS)):
        for number, (vendor, match) in enumerate(requests):
            for moment in MOMENTS:
                yield f"  - name: {way}-{number}-{moment}\n    for: 4s\n"
                if way == "undoing":
                    yield f"    faults: [{DECLINED}]\n"
                on = f'{{vendor: {vendor}, match: "{match}", moment: {moment}, nth: 1}}'
                yield f"    actions: [{{kill: gateway, for: 1s, on: {on}}}]\n"
            yield f"  - name: {way}-{number}-after\n    for: 3s\n    actions: [{{at: 2500ms, redrive: {{}}}}]\n"


@pytest.mark.real
@pytest.mark.slow
def test_wherever_both_are_killed_each_job_ends_whole_or_undone_or_told(tmp_path: Path) -> None:
    file = tmp_path / "everywhere.yaml"
    file.write_text(scenario(7), encoding="utf-8")
    (order,) = prepare([str(file)], mode="real", time="T", out=tmp_path / "run")
    finished = execute(order)
    wrong = [f"{each.title}: {each.observed}" for each in finished.verdict.expectations if each.status != "passed"]
    assert finished.verdict.verdict is Status.PASSED, [*finished.verdict.reasons, *wrong]
    states = set(pl.read_parquet(finished.folder / "dead_letters.parquet")["state"])
    assert states <= ENDED, states
