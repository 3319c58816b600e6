"""The official clients, unmodified, against the simulators: each a program that knows nothing of this project.

- `suites.py`        which vendor is checked with which client, and by which checks
- `checking.py`      what a vendor's `checks.py` is written with; `checking.mjs` the same for `checks.mjs`
- `running.py`       serves a vendor, runs a client's program against it, reads what it found
- `__main__.py`      `make conformance`: all of them, as one table
- `requirements.txt` the SDKs for Python, in an environment of their own: their pins are not the project's;
  `package.json` those for Node

A vendor has a folder with its `checks.py` and `checks.mjs`, and a line for each client in `suites.py`.
"""
