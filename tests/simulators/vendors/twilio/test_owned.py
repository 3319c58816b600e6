"""Numbers and services hang together, also where the oldest are forgotten."""

from brownout_simulators.store import Store
from brownout_simulators.vendors.twilio.owned import MessagingService, Owned, OwnedNumber, validity_of
from brownout_simulators.vendors.twilio.paging import Few


def _number(place: int) -> OwnedNumber:
    return OwnedNumber(f"PN{place}", "AC0", f"+1202555{place:04d}", "", 0.0, 0.0)


def test_a_forgotten_number_is_in_no_pool_and_found_by_no_name() -> None:
    owned = Owned(numbers=Store(2))
    service = MessagingService("MG0", "AC0", 0.0, 0.0, {})
    owned.services.add(service.sid, service)
    for place in range(5):
        number = _number(place)
        owned.add_number(number)
        owned.join(service, number)
    assert set(owned.by_number) == {number.number for number in owned.numbers.newest_first()}
    assert set(service.pool) == {number.sid for number in owned.numbers.newest_first()}


def test_numbers_of_a_forgotten_service_are_free_again() -> None:
    owned = Owned(services=Store(1))
    number = _number(1)
    owned.add_number(number)
    for place in range(2):
        service = MessagingService(f"MG{place}", "AC0", 0.0, 0.0, {})
        owned.services.add(service.sid, service)
        if place == 0:
            owned.join(service, number)
    assert number.service_sid is None


def test_an_account_is_provided_for_once() -> None:
    owned = Owned()
    for _ in range(2):
        owned.provide("AC" + "0" * 32, 0.0, {})
    (service,) = owned.services.newest_first()
    assert [number.sid for number in Few(service.pool).newest_first()] == ["PN" + "0" * 32]
    owned.remove_number(next(iter(service.pool.values())))
    assert service.pool == {}


def test_a_validity_is_a_whole_number_of_seconds_up_to_ten_hours() -> None:
    assert [validity_of(given) for given in ("1", "36000", "0", "36001", "-1", "1.5", "", "²", "9" * 30)] == [
        1, 36_000, None, None, None, None, None, None, None,
    ]  # fmt: skip
