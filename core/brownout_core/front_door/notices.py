"""Vendors' notices at the door: verified by the bytes as they came, kept, and only then acknowledged.

| route | does |
| --- | --- |
| `POST /webhooks/{vendor}` | takes a genuine event; 400 for any other, 503 where it could not be kept |
| `GET /notices/{vendor}/{operation_id}` | the furthest that the vendor has told of the operation; 404: nothing |
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from brownout_core.adapters.declaration import Hearing
from brownout_core.application import Application
from brownout_core.clock import WallClock
from brownout_core.errors import SignatureInvalid
from brownout_core.front_door.answers import Answer, Answers, Refusal
from brownout_core.front_door.desk import Handler, not_found
from brownout_core.front_door.reading import Asked

PREFIX: Final = "/notices/"


class NoticeRoutes:
    """The handlers."""

    def __init__(
        self, application: Application, vendors: Mapping[str, Hearing], answers: Answers, wall_clock: WallClock
    ) -> None:
        self._application = application
        self._vendors = vendors
        self._answers = answers
        self._wall_clock = wall_clock

    def taking(self) -> Mapping[str, Mapping[str, Handler]]:
        """By path and method."""
        return {f"/webhooks/{name}": {"POST": partial(self._take, name, each)} for name, each in self._vendors.items()}

    def showing(self, path: str) -> Mapping[str, Handler] | None:
        """By method, where the path is that of what was told of an operation; None: it is not."""
        vendor, slash, operation_id = path.removeprefix(PREFIX).partition("/")
        if not path.startswith(PREFIX) or not slash or not operation_id or vendor not in self._vendors:
            return None
        return {"GET": partial(self._show, vendor, operation_id)}

    def shown(self) -> Sequence[str]:
        """The route of `showing`, to be read."""
        return [f"GET {PREFIX}{{vendor}}/{{operation_id}}"] if self._vendors else []

    async def _take(self, vendor: str, hearing: Hearing, asked: Asked) -> Answer:
        webhooks = hearing.webhooks
        try:
            event = webhooks.verify(asked.body, asked.headers, hearing.secrets, self._wall_clock())
        except SignatureInvalid as error:
            raise Refusal(400, "signature_invalid", str(error)) from error
        news = webhooks.read(event)
        is_new = news is not None and await self._application.hear(vendor, news)
        return self._answers.json(asked.request_id, {"received": True, "new": is_new})

    async def _show(self, vendor: str, operation_id: str, asked: Asked) -> Answer:
        news = await self._application.inbox.furthest(vendor, operation_id)
        if news is None:
            raise not_found()
        return self._answers.json(asked.request_id, {"vendor": vendor, **news.shown()})
