"""`select=id,name,owner:profiles!jobs_owner_fkey!inner(id),meta->a->>b,amount::text,...rel(x)`."""

from brownout_simulators.vendors.supabase.database.query import Embed, Field, Pick, Query
from brownout_simulators.vendors.supabase.rest.scanner import Scanner

_AGGREGATES = ("sum", "avg", "count", "max", "min")
_END = '"::", ".", ")", "," or end of input'


def read_select(text: str) -> list[Pick | Embed]:
    """The picks of a select. Raises `Unreadable`."""
    scanner = Scanner(text, "select parameter")
    if not text:
        return []
    picks = _forest(scanner)
    scanner.ends('letter, digit, "-", "->>", "->", ' + _END)
    return picks


def _forest(scanner: Scanner) -> list[Pick | Embed]:
    picks: list[Pick | Embed] = []
    scanner.blanks()
    if scanner.sees(")"):
        return picks
    while True:
        scanner.blanks()
        picks.append(_item(scanner))
        scanner.blanks()
        if not scanner.takes(","):
            return picks


def _item(scanner: Scanner) -> Pick | Embed:
    if scanner.takes("..."):
        return _embed(scanner, "", is_spread=True)
    start = scanner.at
    if scanner.takes("*"):
        if scanner.is_done or scanner.text[scanner.at] in ",) \t":
            return Pick(Field("*"))
        raise scanner.fail('")", "," or end of input')
    alias = scanner.attempt(lambda: _alias(scanner)) or ""
    after_alias = scanner.at
    name = scanner.name()
    if scanner.sees("!") or (scanner.sees("(") and name != "count"):
        scanner.at = after_alias
        return _embed(scanner, alias, is_spread=False)
    if name == "count" and scanner.takes("()"):
        _cast(scanner)
        return Pick(Field("*"), alias, aggregate="count")
    scanner.at = after_alias
    del start
    return _column(scanner, alias)


def _alias(scanner: Scanner) -> str:
    name = scanner.name()
    scanner.needs(":")
    if scanner.sees(":"):
        raise scanner.fail("alias")
    return name


def _column(scanner: Scanner, alias: str) -> Pick:
    name = scanner.name()
    path, as_text = scanner.path()
    cast = _cast(scanner)
    aggregate = ""
    if scanner.takes("."):
        aggregate = next((word for word in _AGGREGATES if scanner.takes(f"{word}()")), "")
        if not aggregate:
            raise scanner.fail('"sum", "avg", "count", "max" or "min"')
        _cast(scanner)
    if not scanner.is_done and scanner.text[scanner.at] not in ",) \t":
        raise scanner.fail('letter, digit, "-", "->>", "->", ' + _END)
    return Pick(Field(name, path, as_text), alias, cast, aggregate)


def _cast(scanner: Scanner) -> str:
    if not scanner.takes("::"):
        return ""
    start = scanner.at
    while not scanner.is_done and (scanner.text[scanner.at].isalnum() or scanner.text[scanner.at] in "_ $"):
        scanner.at += 1
    found = scanner.text[start : scanner.at].strip()
    if not found:
        raise scanner.fail("letter or digit")
    return found


def _embed(scanner: Scanner, alias: str, *, is_spread: bool) -> Embed:
    name = scanner.name()
    hint, is_inner = "", False
    for _ in range(2):
        if not scanner.takes("!"):
            break
        word = scanner.name()
        if word in ("inner", "left"):
            is_inner = is_inner or word == "inner"
        else:
            hint = word
    scanner.needs("(")
    scanner.enter()
    picks = _forest(scanner)
    scanner.leave()
    scanner.needs(")", '"," or ")"')
    return Embed(name, Query(picks=picks), alias, hint, is_inner, is_spread)
