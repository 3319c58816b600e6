"""The vendors, simulated: an independent oracle that shares no code with the core.

- `call.py`      the sans-I/O vocabulary: `Call`, `Reply`, `Effect`, `Delivery`
- `vendor.py`    what a vendor declares: routes, authentication, dialects
- `account.py`   one isolated world inside a simulator, chosen by API key
- `engine.py`    the one place, and the one order, of faults, limits, idempotency, ledger
- `ledger.py`    the vendor's own books: every request, every effect
- `faults/`      one module per fault kind, and the plan that decides which request is struck
- `hosts/`       puts a simulator on sockets (aiohttp) or in memory, with the control API
- `vendors/`     one package per vendor, always the same files
"""
