"""Every exception of a transport and every status of a vendor has its place in the tree of errors."""

import inspect
from collections.abc import AsyncIterator
from typing import Any

import pytest

from brownout_core import transport as transport_module
from brownout_core.adapters.base import EMPTY, form
from brownout_core.adapters.stripe import StripeClient
from brownout_core.errors import (
    AuthenticationFailed,
    BrownoutError,
    ConnectFailed,
    ConnectionLost,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorBusy,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.transport import Lost, NoConnection, Opened, Request, Response, Unreadable
from brownout_core.transports.memory import MemoryTransport
from tests.core.fakes import ACCESS, STRIPE_KEY, Step, reply, wire
from tests.support.aio import virtually
from tests.toys.acme_adapter import AcmeAccess, AcmeClient

TRANSPORT_ERRORS: dict[type[Exception], type[ServiceError]] = {
    NoConnection: ConnectFailed,
    Lost: ConnectionLost,
    Unreadable: ResponseBroken,
}

# class, worth retrying, may have had its effect, counts against the vendor's health
STATUSES: dict[range, tuple[type[ServiceError], bool, bool, bool]] = {
    range(100, 200): (ResponseBroken, True, True, True),
    range(300, 400): (ResponseBroken, True, True, True),
    range(400, 401): (VendorRefused, False, False, False),
    range(401, 402): (AuthenticationFailed, False, False, False),
    range(402, 408): (VendorRefused, False, False, False),
    range(408, 409): (VendorUnavailable, True, True, True),
    range(409, 410): (VendorBusy, True, True, False),  # Stripe's 409: the key is in use
    range(410, 429): (VendorRefused, False, False, False),
    range(429, 430): (Throttled, True, False, False),
    range(430, 500): (VendorRefused, False, False, False),
    range(500, 501): (VendorUnavailable, True, True, True),
    range(501, 502): (VendorUnavailable, False, True, True),
    range(502, 505): (VendorUnavailable, True, True, True),
    range(505, 506): (VendorUnavailable, False, True, True),
    range(506, 600): (VendorUnavailable, True, True, True),
}


def ask(step: Step) -> object:
    """What `retrieve_payment_intent` makes of one answer or exception."""

    async def handler(_request: Request) -> Response:
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, Response)
        return step

    async def main() -> object:
        client = StripeClient(ACCESS["stripe"], wire(MemoryTransport(handler)))
        try:
            return await client.retrieve_payment_intent("pi_1", operation_id="op-1")
        except BrownoutError as error:
            return error

    return virtually(main())


def nobodys() -> StripeClient:
    """A client that is asked nothing."""

    async def handler(_request: Request) -> Response:
        raise AssertionError

    return StripeClient(ACCESS["stripe"], wire(MemoryTransport(handler)))


def test_the_table_knows_every_exception_of_the_transport() -> None:
    declared = {
        each
        for _, each in inspect.getmembers(transport_module, inspect.isclass)
        if issubclass(each, Exception) and each.__module__ == transport_module.__name__
    }
    assert declared == set(TRANSPORT_ERRORS)


@pytest.mark.parametrize(("raised", "expected"), TRANSPORT_ERRORS.items())
def test_an_exception_of_the_transport_becomes_an_error_of_ours(
    raised: type[Exception], expected: type[ServiceError]
) -> None:
    error = ask(raised("on the way"))
    assert type(error) is expected
    assert isinstance(error.__cause__, raised)
    assert (error.vendor, error.call) == ("stripe", "retrieve_payment_intent")


def test_an_exception_that_the_transport_does_not_declare_is_a_defect_and_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        ask(ZeroDivisionError())


def test_the_table_knows_every_status_but_success() -> None:
    assert {status for span in STATUSES for status in span} == {*range(100, 200), *range(300, 600)}


@pytest.mark.parametrize(("span", "expected"), STATUSES.items(), ids=str)
def test_a_status_becomes_an_error_with_its_attributes(
    span: range, expected: tuple[type[ServiceError], bool, bool, bool]
) -> None:
    for status in {span[0], span[-1]}:
        error = ask(reply(status, {"error": {"message": "no"}}))
        assert isinstance(error, ServiceError)
        assert (type(error), error.retryable, error.may_have_effect, error.is_failure) == expected, status
        assert error.status == status


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":', b"[]", b"null", b'{"id": 1}', b'{"id": "pi_1"}', b"\xff"])
def test_a_good_status_with_a_body_that_cannot_be_read_is_a_broken_answer(body: bytes) -> None:
    assert type(ask(Response(200, {}, body))) is ResponseBroken


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b'{"error": "text"}', b'{"error": {"message": 5}}'])
def test_a_broken_error_body_is_still_that_error(body: bytes) -> None:
    error = ask(Response(502, {}, body))
    assert type(error) is VendorUnavailable


def test_the_wish_to_be_left_alone_is_passed_on() -> None:
    error = ask(reply(503, {}, retry_after="7"))
    assert isinstance(error, VendorUnavailable)
    assert error.retry_after_s == 7


def test_a_message_that_quotes_the_key_is_cleaned_and_cut() -> None:
    error = ask(reply(400, {"error": {"message": f"bad key {STRIPE_KEY} " + "x" * 1000}}))
    assert STRIPE_KEY not in str(error)
    assert len(str(error)) < 400


def test_what_may_be_left_out_has_to_be_of_its_kind_where_it_is_there() -> None:
    some, answer = nobodys(), Response(200, {}, b"")
    assert some._optional("call", answer, {}, "name", "") == some._optional("call", answer, {"name": None}, "name", "")
    assert some._optional("call", answer, {"name": "x"}, "name", "") == "x"
    wrong: list[tuple[Any, Any]] = [(7, ""), ("x", 0), (True, 0), ([], EMPTY), (0, False)]
    for odd, default in wrong:
        with pytest.raises(ResponseBroken, match="name is not"):
            some._optional("call", answer, {"name": odd}, "name", default)


def test_a_row_that_is_no_object_breaks_the_whole_list() -> None:
    some, answer = nobodys(), Response(200, {}, b"")
    assert some._objects("call", answer, {"data": [{"id": 1}]}, "data") == [{"id": 1}]
    unreadable: list[Any] = [None, {}, [None], [{"id": 1}, "x"]]
    for odd in unreadable:
        with pytest.raises(ResponseBroken, match="data"):
            some._objects("call", answer, {"data": odd}, "data")


def test_form_encoding_keeps_brackets_and_leaves_out_none() -> None:
    assert form({"metadata[a]": "b c&", "flag": True, "n": 5, "gone": None}) == b"metadata[a]=b+c%26&flag=true&n=5"


def test_an_error_in_the_place_of_a_stream_is_not_read_without_end() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 65_536
        raise AssertionError("it is read on and on")

    async def handler(_request: Request) -> Opened:
        return Opened(503, {}, endless())

    async def main() -> None:
        acme = AcmeClient(AcmeAccess(base_url="http://acme.test", api_key="k"), wire(MemoryTransport(handler)))
        with pytest.raises(ConnectionLost):
            await acme.receipt(operation_id="op-1").__aenter__()

    virtually(main())
