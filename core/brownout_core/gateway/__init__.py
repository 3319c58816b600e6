"""The reference application over HTTP: `python -m brownout_core.gateway`.

`settings` reads the environment, `server` puts the front door on sockets and runs it, `outlet` is where an answer goes
that is told as it is made, `parts` loads what takes the place of its own parts.
"""
