"""Who asks for what, when, and how an answer is read: the same in both modes.

- `arrivals.py`    every arrival of a run, from the seed
- `parameters.py`  what exactly is asked for
- `operations.py`  how an operation is asked for over HTTP, and how its answer is read
- `pace.py`        whether the load was the load that was asked for
"""
