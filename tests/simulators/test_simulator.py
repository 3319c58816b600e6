"""The three parts of a simulator share one world: what one of them does, the others see."""

from tests.simulators.driving import Driver


def test_its_parts_share_clock_accounts_and_books() -> None:
    till = Driver()
    till.send()
    simulator = till.simulator
    assert list(simulator.accounts) == ["a"]
    assert [row["entry"] for row in simulator.ledger.rows()] == ["effect", "request"]
    simulator.advance(60.0)
    assert simulator.now_s() == till.clock() + 60.0
    assert simulator.clock_offset_s == 60.0
    simulator.reset()
    assert (list(simulator.accounts), list(simulator.ledger.rows()), simulator.clock_offset_s) == ([], [], 0.0)


def test_its_limiter_shows_only_where_a_limit_is_on() -> None:
    till = Driver()
    assert till.simulator.limiter is None
    till.limit(per_second=True)
    assert till.simulator.limiter is not None


def test_its_address_is_where_a_host_serves_it() -> None:
    simulator = Driver().simulator
    simulator.base_url = "http://127.0.0.1:4242"
    assert simulator.base_url == "http://127.0.0.1:4242"


def test_a_hosts_defect_is_kept_among_the_problems() -> None:
    simulator = Driver().simulator
    simulator.problem("a webhook", ZeroDivisionError("by zero"))
    (problem,) = simulator.problems
    assert "a webhook" in problem
    assert "by zero" in problem
