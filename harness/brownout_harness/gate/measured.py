"""What is kept of a real run, to compare later ones with: figures in lines, small enough to be committed.

    # brownout gate: shop, real, seed 7
    {"phases": [["steady", 0.0, 20.0]], "asked": "9f2c…"}
    {"operation": "pay", "block": 0, "done": 78, "ms": [12.1, 12.3, …]}
    {"vendor": "stripe", "block": 0, "requests": 82, "asks": 79}

A block is a stretch of two seconds or longer (`comparing/blocks.py`); `ms` are the latencies of what was wanted in it,
ascending. Two runs with the same `asked` were asked for the same operations at the same instants.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, Final

import numpy as np
import polars as pl
from pydantic import Field, TypeAdapter, ValidationError

from brownout_harness.comparing.blocks import Blocks, blocks_of
from brownout_harness.comparing.seen import evidence_in
from brownout_harness.gate.record import HEAD
from brownout_harness.judging.evidence import WHOLE_RUN
from brownout_harness.judging.expectations.amplification import load_on
from brownout_harness.judging.expectations.latency import LATENCY_S
from brownout_harness.problems import BadInput
from brownout_reports.printable import one_line
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.spans import Frozen, PhaseSpan

DIGITS: Final = 1
"""Of a millisecond. Clocks and schedulers are coarser."""

Count = Annotated[int, Field(ge=0)]
Instant = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Plan(Frozen):
    """When what was asked for."""

    phases: tuple[tuple[str, Instant, Instant], ...]
    asked: str
    """A digest of each operation's id and instant."""


class OfOperation(Frozen):
    """Of one name, in one block."""

    operation: str
    block: Count
    done: Count
    ms: Annotated[tuple[Instant, ...], Field(min_length=1)]


class OfVendor(Frozen):
    """What reached it, in one block."""

    vendor: str
    block: Count
    requests: Count
    asks: Count


@dataclass(frozen=True, slots=True)
class Measured:
    """A real run, as it is kept."""

    plan: Plan
    operations: tuple[OfOperation, ...]
    vendors: tuple[OfVendor, ...]

    @property
    def blocks(self) -> Blocks:
        """Its time."""
        return blocks_of([PhaseSpan(*each) for each in self.plan.phases])


LINE: Final[TypeAdapter[OfOperation | OfVendor]] = TypeAdapter(OfOperation | OfVendor)


def measured_of(run: RunFolder) -> str:
    """All lines, in an order of its own. The same run gives the same text."""
    verdict = run.verdict
    head = f"{HEAD}: {one_line(verdict.scenario)}, {verdict.mode}, seed {verdict.seed}"
    return "\n".join([head, *(json.dumps(each, ensure_ascii=False) for each in _lines(run))]) + "\n"


def _lines(run: RunFolder) -> Iterator[dict[str, Any]]:
    evidence, blocks = evidence_in(run), blocks_of(run.verdict.phases)
    wanted = evidence.operations.frame.select("operation_id", pl.col("intended_s").round(6)).sort("operation_id")
    asked = sha256(wanted.collect().write_csv().encode()).hexdigest()
    yield {"phases": [[each.name, each.start_s, each.end_s] for each in run.verdict.phases], "asked": asked}
    for name, rows in sorted(evidence.operations_of.items()):
        frame = rows.frame.select(
            "intended_s", ms=LATENCY_S * 1000, is_done=pl.col("outcome") == Outcome.DONE
        ).collect()
        places = blocks.places(frame["intended_s"].to_numpy())
        for block in np.unique(places).tolist():
            some = frame.filter(pl.Series(places == block))
            ms = some["ms"].round(DIGITS).clip(lower_bound=0.0).sort().to_list()
            yield {"operation": name, "block": block, "done": int(some["is_done"].sum()), "ms": ms}
    span = evidence.phase(WHOLE_RUN)
    assert span is not None  # noqa: S101 - there always is one
    for vendor in sorted(evidence.vendors):
        of_each = load_on(evidence, vendor, span).by_operation
        if of_each.is_empty():
            continue
        at_s = of_each["at_s"].to_numpy()
        sent, asks = (blocks.summed(at_s, of_each[column].to_numpy()) for column in ("sent", "asks"))
        for block in np.flatnonzero(sent).tolist():
            yield {"vendor": vendor, "block": block, "requests": round(sent[block]), "asks": round(asks[block])}


def read_measured(text: str, name: str) -> Measured:
    """What was written. Raises `BadInput`, with the place of what is wrong; `name` is the file's."""
    lines = text.splitlines()[1:]
    try:
        plan = Plan.model_validate_json(lines[0] if lines else "")
    except ValidationError as error:
        raise _wrong(name, 2, error) from None
    found: list[OfOperation | OfVendor] = []
    for number, line in enumerate(lines[1:], 3):
        try:
            found.append(LINE.validate_json(line))
        except ValidationError as error:
            raise _wrong(name, number, error) from None
    spans = [(start_s, end_s) for _, start_s, end_s in plan.phases]
    if (
        not spans
        or any(start_s >= end_s for start_s, end_s in spans)
        or any(one[1] != other[0] for one, other in pairwise(spans))
    ):
        raise BadInput(f"{name}:2: phases that do not follow each other; write it anew with --update")
    measured = Measured(
        plan,
        tuple(each for each in found if isinstance(each, OfOperation)),
        tuple(each for each in found if isinstance(each, OfVendor)),
    )
    if any(each.done > len(each.ms) for each in measured.operations):
        raise BadInput(f"{name}: more is done than was asked for; write it anew with --update")
    if any(each.block >= len(measured.blocks) for each in found):
        raise BadInput(f"{name}: a block that its phases do not have; write it anew with --update")
    return measured


def _wrong(name: str, line: int, error: ValidationError) -> BadInput:
    said: Mapping[str, Any] = error.errors()[0]
    return BadInput(f"{name}:{line}: no line of a real run's record: {said['msg']}; write it anew with --update")
