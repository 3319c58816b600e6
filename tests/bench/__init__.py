"""Benchmarks: paired with their baselines, interleaved, judged by ratio. Run by `make bench`, never by the tests.

- `measure.py`     rows, interleaving, medians
- `engine.py`      the simulators without sockets: processor time and memory
- `pipeline.py`    the core's pipeline beside stacks of libraries
- `simulators.py`  the simulators beside a bare server
- `writes.py`      each vendor's main write beside a bare server
- `start.py`       every vendor from the command to its first 200, idle memory, what an account costs
- `streaming.py`   chunks a second, and how near to their instants
- `virtual.py`     operations per wall second, and the determinism of a run
- `real.py`        what rate a real run holds
- `results/`       figures of past runs, kept
"""
