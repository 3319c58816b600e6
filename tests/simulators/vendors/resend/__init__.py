"""Resend, simulated: its contract, state machine, limits, webhooks and the inbox."""
