"""The reference application over HTTP: `python -m brownout_core.gateway`.

`settings` reads the environment, `app` has the routes, `replies` the bodies, `server` runs it.
"""
