"""What must survive: idempotency claims and dead letters, each kept where a URL says.

| URL | by |
| --- | --- |
| claims: `memory:` | `memory.py`: one process, forgotten at its end |
| claims: `redis://…`, `rediss://…`, `unix://…` | `redis.py`: shared by every process of an application |
| dead letters: `sqlite:PATH`, or a plain path | `sqlite.py`: one file, and `spill.py`'s beside it while it is down |
| dead letters: `memory:` | `sqlite.py`, in memory |

To add a backend: a module with `open_claims(url)` or `open_dead_letters(rest of the URL, wall_clock)`, and a line in
a table of `opening.py`. What each has to promise is in `records.py`, as a protocol, and in the tests, as a suite.
"""
