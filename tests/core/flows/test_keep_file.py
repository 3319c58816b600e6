"""`keep_file`, against the simulated storage: one file, whole, whatever becomes of answers."""

import asyncio
from collections import deque
from typing import Any

import pytest
from pydantic import ValidationError

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.supabase import ADAPTER
from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.keep_file import FileRequest
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import WALL_S, After, AfterAnswer, Step, reply
from tests.support.aio import virtually
from tests.support.vendor_bench import Bench, made_by

DOWN = reply(500, {"statusCode": "500", "code": "InternalError", "message": "no"})
LOCKED = reply(400, {"statusCode": "503", "code": "LockTimeout", "message": "no"})
OTHER = Response(200, {"content-type": "text/plain"}, b"another")


class Storage(Bench):
    """A project with a bucket. `on` says what happens to the next requests of a method."""

    def __init__(self, **bucket: Any) -> None:
        vendor = load_vendor("supabase")
        super().__init__(vendor, "")
        self.simulator.set_up({"storage": {"buckets": {"attachments": bucket}}})
        self.on: dict[str, deque[Step]] = {}
        self.requests: list[Request] = []
        self.books = made_by(self)
        environment = vendor.environment("http://bench.localhost", vendor.test_key("files"))
        self.access = read_access({"supabase": ADAPTER}, environment)
        self.app = self.application()

    def application(self) -> Application:
        loop = asyncio.get_running_loop()

        def wall_clock() -> float:
            return WALL_S + loop.time()

        return build(
            AppConfig(access=self.access, operations=("keep_file",)),
            transports={"supabase": MemoryTransport(self._answer)},
            claims=MemoryClaimStore(loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=wall_clock),
            wall_clock=wall_clock,
        )

    async def _answer(self, request: Request) -> Response:
        await asyncio.sleep(0.01)
        self.requests.append(request)
        steps = self.on.get(request.method)
        step = steps.popleft() if steps else None
        if isinstance(step, Response):
            return step
        if isinstance(step, Exception):
            raise step
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.send(
            request.method, request.url.removeprefix("http://bench.localhost"), request.body, headers=headers
        )
        if isinstance(step, AfterAnswer):
            return step.answer
        if isinstance(step, After):
            assert step.error is not None
            raise step.error
        return Response(answer.status, dict(answer.headers), answer.body)

    async def ask(self, operation_id: str = "op-1", **more: Any) -> Ending:
        return await self.app.flows["keep_file"](request(operation_id, **more))


def request(operation_id: str = "op-1", **more: Any) -> FileRequest:
    asked = {"name": "note.txt", "content_type": "text/plain", "text": "Grüße\n", "size": 8, **more}
    return FileRequest(operation_id=operation_id, **asked)


def test_a_file_is_put_into_a_place_of_its_own_and_read_back() -> None:
    async def main() -> None:
        storage = Storage()
        ending = await storage.ask()
        (kept,) = storage.books
        assert (kept.kind, kept.fields["size"], kept.fields["mimetype"]) == ("supabase.object", 8, "text/plain")
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 201)
        assert ending.result == {"file": kept.fields["name"], "size": 8, "content_type": "text/plain"}
        assert [each.method for each in storage.requests] == ["POST", "GET"]
        other = await storage.ask("op-2")
        assert other.result["file"] != ending.result["file"], "two of one name are two"

    virtually(main())


@pytest.mark.parametrize("step", [After(Lost()), Lost(), NoConnection(), DOWN, LOCKED, AfterAnswer(DOWN)], ids=str)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_whatever_becomes_of_an_answer_it_is_kept_once(method: str, step: Step) -> None:
    async def main() -> None:
        storage = Storage()
        storage.on[method] = deque([step])
        assert (await storage.ask()).status is EndingStatus.DONE
        assert [each.kind for each in storage.books].count("supabase.object") == 1

    virtually(main())


def test_what_is_another_file_is_looked_at_again_and_never_told_as_done() -> None:
    async def main() -> None:
        storage = Storage()
        storage.on["GET"] = deque([OTHER])
        assert (await storage.ask()).status is EndingStatus.DONE
        storage.on["GET"] = deque([OTHER] * 20)
        assert (await storage.ask("op-2")).status is EndingStatus.ACCEPTED

    virtually(main())


def test_what_nobody_takes_is_refused() -> None:
    async def main() -> None:
        storage = Storage(allowed_mime_types=["image/*"])
        ending = await storage.ask()
        assert (ending.status, ending.code, storage.books) == (EndingStatus.REFUSED, "InvalidMimeType", [])

    virtually(main())


@pytest.mark.parametrize(
    "wrong",
    [{"size": 7}, {"name": "../x"}, {"name": ""}, {"content_type": "text"}, {"text": "x" * 100_001, "size": 100_001}],
)
def test_a_file_that_makes_no_sense_is_no_request(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**wrong)
