"""GoTrue under `/auth/v1`: users, their sessions, what is sent to them.

- `routes.py`         the table of its routes; `work.py` one call at work: who calls, what it has done so far
- `signing_up.py`     POST /signup; `passwords.py` how strong, and how kept
- `signing_in.py`     POST /token; `refresh.py` refresh tokens that are used once; `flows.py` PKCE; `sessions.py` what a
  sign-in gives
- `asking.py`         what has a code sent; `codes.py` one-time codes, and where a test finds them
- `verifying.py`      POST and GET /verify
- `factors.py`        a second factor, and the sessions that it raises; `totp.py` its codes
- `self_service.py`   what users do with their own account; `administering.py`, `links.py` what the service's key may
- `about.py`          health, settings, keys; `gateway.py` who may ask for those without a key
- `state.py`, `users.py`  what is held; `setup.py` a project's settings
- `errors.py`         both shapes of a refusal; `named_errors.py` which of them a fault can ask for; `limits.py`
"""
