"""What is asked to be sent, checked: who, to whom, what, when; from it the mail is made."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.vendors.resend.addresses import bare, domain_of, recipients, sender
from brownout_simulators.vendors.resend.dialect import new_id
from brownout_simulators.vendors.resend.errors import invalid, missing, refuse
from brownout_simulators.vendors.resend.rendering import from_template
from brownout_simulators.vendors.resend.resources import Email, Happened, Object, ResendAccount
from brownout_simulators.vendors.resend.scheduling import scheduled_s

OWN_DOMAIN: Final = "resend.dev"
"""Who writes from there may write to there only."""
_TAG: Final = 256
_TAG_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_TAGS: Final = 75
_HEADERS: Final = 100


def made(account: ResendAccount, given: Mapping[str, Any]) -> Email:
    """The mail. Nothing is kept of it yet. Raises `Refused`."""
    if given.get("template") is not None:
        given = from_template(account, given)
    writer = sender(given.get("from"))
    to = recipients(given.get("to"), "to")
    if not to:
        raise missing("to")
    subject, html, text = (_text(given, name) for name in ("subject", "html", "text"))
    if not subject:
        raise missing("subject")
    if not html and not text:
        raise refuse("missing_required_field", "Missing `html` or `text` field.")
    cc, bcc = recipients(given.get("cc"), "cc"), recipients(given.get("bcc"), "bcc")
    everybody = list(dict.fromkeys([bare(each) for each in (*to, *cc, *bcc)]))
    _check_sender(account, writer, everybody)
    at, now_s = given.get("scheduled_at"), account.wall_s()
    email = Email(
        id=new_id(account),
        sender=writer,
        to=to,
        subject=subject,
        html=html,
        text=text,
        created_s=now_s,
        history=[Happened(account.clock(), "queued" if at is None else "scheduled")],
        recipients=everybody,
        cc=cc,
        bcc=bcc,
        reply_to=recipients(given.get("reply_to"), "reply_to"),
        scheduled_s=None if at is None else scheduled_s(at, now_s),
    )
    if given.get("headers"):
        email.headers = _headers(given["headers"])
    if given.get("tags"):
        email.tags = _tags(given["tags"])
    if given.get("attachments"):
        email.attachments = _attachments(given["attachments"])
    if given.get("template") is not None:
        email.template_id = given["template"]["id"]
    return email


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"The `{name}` field must be a `string`.")
    return value


def _check_sender(account: ResendAccount, writer: str, to: Sequence[str]) -> None:
    """403 where the domain is not the team's, or good for tests only."""
    domain = domain_of(bare(writer))
    if domain == OWN_DOMAIN:
        if any(domain_of(each) != OWN_DOMAIN for each in to):
            raise refuse(
                "validation_error",
                "You can only send testing emails to your own email address. To send emails to other recipients, please"
                " verify a domain at resend.com/domains, and change the `from` address to an email using this domain.",
                status=403,
            )
        return
    state, verified = account.state, account.setup.domains
    added = state.domains.get(state.domain_ids.get(domain, ""))
    is_verified = added["status"] == "verified" if added is not None else verified is None or domain in verified
    if not is_verified:
        raise refuse(
            "validation_error",
            f"The {domain} domain is not verified. Please, add and verify your domain on https://resend.com/domains",
            status=403,
        )


def _headers(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise invalid("The `headers` field must be an object of `string`.")
    if len(given) > _HEADERS or any("\r" in each or "\n" in each for pair in given.items() for each in pair):
        raise invalid("Invalid `headers` field.")
    return given


def _tags(given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list) or len(given) > _TAGS:
        raise invalid(f"The `tags` field must be an array of at most {_TAGS} items.")
    return [_tag(each) for each in given]


def _tag(given: Any) -> dict[str, str]:
    name, value = (given.get("name"), given.get("value")) if isinstance(given, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(value, str) or not name:
        raise invalid("Each of `tags` must have a `name` and a `value`, both `string`.")
    if len(name) > _TAG or len(value) > _TAG or not _TAG_LETTERS.issuperset(name) or not _TAG_LETTERS.issuperset(value):
        raise invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.")
    return {"name": name, "value": value}


def _attachments(given: Any) -> list[Object]:
    if not isinstance(given, list):
        raise invalid("The `attachments` field must be an array.")
    return [_attachment(each) for each in given]


def _attachment(given: Any) -> Object:
    """What is known of it. A file that is hosted elsewhere is not fetched."""
    if not isinstance(given, dict):
        raise refuse("invalid_attachment")
    content, path = given.get("content"), given.get("path")
    if not content and not (isinstance(path, str) and path):
        raise refuse("invalid_attachment")
    known = {
        name: given[name] for name in ("filename", "content_type", "content_id") if isinstance(given.get(name), str)
    }
    if not content:
        return {**known, "path": path}
    return {**known, "size": _size(content)}


def _size(content: Any) -> int:
    """Bytes of an attachment: in base64, as numbers, or as Node writes a buffer."""
    if isinstance(content, dict):
        content = content.get("data")
    if isinstance(content, list):
        if all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 256 for each in content):
            return len(content)
    elif isinstance(content, str):
        try:
            return len(b64decode(content))
        except (binascii.Error, ValueError):
            pass
    raise refuse("invalid_attachment", "The attachment's `content` is neither base64 nor a buffer.")
