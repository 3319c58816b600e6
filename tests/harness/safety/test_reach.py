"""Load goes to this machine, or to the one that somebody named by its address: to no name, and not to the internet."""

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.safety.reach import is_reachable, private_address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:5557", ("127.0.0.1", 5557)),
        ("10.1.2.3:1", ("10.1.2.3", 1)),
        ("192.168.0.9:65535", ("192.168.0.9", 65535)),
        ("[fd00::5]:5557", ("fd00::5", 5557)),
        ("[::1]:5557", ("::1", 5557)),
    ],
)
def test_private_addresses_are_read(text: str, found: tuple[str, int]) -> None:
    assert private_address(text, "--join") == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.1", "--join 10.0.0.1 is no address: write HOST:PORT"),
        ("10.0.0.1:0", "is no address: write HOST:PORT"),
        ("10.0.0.1:65536", "is no address: write HOST:PORT"),
        (":5557", "is no address: write HOST:PORT"),
        ("master:5557", "master is a name, which may come to mean another machine: write its address"),
        ("localhost:5557", "localhost is a name"),
        ("8.8.8.8:5557", "8.8.8.8 is no address of this machine or of a private network"),
        ("0.0.0.0:5557", "0.0.0.0 is no address of this machine"),
        ("[::]:5557", ":: is no address of this machine"),
        ("224.0.0.1:5557", "224.0.0.1 is no address of this machine"),
        ("[2001:4860:4860::8888]:5557", "is no address of this machine or of a private network"),
    ],
)
def test_others_are_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        private_address(text, "--join")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://10.0.0.5:8080", True),
        ("http://10.0.0.6:8080", False),
        ("http://10.0.0.5.evil.com:8080", False),
        ("http://10.0.0.5@evil.com", False),
        ("http://evil.com", False),
        ("nonsense", False),
    ],
)
def test_who_joined_asks_its_own_machine_or_the_one_it_joined(url: str, *, reached: bool) -> None:
    assert is_reachable(url, "10.0.0.5") is reached
