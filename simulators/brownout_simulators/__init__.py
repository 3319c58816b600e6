"""The vendors, simulated: an independent oracle that shares no code with the core.

- `call.py`      the sans-I/O vocabulary: `Call`, `Reply`, `Effect`, `Sending`
- `vendor.py`    what a vendor declares: routes, authentication, dialects
- `account.py`   one isolated world inside a simulator, chosen by API key; `worlds.py` keeps them
- `engine.py`    the one place, and the one order, of all that follows; `handling.py` is one call on its way through
- `simulator.py` the engine, the time that passes between its calls, and the control of both
- `router.py`    method and path to endpoint; `correlation.py` to the caller's operation id
- `limiter.py`   token buckets and calls in flight; `idempotency.py` what is remembered under keys
- `ledger.py`    the vendor's own books: every request, every effect
- `agenda.py`    what is to happen later; `outbox.py` the webhooks among it
- `safety.py`    what is refused for the user's sake: live credentials, foreign host names
- `faults/`      one module per fault kind, and the plan that decides which request is struck
- `hosts/`       puts a simulator on sockets (`http1/`) or in memory, with the control API
- `crud.py`      resources by declaration, for vendors that mostly create, read, list, change and delete
- `vendors/`     one package per vendor, always the same files
"""
