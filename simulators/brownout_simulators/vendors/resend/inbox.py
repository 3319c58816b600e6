"""The mails as a person looks at them: a list, and each with its text and its HTML.

A mail's HTML was written by anybody. It is a document of its own, which the host lets do nothing: no script, no form,
nothing fetched, and no part in the origin of the page around it.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from brownout_simulators.account import Account
from brownout_simulators.vendor import Page, PageOf, SentMessage
from brownout_simulators.vendors.resend.addresses import bare
from brownout_simulators.vendors.resend.dialect import moment
from brownout_simulators.vendors.resend.resources import Email, State

SHOWN: Final = 100
"""Mails on one page."""
LOOKED_AT: Final = 5_000
"""Mails that are looked at for those to one address."""

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}"
    "pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}"
    "iframe{width:100%;height:32rem;border:1px solid #ddd;background:#fff}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}pre{background:#242424}"
    "td,th{border-color:#444}a{color:#8bf}}"
)


def inbox(accounts: Mapping[str, Account[State]], path: str, query: Mapping[str, str]) -> Page:
    """`/`: all teams' mails, or those `?to=` an address; `/TEAM/ID`: one; `/TEAM/ID/html`: its HTML alone."""
    if not path:
        return _list(accounts, query.get("to", ""), query.get("team", ""), query.get("before", ""))
    team, _, rest = path.partition("/")
    email_id, _, part = rest.partition("/")
    account = accounts.get(team)
    email = None if account is None else account.state.emails.get(email_id)
    if email is None or part not in ("", "html"):
        return Page(404, _document("No such mail", '<p><a href="/_brownout/inbox">All mails</a></p>'))
    if part == "html":
        return Page(200, email.html or "", is_foreign=True)
    return _one(team, email)


def _list(accounts: Mapping[str, Account[State]], to: str, team: str, before: str) -> Page:
    wanted = bare(to)
    rows = []
    for name, account in accounts.items():
        if team and name != team:
            continue
        emails = account.state.emails
        below = before if team and before in emails else None
        looked_at = islice(emails.newest_first(below=below), LOOKED_AT)
        found = (email for email in looked_at if not wanted or wanted in email.recipients)
        page = list(islice(found, SHOWN))
        rows += [(email.created_s, _row(name, email)) for email in page]
        if len(page) == SHOWN:
            older = f"/_brownout/inbox?team={quote(name, safe='')}&before={page[-1].id}&to={quote(to, safe='')}"
            rows.append((0.0, f'<tr><td colspan="5"><a href="{escape(older)}">Older of {escape(name)}</a></td></tr>'))
    rows.sort(key=lambda row: -row[0])
    heads = "".join(f"<th>{head}</th>" for head in ("When", "To", "Subject", "State", "Team"))
    none = "<p>No mails.</p>" if not rows else ""
    body = f"<table><tr>{heads}</tr>{''.join(row for _, row in rows)}</table>{none}"
    return Page(200, _document("Inbox" if not wanted else f"Mails to {wanted}", body))


def _row(team: str, email: Email) -> str:
    cells = (
        escape(moment(email.created_s)[:19]),
        _addresses(email.to),
        f'<a href="{_place(team, email)}">{escape(email.subject)}</a>',
        escape(email.last_event),
        escape(team),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _one(team: str, email: Email) -> Page:
    facts: dict[str, Any] = {
        "From": escape(email.sender),
        "To": _addresses(email.to),
        "Cc": _addresses(email.cc),
        "Bcc": _addresses(email.bcc),
        "Reply to": escape(", ".join(email.reply_to)),
        "Taken in": escape(moment(email.created_s)),
        "Scheduled": "" if email.scheduled_s is None else escape(moment(email.scheduled_s)),
        "What happened": escape(" → ".join(email.events)),
        "Tags": escape(", ".join(f"{name}={value}" for name, value in email.tags)),
        "Headers": escape(", ".join(f"{name}: {value}" for name, value in (email.headers or {}).items())),
        "Attachments": escape(", ".join(str(each.get("filename", "unnamed")) for each in email.attachments)),
        "Id": escape(email.id),
    }
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts.items() if value)
    body = f"<table>{rows}</table>"
    if email.html:
        body += f'<h2>HTML</h2><iframe sandbox="" title="The mail" src="{_place(team, email)}/html"></iframe>'
    if email.text:
        body += f"<h2>Text</h2><pre>{escape(email.text)}</pre>"
    return Page(200, _document(email.subject, body + '<p><a href="/_brownout/inbox">All mails</a></p>'))


def _place(team: str, email: Email) -> str:
    return f"/_brownout/inbox/{escape(quote(team, safe=''))}/{email.id}"


def _addresses(given: Any) -> str:
    return ", ".join(f'<a href="/_brownout/inbox?to={quote(bare(each), safe="")}">{escape(each)}</a>' for each in given)


def _document(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>'


def sent(state: State) -> Sequence[Iterator[SentMessage]]:
    """The same for whoever shows what all vendors have sent; the newest first."""
    return (_mails(state),)


def _mails(state: State) -> Iterator[SentMessage]:
    for email in state.emails.newest_first():
        to, html, text = ", ".join(email.to), email.html or "", email.text or ""
        at_s, subject = email.created_s, email.subject
        yield SentMessage(email.id, "mail", at_s, to, email.sender, email.last_event, subject, text, html)


PAGES: Final[Mapping[str, PageOf[State]]] = {"inbox": inbox}
