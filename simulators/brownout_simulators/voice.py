"""The simulator's own voice, where it is not the vendor that speaks."""

import json

from brownout_simulators.call import Reply


def say(status: int, message: str) -> Reply:
    """An error that no vendor's client knows, for whoever reads it."""
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), {"content-type": "application/json"})
