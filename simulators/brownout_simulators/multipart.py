"""A body of several parts (`multipart/form-data`): how files are uploaded."""

from dataclasses import dataclass
from io import BytesIO

PARTS_LIMIT = 128


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the form, or one file."""

    name: str
    content: bytes
    filename: str | None = None
    """None for a field that is no file."""
    content_type: str = ""
    """As the caller said; "" where it did not."""

    @property
    def text(self) -> str:
        """The content as text. Raises `ValueError` where it is not UTF-8."""
        return self.content.decode()


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """The parts in their order; `content_type` is the header. Raises `ValueError` with what is wrong."""
    from multipart import MultipartError, MultipartParser, parse_options_header  # only who uploads files pays for it

    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise ValueError("a multipart/form-data body with a boundary is needed")
    size = len(body) + 1  # everything is in memory already: a part is never put into a file
    try:
        parser = MultipartParser(
            BytesIO(body), boundary, len(body), part_limit=PARTS_LIMIT, spool_limit=size, memory_limit=size
        )
        return [Part(part.name, part.raw, part.filename, part.content_type or "") for part in parser]
    except (MultipartError, UnicodeError) as error:
        raise ValueError(f"the multipart body cannot be read: {error}") from None
