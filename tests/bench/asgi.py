"""An asyncio application of somebody else's in virtual time: the sample shop on aiohttp, 50 checkouts a second."""

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.rows import LedgerRow, OperationRow
from tests.bench.measure import Row

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "asgi_shop"
FOR_S = 100
QUICK_S = 20


def run(*, quick: bool = False) -> list[Row]:
    """All figures of it."""
    rounds, for_s = (1, QUICK_S) if quick else (5, FOR_S)
    with tempfile.TemporaryDirectory(prefix="brownout-bench-") as folder:
        path = _scenario(Path(folder) / "shop", for_s)
        _took_s(path)
        took_s, checkouts = zip(*(_took_s(path) for _ in range(rounds)), strict=True)
    asked = f"{for_s} s simulated, {checkouts[0]} checkouts: lost answers, latency, the SDK's retries"
    whole = Row(
        bench="asgi",
        case=asked,
        value=median(took_s),
        unit="s",
        goal=None if quick else 10.0,
        note=f"of processor time, median of {rounds}, best {min(took_s):.2f}; most of it is the application's own",
    )
    each = Row(bench="asgi", case=asked, value=checkouts[0] / median(took_s), unit="/s", note="checkouts, the same")
    return [whole, each]


def _scenario(folder: Path, for_s: int) -> Path:
    """The sample's own, as long as is wanted."""
    shutil.copytree(SAMPLE, folder)
    path = folder / "stripe-lost-answers.yaml"
    around_s = (for_s - 10) // 2
    text = path.read_text(encoding="utf-8").replace("asgi: shop:app", "asgi: on_aiohttp:make_app()")
    text = text.replace("for: 15s", f"for: {around_s}s").replace("for: 20s", "for: 10s")
    path.write_text(text, encoding="utf-8")
    return path


def _took_s(path: Path) -> tuple[float, int]:
    scenario = checked_scenario(str(path), "virtual", None)
    began_s = time.process_time()
    inputs = run_virtual(scenario)
    took_s = time.process_time() - began_s
    charges = sum(row.entry == "effect" for row in inputs.tables.of(LedgerRow))
    asked = sum(1 for _ in inputs.tables.of(OperationRow))
    if inputs.gaps or charges != asked:
        raise RuntimeError(f"{charges} charges for {asked} checkouts: {inputs.gaps}")
    return took_s, asked
