"""What is asked to be sent, checked: who, to whom, what, when; from it the mail is made."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.vendors.resend.addresses import bare, domain_of, recipients, sender
from brownout_simulators.vendors.resend.dialect import new_id
from brownout_simulators.vendors.resend.errors import invalid, missing, refuse
from brownout_simulators.vendors.resend.rendering import from_template
from brownout_simulators.vendors.resend.resources import Email, Object, ResendAccount
from brownout_simulators.vendors.resend.scheduling import scheduled_s

OWN_DOMAIN: Final = "resend.dev"
"""Who writes from there may write to there only."""
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{0,256}")
_TAGS: Final = 75
_HEADERS: Final = 100
_NEW: Final = ("queued",)
_SCHEDULED: Final = ("scheduled",)


def made(account: ResendAccount, given: Mapping[str, Any]) -> Email:
    """The mail. Nothing is kept of it yet. Raises `Refused`."""
    if given.get("template") is not None:
        given = from_template(account, given)
    writer = sender(given.get("from"))
    to, everybody = recipients(given.get("to"), "to")
    if not to:
        raise missing("to")
    subject, html, text = _text(given, "subject"), _text(given, "html"), _text(given, "text")
    if not subject:
        raise missing("subject")
    if not html and not text:
        raise refuse("missing_required_field", "Missing `html` or `text` field.")
    cc, copied = recipients(given.get("cc"), "cc")
    bcc, hidden = recipients(given.get("bcc"), "bcc")
    if len(everybody) > 1 or copied or hidden:
        everybody = tuple(dict.fromkeys((*everybody, *copied, *hidden)))
    _check_sender(account, writer, everybody)
    at, clock_s = given.get("scheduled_at"), account.clock()
    now_s = account.epoch_s + clock_s
    email = Email(
        id=new_id(account),
        sender=writer,
        to=to,
        subject=subject,
        html=html,
        text=text,
        created_s=now_s,
        events=_NEW if at is None else _SCHEDULED,
        instants_s=(clock_s,),
        recipients=everybody,
        cc=cc,
        bcc=bcc,
        reply_to=recipients(given.get("reply_to"), "reply_to")[0],
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
    added_id = state.domain_ids.get(domain)
    added = None if added_id is None else state.domains.get(added_id)
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


def _tags(given: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, list) or len(given) > _TAGS:
        raise invalid(f"The `tags` field must be an array of at most {_TAGS} items.")
    return tuple([_tag(each) for each in given])


def _tag(given: Any) -> tuple[str, str]:
    name, value = (given.get("name"), given.get("value")) if isinstance(given, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(value, str) or not name:
        raise invalid("Each of `tags` must have a `name` and a `value`, both `string`.")
    if _TAG.fullmatch(name) is None or _TAG.fullmatch(value) is None:
        raise invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.")
    return name, value


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
