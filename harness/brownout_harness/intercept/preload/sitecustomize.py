"""Loaded by Python at its start. Needs the standard library alone.

The authority of SSL_CERT_FILE is trusted besides any list that a library brings: Stripe's, and whatever else pins
certifi's, asks no variable. And a client that heeds no proxy is led by the names: it finds the hosts of
BROWNOUT_INTERCEPTED at a port of this machine, where they are answered.
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


def _lead(door: int, hosts: list[str]) -> None:
    finds = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if any(fnmatch.fnmatchcase(name.lower().removesuffix("."), each) for each in hosts):
            return finds("127.0.0.1", door, type=socket.SOCK_STREAM)
        return finds(host, port, *given, **named)

    socket.getaddrinfo = getaddrinfo


def _load_the_one_behind() -> None:
    """Another `sitecustomize` is not to be missed for ours."""
    here = str(Path(__file__).parent)
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if authority := os.environ.get("SSL_CERT_FILE"):
    _trust(authority)
if led := os.environ.get("BROWNOUT_INTERCEPTED", "").split():
    _lead(int(led[0]), led[1:])
_load_the_one_behind()
