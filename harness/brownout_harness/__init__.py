"""Runs a scenario, in virtual time or for real, and judges it.

- `cli.py`       the console script: one line and an exit code for whatever ends a command
- `commands/`    one module per command, the table of them, and what a person sees
- `pytest_plugin.py`  the fixtures; `testing/` what they give: vendors for somebody's own tests, `import brownout`
- `beginning/`   what the machine has of what is needed, and somebody's first files
- `audit/`       known-bad parts, and which scenario catches which
- `twin/`        how far virtual and real agree
- `gate/`        several runs as the gate of a CI, and what they are compared with
- `comparing/`   finished runs side by side, and how far a difference may be chance
- `running/`     from a scenario's name to a verdict and a run folder, in either mode
- `words/`       the words of a scenario, collected from the packages that own them
- `virtual/`     an event loop whose clock jumps; everything in one process
- `real/`        processes, sockets, Redis, and how all of it is stopped again
- `intercept/`   around an application that cannot be pointed elsewhere: what mitmproxy loads
- `load/`        Locust; the only package that imports it, run as a process of its own
- `asked/`       who asks for what, when, and how an answer is read
- `faults/`      every kind of fault, by the layer that acts it out
- `judging/`     what is known about a run, and what it comes to: evidence, expectations, verdict
- `wire/`        faults on TCP connections: a proxy with Toxiproxy's API, and what its toxics do
- `safety/`      only this machine is a target; live credentials are refused

Four modules belong to no room, because each of them speaks them: `problems.py`, bad input and runs without a verdict,
with their exit codes; `progress.py`, what a run tells while it runs; `figures.py`, what was measured, in a page;
`tables.py`, tables that a terminal has room for.
"""
