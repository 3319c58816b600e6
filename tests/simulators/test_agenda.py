"""What is to happen later."""

from brownout_simulators.agenda import Agenda, Cause, Step
from brownout_simulators.problems import LIMIT as PROBLEMS_LIMIT
from tests.simulators.driving import Driver


def step(till: Driver) -> Step:
    till.send()
    return Step(till.simulator.accounts["a"], lambda: None, Cause())


def test_items_come_in_the_order_of_their_instants_then_of_entry() -> None:
    agenda, till = Agenda(), Driver()
    items = [step(till) for _ in range(4)]
    for due_s, item in zip((3.0, 1.0, 3.0, 2.0), items, strict=True):
        agenda.enter(due_s, item)
    assert agenda.next_due_s() == 1.0
    assert agenda.pop_due(0.9) is None
    popped = [agenda.pop_due(9.0) for _ in range(5)]
    assert [items.index(item) if isinstance(item, Step) else None for item in popped] == [1, 3, 0, 2, None]


def test_a_host_hears_of_what_is_due_before_everything_else() -> None:
    agenda, till, heard = Agenda(), Driver(), []
    agenda.on_earlier = lambda: heard.append(agenda.next_due_s())
    for due_s in (5.0, 7.0, 3.0, 4.0):
        agenda.enter(due_s, step(till))
    assert heard == [5.0, 3.0]


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    agenda, till = Agenda(limit=1), Driver()
    assert agenda.enter(1.0, step(till))
    assert not agenda.enter(1.0, step(till))
    assert (agenda.dropped, agenda.open_steps) == (1, 1)


def test_a_delivery_whose_answer_is_awaited_takes_its_room() -> None:
    till = Driver(agenda_limit=1)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"})
    till.send()
    assert len(till.simulator.run_due(till.clock())) == 1
    till.send()
    assert (till.simulator.agenda.dropped, till.simulator.agenda.open_webhooks) == (1, 1)


def test_an_account_that_is_forgotten_takes_its_items_along() -> None:
    till = Driver()
    for name in "ab":
        till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"}, account=name)
        till.send(body={"amount": 1, "settle_after_s": 9.0}, account=name)
    agenda = till.simulator.agenda
    assert (agenda.open_webhooks, agenda.open_steps) == (2, 2)
    till.simulator.reset("a")
    assert (agenda.open_webhooks, agenda.open_steps) == (1, 1)
    till.simulator.reset()
    assert (agenda.open_webhooks, agenda.open_steps, agenda.next_due_s()) == (0, 0, None)


def test_a_deferred_step_that_does_not_fit_is_a_problem_of_the_simulator() -> None:
    till = Driver(agenda_limit=0)
    till.send(body={"amount": 1, "settle_after_s": 9.0})
    assert till.simulator.problems == ["the agenda is full: a deferred step was dropped"]


def test_the_problems_that_are_kept_are_bounded() -> None:
    till = Driver(agenda_limit=0)
    for _ in range(PROBLEMS_LIMIT + 20):
        till.send(body={"amount": 1, "settle_after_s": 9.0})
    assert len(till.simulator.problems) == PROBLEMS_LIMIT
    assert till.simulator.agenda.dropped == PROBLEMS_LIMIT + 20
