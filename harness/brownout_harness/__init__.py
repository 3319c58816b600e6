"""Runs a scenario, in virtual time or for real, and judges it.

- `cli.py`           the commands
- `virtual/`         an event loop whose clock jumps; everything in one process
- `real/`            processes, sockets, Redis, and how all of it is stopped again
- `load/`            Locust; the only package that imports it, run as a process of its own
- `expectations/`    one module per expectation, and the table of them
- `judge.py`         evidence to verdict: passed, failed, inconclusive
- `audit/`           known-bad parts, and which scenario catches which
"""
