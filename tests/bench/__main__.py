"""`make bench [ONLY=pipeline]`: run the benchmarks, print their table, keep it in `tests/bench/results`."""

import argparse
import importlib
from pathlib import Path

from tests.bench.measure import Row, machine, table

BENCHES = (
    "asgi",
    "engine",
    "gate_power",
    "intercept",
    "pipeline",
    "simulators",
    "start",
    "streaming",
    "virtual",
    "real",
    "wire",
    "writes",
)
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run what was asked for; a quick run keeps no figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*BENCHES, []], default=[], help="which benchmarks; all by default")
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that they run; keeps no figures")
    options = parser.parse_args()
    for name in options.only or BENCHES:
        on = machine()
        bench = importlib.import_module(f"tests.bench.{name}")
        rows: list[Row] = bench.run(quick=options.quick)
        print(f"\n## {name} ({on})\n\n{table(rows)}")
        if not options.quick:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.md").write_text(
                f"# {name}\n\n{bench.__doc__}\n{on}\n\n{table(rows)}\n", encoding="utf-8"
            )


if __name__ == "__main__":
    main()
