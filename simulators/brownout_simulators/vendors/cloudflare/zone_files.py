"""A zone's records as a file in BIND's form: written, and read again."""

from collections.abc import Iterator
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.multipart import parts_of
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.cloudflare.dialect import moment, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.filters import listed
from brownout_simulators.vendors.cloudflare.record_book import RecordBook
from brownout_simulators.vendors.cloudflare.record_content import DATA, PROXIABLE, TYPES
from brownout_simulators.vendors.cloudflare.records import reader, told
from brownout_simulators.vendors.cloudflare.resources import Object, State
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

READ: Final = TYPES - frozenset(DATA)
"""Types that a file is read for; the others, of fields, are parsed and not added."""
MOST_LINES: Final = 10_000


def export(call: Call, account: Account[State]) -> Reply:
    """GET …/export: text, with no envelope."""
    zone = zone_of(call, account)
    name = zone.row["name"]
    lines = [f";; Domain:     {name}.", f";; Exported:   {moment(account.wall_s())}", f"$ORIGIN {name}."]
    lines += [_line(row) for row in listed(account, zone, {})]
    return Reply(200, ("\n".join(lines) + "\n").encode(), {"Content-Type": "text/plain"})


def import_file(call: Call, account: Account[State]) -> Reply:
    """POST …/import: what is there already is not added again."""
    zone = zone_of(call, account)
    began = moment(account.wall_s())
    text, proxied = _form(call)
    book, reads = RecordBook(account, zone), reader(account, zone)
    effects: list[Effect] = []
    parsed = 0
    for said in _records(text, zone.row["name"]):
        parsed += 1
        if said["type"] not in READ:
            continue
        try:
            row = book.add(reads.record({**said, "proxied": proxied and said["type"] in PROXIABLE}))
        except Refused:
            continue
        effects.append(told(account, zone, "create", row))
    timing = {"start_time": began, "end_time": moment(account.wall_s()), "process_time": 0}
    return reply({"recs_added": len(effects), "total_records_parsed": parsed}, effects=effects, timing=timing)


def _line(row: Object) -> str:
    content = row["content"]
    if row["type"] == "TXT":
        content = '"' + content.strip('"').replace("\n", " ") + '"'
    if row["type"] in {"CNAME", "MX", "NS", "PTR"}:
        content += "."
    if row["type"] == "MX":
        content = f"{row['priority']} {content}"
    return f"{row['name']}.\t{row['ttl']}\tIN\t{row['type']}\t{content}"


def _form(call: Call) -> tuple[str, bool]:
    try:
        parts = {part.name: part.text for part in parts_of(call.headers.get("content-type", ""), call.body)}
    except ValueError as problem:
        raise refuse("bad_request", f"the file cannot be read: {problem}"[:200]) from None
    if "file" not in parts:
        raise refuse("bad_request", "file is needed")
    return parts["file"], parts.get("proxied") == "true"


def _records(text: str, zone: str) -> Iterator[dict[str, Any]]:
    """One record a line: name, seconds, IN, type, content; the middle two may be missing."""
    last = zone
    for raw in text.splitlines()[:MOST_LINES]:
        line = raw.partition(";")[0] if '"' not in raw else raw
        words = line.split(None, 1)
        if not words or line.startswith("$"):
            continue
        name, rest = (last, line.strip()) if line[0].isspace() else (words[0], words[1] if len(words) > 1 else "")
        last, ttl = name, 1
        fields = rest.split(None, 3)
        while fields and (fields[0].upper() == "IN" or (fields[0].isascii() and fields[0].isdecimal())):
            if fields[0].isdecimal():
                ttl = int(fields[0][:9])
            rest = rest.split(None, 1)[1] if len(rest.split(None, 1)) > 1 else ""
            fields = rest.split(None, 3)
        kind, _, content = rest.partition(" ") if " " in rest else rest.partition("\t")
        kind, _, more = kind.partition("\t")
        content = f"{more} {content}".strip()
        if kind.upper() == "SOA" or kind.upper() not in TYPES:
            continue
        yield {"name": name, "type": kind.upper(), "ttl": ttl, **_said(kind.upper(), content)}


def _said(kind: str, content: str) -> dict[str, Any]:
    if kind == "MX":
        priority, _, host = content.partition(" ")
        return {"priority": int(priority[:5]) if priority.isascii() and priority.isdecimal() else None, "content": host}
    return {"content": content.strip('"') if kind == "TXT" else content}


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/zones/{zone}/dns_records/export", export),
    Route("POST", "/zones/{zone}/dns_records/import", import_file),
)
