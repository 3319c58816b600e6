"""The book of attempts at deliveries."""

from brownout_simulators.deliveries import Attempt, Deliveries


def attempt(number: int) -> Attempt:
    return Attempt(
        number, 1, "a", "charge.made", "http://127.0.0.1:1/hook", "op-1", "req_1", 1.0, 1.1, 200, False, True
    )


def test_attempts_are_read_page_by_page_in_the_order_in_which_they_ended() -> None:
    book = Deliveries()
    for number in range(5):
        book.add(attempt(number))
    assert [each.delivery for each in book.page(0, 2)] == [0, 1]
    assert [each.delivery for each in book.page(4, 2)] == [4]
    assert book.page(5, 2) == []
    assert book.page(-3, 1) == [attempt(0)]


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    book = Deliveries(limit=2)
    for number in range(5):
        book.add(attempt(number))
    assert (len(book), book.dropped) == (2, 3)
