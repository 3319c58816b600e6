"""The newest of what came."""

from brownout_harness.real.console.ring import Ring


def test_who_reads_along_gets_each_once_in_order() -> None:
    ring: Ring[int] = Ring(10)
    ring.add([1, 2, 3])
    news = ring.since(0, 2)
    assert (news.items, news.next, news.missed) == ([1, 2], 2, 0)
    assert ring.since(news.next, 9).items == [3]
    assert ring.since(3, 9) == ([], 3, 0)


def test_who_reads_slowly_is_told_how_many_are_gone() -> None:
    ring: Ring[int] = Ring(3)
    ring.add(range(10))
    news = ring.since(2, 9)
    assert (news.items, news.next, news.missed) == ([7, 8, 9], 10, 5)
    assert ring.dropped == 7


def test_a_place_ahead_of_everything_is_the_end() -> None:
    ring: Ring[int] = Ring(3)
    ring.add([1])
    assert ring.since(99, 9) == ([], 1, 0)
