"""Reads a run folder and draws it: charts, the HTML report, comparisons.

- `run_folder.py`  what a run folder holds: the verdict's schema, the columns of its tables, reading and writing
- `publish.py`     everything that a run leaves, written at once
- `junit.py`       `junit.xml`, for CI systems
- `summary.py`     `summary.md`, for a pull request
- `figure.py`      the one time-aligned figure
- `tables.py`      per-vendor and per-phase numbers
- `report.py`      `report.html`: one file, no network
"""
