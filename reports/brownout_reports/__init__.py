"""Reads a run folder and draws it: charts, the HTML report, comparisons.

- `run_folder.py`  what a run folder holds: the verdict's schema, the columns of its tables, reading and writing
- `publish.py`     everything that a run leaves, written at once
- `junit.py`       `junit.xml`, for CI systems
- `summary.py`     `summary.md`, for a pull request
- `figure.py`      the one time-aligned figure
- `series.py`      from a run's tables to what the figure draws
- `report.py`      `report.html`: one file, no network
"""
