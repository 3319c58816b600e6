"""Loaded by Python at its start: the authority of SSL_CERT_FILE is trusted besides any list that a library brings.

Stripe's library, and whatever else pins certifi's list, asks no variable. Needs the standard library alone.
"""

import os
import ssl
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any


def _trust(authority: str) -> None:
    loads = ssl.SSLContext.load_verify_locations

    def load_verify_locations(self: ssl.SSLContext, *given: Any, **named: Any) -> None:
        loads(self, *given, **named)
        if Path(authority).exists():
            loads(self, authority)

    ssl.SSLContext.load_verify_locations = load_verify_locations  # type: ignore[method-assign]


def _load_the_one_behind() -> None:
    """Another `sitecustomize` is not to be missed for ours."""
    here = str(Path(__file__).parent)
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if authority := os.environ.get("SSL_CERT_FILE"):
    _trust(authority)
_load_the_one_behind()
