"""Stripe, with its official client for Node; `tests/simulators/vendors/stripe` has the one for Python."""
