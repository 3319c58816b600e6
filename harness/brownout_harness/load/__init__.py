"""The load generator: an open model on Locust's machinery, in a process of its own (`python -m brownout_harness.load`).

Locust patches sockets and threads of its whole process, so nothing else imports `caller.py` or `generator.py`.

- `plan.py`       what it is told: how to ask, and every arrival with its request
- `generator.py`  the dispatcher: each arrival at its intended instant, whatever the earlier ones wait for
- `caller.py`     one request over Locust's session
- `reading.py`    what an answer means, as in virtual mode
- `following.py`  what was taken on to be finished later: its state, until that is an end
"""
