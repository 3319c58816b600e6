"""Loaded by Python at its start. Needs the standard library alone.

The authority of SSL_CERT_FILE is trusted besides any list that a library brings: Stripe's, and whatever else pins
certifi's, asks no variable. And whoever goes past the proxy does not find the hosts of BROWNOUT_INTERCEPTED.
"""

import fnmatch
import os
import socket
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


def _hide(hosts: list[str]) -> None:
    finds = socket.getaddrinfo

    def getaddrinfo(host: Any, *given: Any, **named: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if any(fnmatch.fnmatchcase(name.lower().removesuffix("."), each) for each in hosts):
            told = f"brownout: {name} was asked for past the proxy: this client heeds no HTTPS_PROXY"
            raise socket.gaierror(socket.EAI_FAIL, told)
        return finds(host, *given, **named)

    socket.getaddrinfo = getaddrinfo


def _load_the_one_behind() -> None:
    """Another `sitecustomize` is not to be missed for ours."""
    here = str(Path(__file__).parent)
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if authority := os.environ.get("SSL_CERT_FILE"):
    _trust(authority)
if hidden := os.environ.get("BROWNOUT_INTERCEPTED"):
    _hide(hidden.split())
_load_the_one_behind()
