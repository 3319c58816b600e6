"""Asks a simulator directly, in virtual time: somebody else's way to a vendor."""

import asyncio
from collections.abc import Mapping

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet
from brownout_harness.asked.outsiders import found_in, with_found
from brownout_harness.asked.request import Request
from brownout_simulators.hosts.memory import Incoming, MemoryClosed, MemoryHost, MemoryReset


class Outside:
    """One vendor's door for outsiders. Answers as the application's door does."""

    def __init__(self, host: MemoryHost, wire_s: float) -> None:
        self._host = host
        self._wire_s = wire_s

    def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> "asyncio.Task[Answer]":  # noqa: ARG002
        """Begin to answer; status 0 where there is no answer, or nothing to be found. Every answer comes whole."""
        return asyncio.get_running_loop().create_task(self._answer(request), name=name)

    async def _answer(self, request: Request) -> Answer:
        if request.find:
            path, at = request.find
            looked = await self._send("GET", path, request.headers, b"")
            found = found_in(looked.body, at)
            if not found:
                return Answer(0, {}, b"")
            request = request._replace(path=with_found(request.path, found), body=with_found(request.body, found))
        return await self._send(request.method, request.path, request.headers, request.body)

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        await asyncio.sleep(self._wire_s)
        try:
            answer = await self._host.answer(method, path, dict(headers), body)
        except (MemoryReset, MemoryClosed):
            return Answer(0, {}, b"")
        if isinstance(answer, Incoming):  # what comes in pieces is nothing that a person waits for
            answer.leave()
            return Answer(answer.status, {}, b"")
        status, _, content = answer
        return Answer(status, {}, content)
