"""Only this machine is a target."""

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.safety.loopback import require_loopback


def test_a_usable_address_comes_back_without_its_trailing_slash() -> None:
    assert require_loopback("http://127.0.0.1:8080/", "the url") == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://user:secret@shop.example.com:80", "aims at shop.example.com"),
        ("http://127.0.0.1@192.0.2.1/", "aims at 192.0.2.1"),
        ("http://[::1].evil.com/", "write http://127.0.0.1:PORT"),
        ("ftp://127.0.0.1:21", "write http://127.0.0.1:PORT"),
        ("http://127.0.0.1:99999", "write http://127.0.0.1:PORT"),
        ("http://[::1", "write http://127.0.0.1:PORT"),
        ("nonsense", "write http://127.0.0.1:PORT"),
    ],
)
def test_another_machine_and_nonsense_are_refused_in_one_line_without_the_password(url: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        require_loopback(url, "the url")
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
