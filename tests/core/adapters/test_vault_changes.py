"""Which operations have changed a secret: as far as the list reaches, and no further."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.adapters.vault_changes import FIELD, KEPT, SLACK_S, Record
from brownout_core.errors import NotSettled
from tests.support.examples import examples

NOW_S = 1_750_000_000.0


def full(at_s: float = NOW_S) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for number in range(KEPT + 3):
        data = Record.of(data).with_one(f"op-{number}", number + 1, at_s + number)
    return data


def test_an_operation_is_found_with_its_version_and_the_oldest_go() -> None:
    record = Record.of(full())
    assert len(record.changes) == KEPT
    assert record.has("op-3")
    assert not record.has("op-2")
    assert record.version_of("op-50") == 51
    assert record.version_of("op-2") == 0


def test_where_the_list_may_have_lost_it_nobody_claims_to_know() -> None:
    oldest_s = NOW_S + 3
    record = Record.of(full())
    record.check_reaches(oldest_s + SLACK_S)
    with pytest.raises(NotSettled) as told:
        record.check_reaches(oldest_s + SLACK_S - 1)
    assert told.value.may_have_effect is True
    record.check_reaches(None)
    Record.of({}).check_reaches(0.0)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["operation", "version", "at", "x"]), inner),
        max_leaves=8,
    )
)
@examples(100)
def test_whatever_stands_there_is_read_or_refused_but_not_passed_over(value: Any) -> None:
    try:
        record = Record.of({FIELD: value})
    except ValueError:
        return
    assert len(record.changes) == len(value)
    assert all(isinstance(each.operation, str) for each in record.changes)
    assert Record.of(record.with_one("op", 1, NOW_S)).has("op")
