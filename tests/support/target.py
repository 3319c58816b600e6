"""A small HTTP target for tests of the load generator, in a thread: answers as it is told, counts, may stall.

Paths: `/status/503` answers with that status, `/reset` closes without an answer, `/cut` promises more than it sends,
`/hang` answers never, `/stall` waits until the configured stall is over, anything else answers 200 at once.
`/stream/whole` tells its answer as it is made; `/stream/unended`, `cut` and `hang` say nothing more after the first
piece, each in its way.
"""

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Target:
    """Serves on a free loopback port while it is entered as a context manager."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.bodies: dict[str, bytes] = {}
        self.left: dict[str, bool] = {}
        """By the operation's id, whether its caller hung up in the middle of a stream."""
        self.stall = (0.0, 0.0)
        """From and until when, on the monotonic clock, `/stall` answers nothing."""
        self.closing = threading.Event()
        target = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
                """Say nothing."""

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target.bodies[self.headers.get("X-Correlation-ID", "")] = body
                target.seen[self.path] += 1
                target.ids[self.headers.get("X-Correlation-ID", "")] += 1
                target._answer(self)

            do_GET = do_PUT = do_POST  # noqa: N815 - the base looks them up by these names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _stream(self, handler: BaseHTTPRequestHandler, how: str) -> None:
        def chunk(data: bytes) -> None:
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunk(b'event: piece\ndata: {"text": "Hel"}\n\n')
        handler.wfile.flush()
        if how == "hang":  # until the caller leaves
            self.left[handler.headers["X-Correlation-ID"]] = handler.connection.recv(1) == b""
            return
        if how == "cut":
            handler.close_connection = True
            return
        self.closing.wait(0.2)
        if how == "whole":
            chunk(b'event: done\ndata: {"http_status": 200, "characters": 3, "status": "done", "by": "offline"}\n\n')
        chunk(b"")

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/stream/") and handler.path != "/stream/plain":
            self._stream(handler, handler.path.rpartition("/")[2])
            return
        status, body = 200, b'{"status": "done"}'
        if handler.path.startswith("/status/"):
            status = int(handler.path.rpartition("/")[2])
        elif handler.path == "/reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            return
        elif handler.path == "/hang":
            self.closing.wait(60)
            handler.close_connection = True
            return
        elif handler.path == "/stall" and self.stall[0] <= time.monotonic() < self.stall[1]:
            self.closing.wait(self.stall[1] - time.monotonic())
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body) + (20 if handler.path == "/cut" else 0)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = handler.path == "/cut"
