"""In a closed world our own packages read no clock, and libraries the virtual one."""

import datetime as dt

import pytest

from brownout_harness.virtual.closed import NotVirtual, closed_world
from tests.harness.virtual.reaching import EPOCH_S, Maker, in_virtual_time

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

CLOCKS = [
    "import time; time.time()",
    "import time; time.time_ns()",
    "import time; time.monotonic()",
    "import time; time.perf_counter_ns()",
    "import time; time.gmtime()",
    "import time; time.localtime()",
    "import time; time.strftime('%Y')",
    "import time; time.ctime()",
    "from time import monotonic; monotonic()",
    "import datetime; datetime.datetime.now()",
    "from datetime import datetime; datetime.now()",
    "from datetime import datetime; datetime.utcnow()",
    "from datetime import datetime; datetime.today()",
    "from datetime import date; date.today()",
]


@pytest.mark.parametrize("text", CLOCKS)
def test_our_own_packages_may_not(ours: Maker, text: str) -> None:
    do = ours(text)
    with closed_world(), pytest.raises(NotVirtual, match=r"somewhere\.py:\d+ reads a clock"):
        do()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("import time; time.time()", EPOCH_S + 90.5),
        ("import time; time.time_ns()", int((EPOCH_S + 90.5) * 1e9)),
        ("import time; time.monotonic()", 90.5),
        ("import time; time.monotonic_ns()", 90_500_000_000),
        ("import time; time.perf_counter()", 90.5),
        ("import time; time.gmtime()[:6]", (2026, 1, 1, 0, 1, 30)),
        ("import time; time.strftime('%S', time.gmtime())", "30"),
        ("from datetime import datetime; datetime.utcnow()", dt.datetime(2026, 1, 1, 0, 1, 30, 500_000)),  # noqa: DTZ001
        (
            "import datetime; datetime.datetime.now(datetime.timezone.utc)",
            dt.datetime(2026, 1, 1, 0, 1, 30, 500_000, dt.UTC),
        ),
        ("from datetime import datetime; datetime.now()", dt.datetime.fromtimestamp(EPOCH_S + 90.5)),  # noqa: DTZ006
        ("from datetime import datetime; datetime.today()", dt.datetime.fromtimestamp(EPOCH_S + 90.5)),  # noqa: DTZ006
        ("from datetime import date; date.today()", dt.date.fromtimestamp(EPOCH_S + 90.5)),  # noqa: DTZ012
    ],
)
def test_libraries_read_the_virtual_clock(theirs: Maker, text: str, read: object) -> None:
    assert in_virtual_time(theirs(text), at_s=90.5) == read


def test_a_date_is_still_a_date() -> None:
    def look() -> tuple[bool, type, str]:
        now = dt.datetime.now(dt.UTC)  # noqa: TID251
        return isinstance(now, dt.datetime), type(now), now.isoformat()

    assert in_virtual_time(look) == (True, dt.datetime, "2026-01-01T00:00:00+00:00")


def test_what_the_standard_library_reads_for_us_is_no_reading_of_ours(ours: Maker) -> None:
    record = in_virtual_time(ours("import logging; logging.makeLogRecord({}).created"), at_s=2.0)
    assert record == EPOCH_S + 2.0


def test_a_date_that_is_given_is_nobodys_reading_of_a_clock(ours: Maker) -> None:
    assert in_virtual_time(ours("import time; time.gmtime(0)[0]")) == 1970
    assert in_virtual_time(ours("import time; time.strftime('%Y', time.gmtime(0))")) == "1970"
    assert in_virtual_time(ours("from datetime import UTC, datetime; datetime.fromtimestamp(0, UTC).year")) == 1970
