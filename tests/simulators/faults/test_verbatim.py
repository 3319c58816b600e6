"""Headers written word for word."""

import pytest

from brownout_simulators.faults.fault import FaultError
from brownout_simulators.faults.verbatim import put_on, require_headers


def test_a_header_takes_the_place_of_its_namesake_however_that_is_written() -> None:
    headers = {"Retry-After": "1", "Content-Type": "text/html"}
    put_on(headers, {"retry-after": "soon"})
    assert headers == {"Content-Type": "text/html", "retry-after": "soon"}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"x y": "1"}, "no name of a header"),
        ({"": "1"}, "no name of a header"),
        ({"x": "a\r\nset-cookie: b"}, "on one line"),
        ({"x": "\u20ac"}, "Latin-1"),
        ({"x": "a" * 4_001}, "at most 4000"),
        ({"Content-Length": "5"}, "written by the simulator itself"),
        ({"transfer-encoding": "chunked"}, "written by the simulator itself"),
        ({"Brownout-Fault": "none"}, "written by the simulator itself"),
        ({"X": "1", "x": "2"}, "given twice"),
        ({f"x{n}": "1" for n in range(51)}, "at most 50"),
    ],
)
def test_what_breaks_the_framing_or_hides_the_fault_is_refused(headers: dict[str, str], why: str) -> None:
    with pytest.raises(FaultError, match=f"respond.headers: .*{why}"):
        require_headers("respond.headers", headers)
