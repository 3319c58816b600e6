"""What a test needs and a machine may not have: skipped there, with the reason printed; required where told so."""

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip this test, saying why; with `BROWNOUT_SKIP_NOTHING` set (as `.ci/run` does), fail instead."""
    if os.environ.get("BROWNOUT_SKIP_NOTHING"):
        pytest.fail(f"{reason} (and BROWNOUT_SKIP_NOTHING is set)")
    print(reason)
    pytest.skip(reason)


def unpublished(reason: str) -> NoReturn:
    """Skip this test, saying why, wherever it runs: what it needs comes with neither the project nor its checks."""
    print(reason)
    pytest.skip(reason)
