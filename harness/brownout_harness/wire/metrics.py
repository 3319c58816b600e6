"""Toxiproxy's two metrics, in Prometheus' text: bytes that came, bytes that went, by proxy and direction."""

from collections.abc import Iterable
from typing import Final

from brownout_harness.wire.proxy import Proxy
from brownout_harness.wire.toxic import Stream

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"


def exposition(proxies: Iterable[Proxy]) -> bytes:
    """Counted as bytes pass; Toxiproxy counts when a connection ends."""
    every = list(proxies)
    lines: list[str] = []
    for name in ("received", "sent"):
        metric = f"toxiproxy_proxy_{name}_bytes_total"
        lines += [f"# HELP {metric} ", f"# TYPE {metric} counter"]
        for proxy in every:
            for stream in sorted(Stream):
                labels = {
                    "direction": stream.value,
                    "listener": str(proxy.listen),
                    "proxy": proxy.name,
                    "upstream": str(proxy.upstream),
                }
                shown = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
                lines.append(f"{metric}{{{shown}}} {getattr(proxy.bytes[stream], name)}")
    return ("\n".join(lines) + "\n").encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
