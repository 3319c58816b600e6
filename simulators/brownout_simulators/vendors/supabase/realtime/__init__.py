"""Realtime under `/realtime/v1`: channels over a websocket, in both versions of its protocol.

- `routes.py`         the handshake, and the table of routes; `broadcasting.py` broadcasts over HTTP
- `socket.py`         one client's socket; `channel.py` one of its channels; `joining.py` who may join as what
- `frames.py`         what travels, text and binary
- `bindings.py`       which changes a channel wants; `telling.py` how it is told; `rows.py` what it may see
- `presence.py`       who is there
- `gateway.py`        the door; `access.py` whether a token is good
- `state.py`, `setup.py`, `errors.py`, `named_errors.py`, `limits.py`
"""
