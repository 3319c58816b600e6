"""One POST over HTTP/1.1, on a connection of its own.

By `h11`, which the host needs anyway: a client library would be a third of what Brownout installs, for one POST.
"""

import asyncio
import ssl
from base64 import b64encode
from typing import Final
from urllib.parse import SplitResult, quote, unquote

import h11

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.vendor import NO_ANSWER

ANSWER_READ: Final = 64 * 1024
_PIECE: Final = 16 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_UNQUOTED: Final = "/%:=&?~+!$,;'@()*[]"


async def post(webhook: OutgoingWebhook, parts: SplitResult) -> int | None:
    """One attempt, within the time that the vendor gives it: the status, `NO_ANSWER`, or None for no connection.

    Raises `ValueError` where HTTP cannot say what is asked for.
    """
    http = h11.Connection(h11.CLIENT)
    try:
        head = http.send(_head(webhook, parts)) or b""
    except h11.LocalProtocolError as error:
        raise ValueError(str(error)) from error
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(webhook.timeout_s):
            reader, writer = await _connect(parts, webhook.connect_timeout_s)
            writer.write(head + (http.send(h11.Data(webhook.body)) or b"") + (http.send(h11.EndOfMessage()) or b""))
            return await _status(http, reader)
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        return None if writer is None else NO_ANSWER
    finally:
        if writer is not None:
            writer.transport.abort()


def _head(webhook: OutgoingWebhook, parts: SplitResult) -> h11.Request:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(webhook.url)
    account, _, host = parts.netloc.rpartition("@")
    headers = {"Host": host, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    if account:
        headers["Authorization"] = f"Basic {b64encode(unquote(account).encode()).decode()}"
    given = {name.lower() for name in webhook.headers}
    written = [(name, value) for name, value in headers.items() if name.lower() not in given]
    written += [*webhook.headers.items()]
    if "content-length" not in given:
        written.append(("Content-Length", str(len(webhook.body))))
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_UNQUOTED)
    return h11.Request(method="POST", target=target, headers=written)


async def _connect(parts: SplitResult, within_s: float | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    encrypted = ssl.create_default_context() if parts.scheme == "https" else None
    async with asyncio.timeout(within_s):
        return await asyncio.open_connection(parts.hostname, parts.port or _PORTS[parts.scheme], ssl=encrypted)


async def _status(http: h11.Connection, reader: asyncio.StreamReader) -> int:
    """What the receiver answers. Of what it says beyond its status a little is read, so that it can end in order."""
    status, read = 0, 0
    while read < ANSWER_READ:
        event = http.next_event()
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            read += len(event.data)
        elif isinstance(event, h11.EndOfMessage):
            break
        elif event is h11.NEED_DATA:
            http.receive_data(await reader.read(_PIECE))
    return status
