"""The load generator: an open model on Locust's machinery, in a process of its own (`python -m brownout_harness.load`).

Or in several: `python -m brownout_harness.load.master`, and `….worker` for each share of the plan. Locust patches
sockets and threads of its whole process, so nothing else imports what imports it: `caller.py`, `generator.py`,
`bus.py` and those that are started.

- `plan.py`       what it is told: how to ask, and every arrival with its request
- `generator.py`  the dispatcher: each arrival at its intended instant, whatever the earlier ones wait for
- `caller.py`     one request over Locust's session
- `reading.py`    what an answer means, as in virtual mode
- `following.py`  what was taken on to be finished later: its state, until that is an end
- `master.py`     hands each worker its share, begins all at one instant, writes down what they recorded
- `worker.py`     one of them
- `bus.py`        what they say to each other, on Locust's own connection; `keys.py` who may
- `shares.py`     which worker asks for what; `merging.py` whether all of it came back, once
- `roster.py`     who takes part; `offsets.py` how far the clock of another machine is ahead
- `relay.py`      hands their connections on to what serves on this machine's loopback
- `web.py`        Locust's own page, which looks on
- `outside.py`    how such a process meets the harness: files that appear, lines that it prints
"""
