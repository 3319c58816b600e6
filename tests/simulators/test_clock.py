"""The machine's clock and the vendor's."""

from brownout_simulators.clock import Clock


def test_the_vendors_clock_can_be_ahead_of_the_machines() -> None:
    clock = Clock(lambda: 5.0, 1_000.0)
    clock.offset_s = 2.5
    assert (clock.machine_s(), clock.vendor_s(), clock.wall_s()) == (5.0, 7.5, 1_007.5)


def test_a_date_is_of_now_as_a_clock_shows_it_that_is_off() -> None:
    now_s = [0.0]
    clock = Clock(lambda: now_s[0], 1_700_000_000.0)
    assert clock.http_date(0.0) == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert clock.http_date(-60.0) == "Tue, 14 Nov 2023 22:12:20 GMT"
    now_s[0] = 0.9
    assert clock.http_date(0.0) == "Tue, 14 Nov 2023 22:13:20 GMT"
    now_s[0] = 1.0
    assert clock.http_date(0.0) == "Tue, 14 Nov 2023 22:13:21 GMT"
