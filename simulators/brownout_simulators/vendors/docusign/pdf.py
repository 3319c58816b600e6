"""Small PDF files, of plain lines: what is made of an upload that is none, of all documents, of the certificate."""

from collections.abc import Sequence
from typing import Final

LINES: Final = 48
"""On a page."""
LONGEST: Final = 90
"""Characters of a line."""


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A whole file (PDF 1.4), a page for each list of lines."""
    count = max(1, len(pages))
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages or [[]]):
        drawn = b"\n".join(b"(" + _escaped(line) + b") Tj T*" for line in lines[:LINES])
        stream = b"BT /F1 10 Tf 14 TL 50 780 Td\n" + drawn + b"\nET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _escaped(line: str) -> bytes:
    shown = line[:LONGEST].replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return shown.encode("latin-1", "replace").replace(b"\r", b" ").replace(b"\n", b" ")
