import pytest

from brownout_harness.wire.address import AddressError, address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("localhost:80", "127.0.0.1:80"),
        ("LOCALHOST:80", "127.0.0.1:80"),
        ("127.9.9.9:1", "127.9.9.9:1"),
        ("[::1]:80", "[::1]:80"),
    ],
)
def test_an_address_of_this_machine_is_shown_as_toxiproxy_shows_it(text: str, shown: str) -> None:
    assert str(address(text, "upstream")) == shown


@pytest.mark.parametrize("text", ["192.0.2.1:80", "db.example:80", "[2001:db8::1]:80", "127.0.0.1.evil.example:80"])
def test_another_machine_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(AddressError, match=r"^upstream aims at .*, not this machine: only loopback"):
        address(text, "upstream")


@pytest.mark.parametrize("text", [":80", "0.0.0.0:80", "[::]:80"])
def test_every_interface_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match=r"not this machine: only loopback"):
        address(text, "listen", first_port=0)


@pytest.mark.parametrize(
    "text", ["", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:0", "a b:1", "x@127.0.0.1:1"]
)
def test_what_is_no_address_is_told_with_the_form(text: str) -> None:
    with pytest.raises(AddressError, match=r"^upstream is no address: write 127.0.0.1:PORT, got "):
        address(text, "upstream")
