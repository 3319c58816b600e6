"""The ERP's adapter, against the simulated ERP: what is found, made, changed; and what each error means."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import orjson
import pytest

from brownout_core.adapters.erp import READS_AGAIN, ErpClient
from brownout_core.errors import (
    AuthenticationFailed,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorContended,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.services.work_orders import Fate, Job, JobStatus, Line, NewWorkOrder, WorkOrder
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.core.adapters.erp_world import ACCESS, ErpWorld
from tests.core.fakes import reply, wire
from tests.support.aio import virtually

NEW = NewWorkOrder(key="K-1", customer="10000", site="1 Main St", lines=[Line("VLV-34", 2)])


def _with(world: ErpWorld, work: Callable[[ErpClient], Awaitable[object]]) -> object:
    async def main() -> object:
        return await work(ErpClient(ACCESS, wire(world.transport)))

    return virtually(main())


def test_what_is_reserved_is_found_by_its_key_and_released_once() -> None:
    world = ErpWorld()

    async def work(erp: ErpClient) -> None:
        held = await erp.reserve(key="it's 1", item="VLV-34", quantity=2, operation_id="op-1")
        assert (held.item, held.quantity, held.stands) == ("VLV-34", 2, True)
        assert await erp.find_reservations("it's 1", operation_id="op-1") == [held]
        assert await erp.find_reservations("other", operation_id="op-1") == []
        released = await erp.release(held.id, operation_id="op-1")
        assert released.status == "Released"
        assert (await erp.release(held.id, operation_id="op-1")).status == "Released"

    _with(world, work)
    assert len(world.sent("POST", "Fsm.release")) == 1
    kinds = [row["route"] for row in world.effects()]
    assert kinds == ["erp.reservation", "erp.reservation_release"]


def test_a_work_order_is_made_found_changed_and_cancelled_once() -> None:
    world = ErpWorld()

    async def work(erp: ErpClient) -> None:
        made = await erp.create_work_order(NEW, operation_id="op-1")
        assert await erp.find_work_orders("K-1", operation_id="op-1") == [made]
        changed = await erp.change(made.id, {"technicianId": "t-7"}, operation_id="op-1")
        assert (changed.technician, changed.version != made.version) == ("t-7", True)
        assert (await erp.cancel(made.id, operation_id="op-1")).status == "Cancelled"
        assert (await erp.cancel(made.id, operation_id="op-1")).status == "Cancelled"

    _with(world, work)
    assert len(world.sent("PATCH", "workOrders")) == 2
    assert all(request.headers["If-Match"] not in {"", "*"} for request in world.sent("PATCH", "workOrders"))


@pytest.mark.parametrize(("quicker", "is_done"), [(READS_AGAIN, True), (READS_AGAIN + 1, False)])
def test_who_was_too_slow_reads_again_and_not_for_ever(quicker: int, is_done: bool) -> None:
    world = ErpWorld()
    made = world.work_order("K-1")
    left = [quicker]

    def somebody_else(request: object) -> None:
        if getattr(request, "method", "") == "PATCH" and left[0]:
            left[0] -= 1
            change = {"siteAddress": f"{left[0]} Side St"}
            world.write("PATCH", f"workOrders({made['id']})", change, if_match="*")

    world.before = somebody_else
    change = lambda erp: erp.change(made["id"], {"technicianId": "t-7"}, operation_id="op-1")  # noqa: E731
    if is_done:
        _with(world, change)
    else:
        with pytest.raises(VendorContended):
            _with(world, change)
    there = world.get(f"workOrders({made['id']})").json
    assert (there["technicianId"], there["siteAddress"]) == ("t-7" if is_done else "", "0 Side St")


def test_no_update_is_lost_where_two_count_at_once() -> None:
    """The sum of what both wrote is what is there."""
    world = ErpWorld()
    made = world.work_order("K-1", technicianId="0")

    async def main() -> None:
        erp = ErpClient(ACCESS, wire(world.transport))

        def one_more(order: WorkOrder) -> dict[str, str]:
            return {"technicianId": str(int(order.technician) + 1)}

        async def count(pause_s: float) -> None:
            done = 0
            while done < 5:
                try:
                    await erp._changed(
                        "count", made["id"], "op", lambda o: {"technicianId": str(int(o.technician) + 1)}
                    )
                    done += 1
                except VendorContended:
                    await asyncio.sleep(pause_s)

        await asyncio.gather(count(0.003), count(0.004))

    virtually(main())
    assert world.get(f"workOrders({made['id']})").json["technicianId"] == "10"


def test_several_are_made_up_to_the_first_that_is_refused() -> None:
    world = ErpWorld()
    bad = NewWorkOrder(key="K-2", customer="nobody")

    async def work(erp: ErpClient) -> None:
        made = await erp.create_work_orders([NEW, bad, NEW], operation_id="op-1")
        assert [each.fate for each in made] == [Fate.MADE, Fate.REFUSED, Fate.NOT_DONE]
        assert made[0].order is not None
        assert made[0].order.key == "K-1"
        assert isinstance(made[1].error, VendorRefused)
        assert len(await erp.find_work_orders("K-1", operation_id="op-1")) == 1

    _with(world, work)


def test_of_a_batch_whose_answer_is_lost_nothing_is_known_and_each_is_found_by_its_key() -> None:
    world = ErpWorld(batch_commits=1)

    async def work(erp: ErpClient) -> None:
        with pytest.raises(VendorUnavailable) as lost:
            await erp.create_work_orders([NEW, NewWorkOrder(key="K-2", customer="10000")], operation_id="op-1")
        assert lost.value.may_have_effect
        assert [len(await erp.find_work_orders(key, operation_id="op")) for key in ("K-1", "K-2")] == [1, 0]

    _with(world, work)


MADE = {
    "id": "w", "number": "WO-1", "externalDocumentNumber": "K-1", "status": "Open", "siteAddress": "",
    "technicianId": "", "@odata.etag": "e",
}  # fmt: skip
ANSWERED = {"id": "0", "status": 201, "headers": {}, "body": MADE}


@pytest.mark.parametrize(
    "responses",
    [
        {},
        [None],
        [{**ANSWERED, "id": 0}],
        [{**ANSWERED, "status": "201"}],
        [{**ANSWERED, "headers": []}],
        [{**ANSWERED, "body": {**MADE, "number": None}}],
        [{**ANSWERED, "status": 302}],
        [{**ANSWERED, "id": "1"}],
        [{**ANSWERED, "id": "1", "status": 400, "body": {"error": {"code": "BadRequest"}}}],
    ],
)
def test_a_batch_of_which_an_answer_cannot_be_read_is_broken_and_nothing_of_it_is_refused_or_not_done(
    responses: object,
) -> None:
    answers = iter([reply(200, {"access_token": "t", "expires_in": 3600}), reply(200, {"responses": responses})])

    async def handler(_request: Request) -> Response:
        return next(answers)

    erp = ErpClient(ACCESS, wire(MemoryTransport(handler)))
    with pytest.raises(ResponseBroken):
        virtually(erp.create_work_orders([NEW, NewWorkOrder(key="K-2", customer="10000")], operation_id="op-1"))


@pytest.mark.parametrize("relative", [False, True])
def test_a_job_is_asked_about_until_it_is_done(relative: bool) -> None:
    world = ErpWorld(jobs={"location_relative": relative})

    async def work(erp: ErpClient) -> None:
        job = await erp.begin_work_order(NEW, operation_id="op-1")
        assert (job.status, job.look_again_s) == (JobStatus.PENDING, 2.0)
        job = await erp.job(job, operation_id="op-1")
        assert job.status is JobStatus.PENDING
        world.pass_time(2)
        job = await erp.job(job, operation_id="op-1")
        assert job.status is JobStatus.DONE
        assert job.order is not None
        assert job.order.key == "K-1"
        assert await erp.job(job, operation_id="op-1") == job

    _with(world, work)
    assert len(world.effects()) == 1


def test_a_job_that_failed_says_why_and_one_that_is_not_known_says_nothing() -> None:
    async def failing(erp: ErpClient) -> Job:
        return await erp.begin_work_order(NewWorkOrder(key="K", customer="nobody"), operation_id="op-1")

    world = ErpWorld()
    job = _with(world, failing)
    world.pass_time(2)
    done = _with(world, lambda erp: erp.job(job, operation_id="op"))  # type: ignore[arg-type]
    assert isinstance(done, Job)
    assert (done.status, done.error.code if done.error else "") == (JobStatus.FAILED, "Internal_RecordNotFound")
    lost = ErpWorld(jobs={"lost": 1})
    job = _with(lost, lambda erp: erp.begin_work_order(NEW, operation_id="op-1"))
    unknown = _with(lost, lambda erp: erp.job(job, operation_id="op"))  # type: ignore[arg-type]
    assert isinstance(unknown, Job)
    assert unknown.status is JobStatus.UNKNOWN
    lost.pass_time(2)
    assert len(lost.effects()) == 1, "it is done all the same"


def _error(code: str, status: int, **headers: str) -> Response:
    return reply(status, {"error": {"code": code, "message": "no"}}, **headers)


def _netsuite(status: int, code: str) -> Response:
    return reply(status, {"title": "x", "status": status, "o:errorDetails": [{"detail": "no", "o:errorCode": code}]})


def _odoo(name: str) -> Response:
    return reply(
        200, {"jsonrpc": "2.0", "error": {"code": 200, "message": "x", "data": {"name": name, "message": "no"}}}
    )


@pytest.mark.parametrize(
    ("answer", "kind", "may_have_effect", "retryable"),
    [
        (_error("Application_LockTimeout", 409, retry_after="2"), VendorContended, False, True),
        (_error("Internal_Deadlock", 409), VendorContended, False, True),
        (_error("Request_EntityChanged", 409), VendorContended, False, True),
        (_error("Request_EntityChanged", 412), VendorContended, False, True),
        (reply(412, {}), VendorContended, False, True),
        (_error("Application_TooManyRequests", 429, retry_after="3"), Throttled, False, True),
        (_error("Internal_RequestTimeout", 408), VendorUnavailable, True, True),
        (_error("Internal_ServerError", 500), VendorUnavailable, True, True),
        (_error("Internal_TenantUnavailable", 503, retry_after="5"), VendorUnavailable, True, True),
        (Response(504, {"content-type": "text/html"}, b"<h1>504</h1>"), VendorUnavailable, True, True),
        (_error("BadRequest_InvalidToken", 428), VendorRefused, False, False),
        (_error("Application_DialogException", 400), VendorRefused, False, False),
        (_error("Internal_EntityWithSameKeyExists", 400), VendorRefused, False, False),
        (_error("Internal_EntityWithSameKeyExists", 409), VendorRefused, False, False),
        (_error("BadRequest_NotFound", 404), VendorRefused, False, False),
        (_error("Authorization_RequestDenied", 403), VendorRefused, False, False),
        (_netsuite(400, "RCRD_HAS_BEEN_CHANGED"), VendorContended, False, True),
        (_netsuite(400, "IDEMPOTENCY_ERROR"), VendorRefused, False, False),
        (_netsuite(429, "CONCURRENCY_LIMIT_EXCEEDED"), Throttled, False, True),
        (_odoo("odoo.exceptions.ValidationError"), VendorRefused, False, False),
        (_odoo("psycopg2.errors.SerializationFailure"), VendorContended, False, True),
        (_odoo("psycopg2.errors.UniqueViolation"), VendorRefused, False, False),
        (reply(417, {"exc_type": "ValidationError"}), VendorRefused, False, False),
        (reply(417, {"exc_type": "TimestampMismatchError"}), VendorContended, False, True),
        (reply(200, {"id": "x"}), ResponseBroken, True, True),
        (reply(201, []), ResponseBroken, True, True),
        (Response(201, {}, b"{"), ResponseBroken, True, True),
    ],
)  # fmt: skip
def test_what_each_answer_means(
    answer: Response, kind: type[ServiceError], may_have_effect: bool, retryable: bool
) -> None:
    world = ErpWorld()
    world.script.append(answer)
    with pytest.raises(kind) as raised:
        _with(world, lambda erp: erp.create_work_order(NEW, operation_id="op-1"))
    error = raised.value
    assert type(error) is kind
    assert (error.may_have_effect, error.retryable) == (may_have_effect, retryable)
    if "retry-after" in answer.headers:
        assert error.retry_after_s == float(answer.headers["retry-after"])


@pytest.mark.parametrize("quirk", ["odoo", "netsuite", "frappe"])
def test_the_simulated_quirks_are_understood(quirk: str) -> None:
    """Neither a status of 200 nor one of 400 is believed where the body says something else."""
    world = ErpWorld(quirk=quirk)
    made = world.work_order("K-1")

    async def work(erp: ErpClient) -> None:
        with pytest.raises(VendorRefused):
            await erp.create_work_order(NewWorkOrder(key="K", customer="nobody"), operation_id="op-1")
        with pytest.raises(VendorRefused):
            await erp.work_order("00000000-0000-0000-0000-000000000000", operation_id="op-1")
        left = [1]

        def somebody_else(request: object) -> None:
            if getattr(request, "method", "") == "PATCH" and left[0]:
                left[0] -= 1
                world.write("PATCH", f"workOrders({made['id']})", {"siteAddress": "Side St"}, if_match="*")

        world.before = somebody_else
        changed = await erp.change(made["id"], {"technicianId": "t-7"}, operation_id="op-1")
        assert (changed.technician, changed.site) == ("t-7", "Side St")

    _with(world, work)
    assert len(world.effects()) == 1


def test_a_lock_is_not_asked_for_again_at_once() -> None:
    world = ErpWorld()
    made = world.work_order("K-1")
    world.on["PATCH workOrders"] = deque([_error("Application_LockTimeout", 409, retry_after="2")])
    with pytest.raises(VendorContended) as locked:
        _with(world, lambda erp: erp.change(made["id"], {"technicianId": "t"}, operation_id="op"))
    assert locked.value.retry_after_s == 2.0
    assert len(world.sent("PATCH", "workOrders")) == 1


def test_an_expired_token_is_renewed_once_and_a_second_refusal_is_final() -> None:
    world = ErpWorld()

    async def work(erp: ErpClient) -> None:
        await erp.create_work_order(NEW, operation_id="op-1")
        world.pass_time(3_600)
        await erp.find_work_orders("K-1", operation_id="op-1")
        world.script.extend([reply(401, {}), reply(401, {})])
        with pytest.raises(AuthenticationFailed):
            await erp.find_work_orders("K-1", operation_id="op-1")

    _with(world, work)


def test_a_job_is_never_looked_for_at_another_host() -> None:
    world = ErpWorld()
    world.script.append(Response(202, {"location": "http://evil.test/v1/x"}, b""))
    with pytest.raises(ResponseBroken):
        _with(world, lambda erp: erp.begin_work_order(NEW, operation_id="op-1"))


def test_each_request_says_whose_it_is_and_no_secret_is_in_an_error() -> None:
    world = ErpWorld()
    world.script.append(reply(400, {"error": {"code": "BadRequest", "message": f"no {ACCESS.client_secret}"}}))
    with pytest.raises(VendorRefused):
        _with(world, lambda erp: erp.create_work_order(NEW, operation_id="op-1"))
    (request,) = world.requests
    assert request.headers["X-Correlation-ID"] == "op-1"
    assert orjson.loads(request.body)["externalDocumentNumber"] == "K-1"
