"""Reads a run folder and draws it: charts, the HTML report, comparisons.

- `rows.py`        the rows of a run: a record for each kind, and the columns that follow from it
- `strikes.py`     what the faults of links did; `fields.py` what fields of rows hold besides texts and numbers
- `tables.py`      rows that may be more than memory holds
- `run_folder.py`  what a run folder holds: the verdict's schema, the tables, reading and writing
- `spans.py`       its phases, and its faults as they were in force
- `reserved.py`    a place for a run that has begun
- `publish.py`     everything that a run leaves, written at once
- `junit.py`       `junit.xml`, for CI systems
- `summary.py`     `summary.md`, for a pull request
- `figure.py`      the one time-aligned figure, wide and narrow
- `panel.py`       a row of it; `panels.py` which there are
- `marks.py`       what was done: faults, actions, deaths, gaps
- `palette.py`     its colours
- `series.py`      from a run's tables to what the figure draws
- `told.py`        what the target tells of its policies, binned
- `holding.py`     what processes held: memory, open descriptors
- `letters.py`     how many dead letters were waiting
- `counts.py`      the page's tables
- `story.py`       a run as text, and one operation of it; `printable.py` what may be shown on a terminal
- `noteworthy.py`  which operations are worth a look
- `sequence.py`    these as pictures; `sequence_steps.py` what is drawn of one, `sequence_events.py` what of that is the
                   target's word, `sequence_layout.py` where it stands
- `report.py`      `report.html`: one file, no network
- `overlay.py`     several runs in one figure; `comparison.py` the page that it stands on
"""
