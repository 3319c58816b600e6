"""What a name's records say of the one that is wanted."""

import pytest

from brownout_core.services.edge import Record, Standing, standing

WANTED = Record(name="a.test", target="t.test", note="mine")


def record(target: str, type: str = "CNAME") -> Record:  # noqa: A002
    return Record(name="a.test", target=target, type=type, id="r")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([], Standing.FREE),
        ([record("t.test")], Standing.THERE),
        ([record("other.test")], Standing.ELSEWHERE),
        ([record("192.0.2.1", "A")], Standing.TAKEN),
        ([record("t.test", "TXT")], Standing.TAKEN),
        ([record("t.test"), record("192.0.2.1", "A")], Standing.TAKEN),
        ([record("t.test"), record("t.test")], Standing.TAKEN),
    ],
)
def test_only_a_name_that_is_free_or_leads_elsewhere_may_be_written(found: list[Record], says: Standing) -> None:
    assert standing(found, WANTED) is says
