"""Bodies of several parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.multipart import Part, parts_of
from tests.support.examples import examples

HEADER = 'multipart/form-data; boundary="b0"'
FORM = (
    b'--b0\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b0\r\nContent-Disposition: form-data; name="file"; filename="a b.jsonl"\r\n'
    b"Content-Type: application/jsonl\r\n\r\n\x00\r\n--\r\n--b0--\r\n"
)


def test_fields_and_files_come_in_their_order_with_what_was_said_of_them() -> None:
    assert parts_of(HEADER, FORM) == [
        Part("purpose", b"batch", None, "text/plain"),
        Part("file", b"\x00\r\n--", "a b.jsonl", "application/jsonl"),
    ]
    assert parts_of(HEADER, FORM)[0].text == "batch"


def test_an_empty_file_is_a_part() -> None:
    body = b'--b0\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b0--\r\n'
    (part,) = parts_of(HEADER, body)
    assert (part.name, part.content, part.filename) == ("file", b"", "")


@pytest.mark.parametrize("header", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=b0"])
def test_what_is_no_form_is_told(header: str) -> None:
    with pytest.raises(ValueError, match=r"multipart/form-data"):
        parts_of(header, FORM)


@pytest.mark.parametrize("body", [b"", b"--b0\r\n", FORM[:-10], FORM.replace(b"--b0", b"--b1")])
def test_a_body_that_ends_early_or_is_another_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        parts_of(HEADER, body)


@examples(100)
@given(header=st.one_of(st.just(HEADER), st.text()), body=st.one_of(st.binary(), st.binary().map(lambda b: FORM + b)))
def test_whatever_comes_is_parts_or_a_value_error(header: str, body: bytes) -> None:
    try:
        parts_of(header, body)
    except ValueError:
        return


@examples(50)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_what_was_put_in_comes_out(contents: list[bytes]) -> None:
    boundary = b"x" * 40
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\n%s\r\n' % (boundary, each)
        for each in contents
    )
    made = parts_of(f"multipart/form-data; boundary={boundary.decode()}", body + b"--%s--\r\n" % boundary)
    assert [part.content for part in made] == contents
