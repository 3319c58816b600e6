"""Objects in order, bounded."""

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brownout_simulators import store as store_module
from brownout_simulators.store import HOLES, LOTS, Store
from tests.support.examples import examples


def filled(store: Store[str], *names: str) -> Store[str]:
    for name in names:
        store.add(name, name.upper())
    return store


def test_objects_are_found_by_id_and_walked_through_both_ways() -> None:
    store = filled(Store(9), "a", "b", "c")
    assert (store.get("b"), store.get("x"), len(store), "a" in store) == ("B", None, 3, True)
    assert list(store.newest_first()) == ["C", "B", "A"]
    assert list(store.newest_first("c")) == ["B", "A"]
    assert list(store.oldest_first("a")) == ["B", "C"]
    store.put("b", "bee")
    store.put("d", "D", 7.0)
    assert list(store.oldest_first()) == ["A", "bee", "C", "D"]
    assert store.added_s("d") == 7.0


def test_what_is_removed_is_gone_and_was_not_forgotten() -> None:
    store = filled(Store(9), "a", "b", "c")
    assert (store.remove("b"), store.remove("b")) == ("B", None)
    assert list(store.newest_first()) == ["C", "A"]
    assert (len(store), store.forgotten) == (2, 0)


def test_beyond_the_limit_the_oldest_goes_and_is_counted() -> None:
    told: list[tuple[str, str]] = []
    store = filled(Store(2, on_forgotten=lambda name, item: told.append((name, item))), "a", "b", "c", "d")
    assert list(store.oldest_first()) == ["C", "D"]
    assert (store.forgotten, store.forgotten_open, told) == (2, 0, [("a", "A"), ("b", "B")])


def test_the_oldest_settled_one_goes_before_an_older_one_that_is_open() -> None:
    store = filled(Store(3, is_settled=lambda item: item != "A"), "a", "b", "c", "d", "e")
    assert list(store.oldest_first()) == ["A", "D", "E"]
    assert store.forgotten_open == 0


def test_where_none_of_the_oldest_is_settled_the_very_oldest_goes_and_is_counted_apart() -> None:
    store = filled(Store(20, is_settled=lambda _item: False), *(f"n{number}" for number in range(21)))
    assert next(store.oldest_first()) == "N1"
    filled(store, *(f"m{number}" for number in range(1_000)))
    assert (len(store), store.forgotten, store.forgotten_open) == (20, 1_001, 1_001)


def test_a_large_store_forgets_several_at_once_and_never_holds_more_than_its_limit() -> None:
    store: Store[str] = Store(10 * LOTS)
    most = 0
    for number in range(30 * LOTS):
        store.add(f"n{number}", f"N{number}")
        most = max(most, len(store))
    assert most == 10 * LOTS
    assert store.forgotten == 30 * LOTS - len(store)
    assert len(store) > 9 * LOTS
    assert next(store.oldest_first()) == f"N{store.forgotten}"


def test_an_object_that_stays_open_keeps_its_place_however_many_come_and_go() -> None:
    store: Store[str] = Store(10, is_settled=lambda item: item != "STAYS")
    store.add("stays", "STAYS")
    filled(store, *(f"n{number}" for number in range(5 * HOLES)))
    assert next(store.oldest_first()) == "STAYS"
    assert len(store._items) <= 10 + 2 * HOLES
    assert list(store.oldest_first("stays")) == [f"N{5 * HOLES - back}" for back in range(9, 0, -1)]


def test_the_newest_is_never_the_one_that_goes() -> None:
    store = filled(Store(3, is_settled=lambda item: item.startswith("N")), "a", "b", "c")
    for number in range(40):
        store.add(f"n{number}", f"N{number}")
        assert store.get(f"n{number}") is not None
        store.add(f"m{number}", f"M{number}")
        assert store.get(f"m{number}") is not None


def test_a_store_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Store(0)


@pytest.fixture(autouse=True, scope="module")
def _few_holes() -> Iterator[None]:
    """So that closing them is a part of what is tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "TRIES", 3)
        yield


class Model(RuleBasedStateMachine):
    """Beside a plain list of pairs, oldest first."""

    LIMIT = 12

    def __init__(self) -> None:
        super().__init__()
        self.open: set[str] = set()
        self.store: Store[str] = Store(
            self.LIMIT, is_settled=lambda item: item not in self.open, on_forgotten=self._forgotten
        )
        self.there: list[str] = []
        self.gone: list[str] = []
        self.number = 0

    def _forgotten(self, id: str, item: str) -> None:  # noqa: A002
        assert id == item
        self.gone.append(id)
        self.there.remove(id)

    @rule(many=st.integers(1, 30), stays_open=st.booleans())
    def add(self, many: int, stays_open: bool) -> None:
        for _ in range(many):
            self.number += 1
            name = f"n{self.number}"
            self.there.append(name)
            if stays_open:
                self.open.add(name)
            self.store.add(name, name, float(self.number))

    @precondition(lambda self: self.there)
    @rule(place=st.integers(0, 40))
    def remove(self, place: int) -> None:
        name = self.there.pop(place % len(self.there))
        assert self.store.remove(name) == name

    @precondition(lambda self: self.open)
    @rule()
    def settle(self) -> None:
        self.open.clear()

    @invariant()
    def it_is_the_list(self) -> None:
        assert list(self.store.oldest_first()) == self.there
        assert list(self.store.newest_first()) == self.there[::-1]
        assert len(self.store) == len(self.there) <= self.LIMIT
        assert self.store.forgotten == len(self.gone)
        for name in self.there:
            assert self.store.get(name) == name
            assert self.store.added_s(name) == float(name[1:])
        assert all(self.store.get(name) is None for name in self.gone)


TestModel = Model.TestCase
TestModel.settings = examples(60, steps=30)
