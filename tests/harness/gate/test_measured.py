"""What is kept of a real run."""

from pathlib import Path

import polars as pl
import pytest

from brownout_harness.gate.baseline import Baseline
from brownout_harness.gate.measured import measured_of, read_measured
from brownout_harness.problems import BadInput
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.tables import Rows
from tests.harness.comparing.conftest import SHOP, made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """What its mode is, is nothing to a record."""
    return made(tmp_path_factory.mktemp("real") / "shop", SHOP.replace("SHARE", "50%").replace("RETRIES", "2"), 3)


def test_every_operation_and_request_is_in_it(run: RunFolder) -> None:
    text = measured_of(run)
    kept = read_measured(text, "shop-real.txt")
    rows = list(run.tables.of(OperationRow))
    assert sum(len(each.ms) for each in kept.operations) == len(rows)
    assert sum(each.done for each in kept.operations) == sum(row.outcome is Outcome.DONE for row in rows)
    requests = run.tables.of(LedgerRow).count(pl.col("entry") == "request", pl.col("vendor") == "stripe")
    assert sum(each.requests for each in kept.vendors) == requests
    assert max(ms for each in kept.operations for ms in each.ms) == pytest.approx(
        max(row.latency_s for row in rows) * 1000, abs=0.06
    )
    assert kept.plan.phases == (("steady", 0.0, 10.0), ("outage", 10.0, 20.0))
    assert text == measured_of(run)
    assert all(list(each.ms) == sorted(each.ms) for each in kept.operations)
    assert len(text) < 25 * len(rows)


def test_two_that_were_asked_for_other_operations_say_so(run: RunFolder) -> None:
    frame = run.tables.of(OperationRow).frame.with_columns(intended_s=pl.col("intended_s") + 0.01)
    later = run.model_copy(update={"tables": run.tables.but(Rows(OperationRow, frame))})
    one, other = (read_measured(measured_of(each), "") for each in (run, later))
    assert one.plan.asked != other.plan.asked
    assert one.plan.phases == other.plan.phases


def test_it_goes_through_a_baseline(run: RunFolder, tmp_path: Path) -> None:
    kept = Baseline(tmp_path)
    kept.keep("shop-real", measured_of(run))
    assert kept.record("shop-real") == measured_of(run)


PLAN = '{"phases": [["steady", 0, 10]], "asked": ""}'


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "shop:2: no line of a real run's record"),
        (["operation pay-1: pay done"], "shop:2: "),
        ([PLAN, "{}"], "shop:3: "),
        ([PLAN, '{"operation": "pay", "block": 0, "done": 1, "ms": [NaN]}'], "shop:3: "),
        ([PLAN, '{"operation": "pay", "block": 0, "done": 1, "ms": []}'], "shop:3: "),
        ([PLAN, '{"operation": "pay", "block": 0, "done": 2, "ms": [1]}'], "shop: more is done"),
        ([PLAN, '{"operation": "pay", "block": 9, "done": 1, "ms": [1]}'], "a block that its phases do not have"),
        (['{"phases": [["a", 0, 5], ["b", 7, 9]], "asked": ""}'], "do not follow each other"),
        (['{"phases": [], "asked": ""}'], "do not follow each other"),
    ],
)
def test_what_is_no_record_is_bad_input_with_its_place(lines: list[str], told: str) -> None:
    with pytest.raises(BadInput, match="--update") as error:
        read_measured("\n".join(["# brownout gate: shop, real, seed 3", *lines]), "shop")
    assert told in str(error.value)
