"""The environment by which an application is led through the proxy: where it is, and whom to trust.

Most clients heed it. Two habits need more: Stripe's Python library trusts its own list of authorities alone, and Node
before version 24 has no proxies. Both are met by what Python and Node load at their start (`preload/`), so that the
application and its libraries stay as they are. A client that heeds no proxy all the same finds no real host there: in
Python it is led by the name, in Node it is told why.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PRELOAD: Final = Path(__file__).parent / "preload"
LED: Final = "BROWNOUT_INTERCEPTED"
"""A port of this machine, and hosts: by what they load, Python finds these there, and Node through the proxy alone."""
TRUST: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""By the library that reads it: OpenSSL and Go, requests, curl, Node."""


def leading(
    url: str, authority: Path, door: int, hosts: Iterable[str], environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The variables, on top of those of `environment`: what Python and Node are told to load there stays. `hosts` are
    those that are answered here, also at the port `door` of this machine for who takes that for theirs."""
    proxied = {f"{name}_PROXY": url for name in ("HTTPS", "HTTP")}
    lower = {name.lower(): value for name, value in proxied.items()}
    python = os.pathsep.join(filter(None, (str(PRELOAD), environment.get("PYTHONPATH"))))
    node = " ".join(filter(None, (environment.get("NODE_OPTIONS"), f"--require {_quoted(PRELOAD / 'proxied.cjs')}")))
    return {
        **proxied,
        **lower,
        # Nothing goes past it, whatever was said before.
        "NO_PROXY": "",
        "no_proxy": "",
        **dict.fromkeys(TRUST, str(authority)),
        LED: " ".join((str(door), *hosts)),
        "PYTHONPATH": python,
        "NODE_OPTIONS": node,
    }


def _quoted(path: Path) -> str:
    """As Node reads its options: there are spaces between them."""
    text = str(path)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if " " in text or '"' in text else text


def without_addresses(variables: Mapping[str, str], url: str) -> dict[str, str]:
    """Of a vendor's variables its keys and ids: an application that cannot be pointed elsewhere has no use for where
    its simulator is."""
    port = f":{urlsplit(url).port}"
    return {name: value for name, value in variables.items() if port not in value}


def hosts_told(pairs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`vault.shop.internal=vault`, several of them, to the further hosts of each vendor. Raises `ValueError`."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        host, equals, vendor = pair.partition("=")
        if not equals or not host or not vendor or "/" in host or ":" in host:
            raise ValueError(f"{pair}: written HOST=VENDOR; a host has no scheme and no port")
        found[vendor] = (*found.get(vendor, ()), host.lower())
    return found
