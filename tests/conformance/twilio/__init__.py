"""Twilio, with its official client for Node; `tests/simulators/vendors/twilio` has the one for Python."""
