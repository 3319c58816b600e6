"""Cloudflare, simulated: its contract, validation, state machines, limits and what a reader who is behind sees."""
