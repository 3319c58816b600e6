"""What the library has: everything a vendor, a caller or a machine can do, against the policies that meet it.

Nobody writes down what a scenario shows: it is run, and its books and its telemetry say it.

- `seen.py`       one run, ready to be asked: who was struck by what, and what was told of whom
- `strikes.py`    the rows that a vendor makes: faults, by kind, stage and words
- `surroundings.py` the rows that callers and machines make
- `policies.py`   the columns: how a policy's part in it is seen
- `table.py`      the whole table, and why a cell is empty; `empty_cells.yaml` says it
- `page.py`       the same as `docs/coverage.md`
- `__main__.py`   writes it
"""
