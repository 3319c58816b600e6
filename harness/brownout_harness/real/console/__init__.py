"""The web console: one page over all the simulators that serve, at `brownout up` and beside a real run.

- `web_console.py` all of it, started and stopped
- `beside_run.py`  the same beside real runs
- `server.py`    HTTP on loopback: pages, answers, the stream of what is new; `guard.py` whom it answers
- `answers.py`   what a page may ask for, route by route; `asking.py` a simulator's control API, as it asks it
- `watch.py`     looks at the simulators while somebody looks at the console; `reading.py` what it makes of that
- `ring.py`      the newest of what came, numbered, so that a slow page costs nobody anything
- `story.py`     everything that is known of one operation
- `switches.py`  the faults that a page has a switch for; `stream.py` what is new, as events
- `run_view.py`  a run's timeline, while it runs
- `masking.py`   a call without its secrets
- `static/`      the page: HTML, CSS, modules; no step that builds them
"""
