"""An envelope's documents: listed, added, taken away; read one by one, combined, as an archive, and the certificate."""

import io
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.envelopes import ENVELOPE, of_call, seen
from brownout_simulators.vendors.docusign.errors import refuse
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.locks import require_unlocked
from brownout_simulators.vendors.docusign.pdf import LINES, pdf
from brownout_simulators.vendors.docusign.resources import Document, DocusignAccount, Envelope, State
from brownout_simulators.vendors.docusign.shapes import documents_of, reply

_PDF: Final = b"%PDF"
_CERTIFICATES: Final = frozenset({"certificate", "summary"})


def list_documents(call: Call, account: Account[State]) -> Reply:
    """GET /envelopes/{envelopeId}/documents."""
    envelope, _ = seen(call, account)
    return reply(200, {"envelopeId": envelope.id, "envelopeDocuments": documents_of(envelope)})


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/documents/{documentId}: one, or `combined`, `archive`, `certificate`."""
    envelope, _ = seen(call, account)
    which = call.params["documentId"]
    if which in _CERTIFICATES:
        return _file(pdf([certificate(envelope)]), "application/pdf", "Summary.pdf")
    if any(not one.content for one in envelope.documents):
        raise refuse("DOCUMENT_DOES_NOT_EXIST")
    if which == "combined":
        content = pdf([*(_lines(one) for one in envelope.documents), certificate(envelope)])
        return _file(content, "application/pdf", "Combined.pdf")
    if which == "archive":
        return _file(archive(envelope), "application/zip", "Archive.zip")
    one = next((each for each in envelope.documents if each.id == which), None)
    if one is None:
        raise refuse("DOCUMENT_DOES_NOT_EXIST")
    return _file(as_pdf(one), "application/pdf", f"{one.name}.pdf")


def change(call: Call, account: Account[State]) -> Reply:
    """PUT …/documents: those of a new id are added to a draft, those of a known one replaced."""
    envelope = _draft(call, account)
    given = read.documents(read.objects(call.data, "documents"))
    by_id = {one.id: one for one in (*envelope.documents, *given)}
    account.state.hold(envelope, tuple(by_id.values()))
    return reply(200, {"envelopeId": envelope.id, "envelopeDocuments": documents_of(envelope)})


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/documents: those that the body names."""
    envelope = _draft(call, account)
    gone = {read.text(one, "documentId", 36) for one in read.objects(call.data, "documents")}
    account.state.hold(envelope, tuple(one for one in envelope.documents if one.id not in gone))
    return reply(200, {"envelopeId": envelope.id, "envelopeDocuments": documents_of(envelope)})


def as_pdf(one: Document) -> bytes:
    """A document as it is handed out: always PDF, also where something else was uploaded."""
    return one.content if one.content.startswith(_PDF) else pdf([_lines(one)])


def archive(envelope: Envelope) -> bytes:
    """All of them and the certificate, packed. The same envelope gives the same bytes."""
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for one in envelope.documents:
            files.writestr(zipfile.ZipInfo(f"{one.order}_{_safe(one.name)}.pdf"), as_pdf(one))
        files.writestr(zipfile.ZipInfo("Summary.pdf"), pdf([certificate(envelope)]))
    return packed.getvalue()


def certificate(envelope: Envelope) -> list[str]:
    """Who did what, and when."""
    version = envelope.now
    lines = ["Certificate Of Completion", f"Envelope Id: {envelope.id}", f"Status: {version.header['status']}"]
    lines.append(f"Subject: {version.header['emailSubject']}")
    lines += [f"{one['kind']}: {one['name']} <{one['email']}> {one['status']}" for one in version.recipients]
    lines += [f"{written(wall_s)} {who}: {action}" for wall_s, action, who, _ in envelope.audit]
    return lines[:LINES]


def _lines(one: Document) -> list[str]:
    if one.content.startswith(_PDF):
        return [one.name, f"{len(one.content)} bytes"]
    return [one.name, *one.content[:20_000].decode(errors="replace").splitlines()]


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name)


def _file(content: bytes, kind: str, name: str) -> Reply:
    shown = _safe(name).encode("ascii", "replace").decode().replace("?", "_")
    return Reply(200, content, {"Content-Type": kind, "Content-Disposition": f'file; filename="{shown}"'})


def _draft(call: Call, account: DocusignAccount) -> Envelope:
    envelope = of_call(call, account)
    require_unlocked(call, account, envelope)
    if envelope.status != "created":
        raise refuse("ENVELOPE_INVALID_STATUS")
    return envelope


_DOCUMENTS: Final = f"{ENVELOPE}/documents"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", _DOCUMENTS, list_documents),
    Route("PUT", _DOCUMENTS, change),
    Route("DELETE", _DOCUMENTS, remove),
    Route("GET", f"{_DOCUMENTS}/{{documentId}}", fetch),
)
