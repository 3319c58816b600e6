"""Each request of an operation goes to the next process, from one that the arrival's number gives."""

from brownout_harness.asked.replicas import Processes, of_process


def test_arrivals_go_round_and_so_does_each_that_asks_again() -> None:
    processes = Processes({"a": 0, "b": 1, "c": 2})
    ways = [processes.way(number) for number in range(4)]
    assert [way.next() for way in ways] == [0, 1, 2, 0]
    assert [way.next() for way in ways] == [1, 2, 0, 1]
    assert ways[2].taken == ("c", "a")


def test_of_one_process_nobody_notes_whom_he_asked() -> None:
    way = Processes({"gateway": 0}).way(5)
    assert (way.next(), way.next(), way.taken) == (0, 0, ())


def test_what_is_a_processes_own_is_named_after_it() -> None:
    assert (of_process("stripe", "gateway.1"), of_process("stripe", "")) == ("stripe of gateway.1", "stripe")
