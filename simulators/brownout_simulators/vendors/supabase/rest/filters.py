"""`col=not.op(any).value`, `or=(a.eq.1,and(b.gt.2,c.is.null))`, `order=a.desc.nullslast`."""

from collections.abc import Callable
from typing import Final

from brownout_simulators.vendors.supabase.database.conditions import elements
from brownout_simulators.vendors.supabase.database.query import Field, Filter, Logic, Order
from brownout_simulators.vendors.supabase.rest.scanner import Scanner

_QUANTIFIED: Final = ("eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch")
_PLAIN: Final = (*_QUANTIFIED, "neq", "isdistinct", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj")
_TEXT_SEARCH: Final = ("fts", "plfts", "phfts", "wfts")
_IS: Final = ("null", "not_null", "true", "false", "unknown")
_OPERATOR: Final = "operator (eq, gt, ...)"


def read_filter(key: str, text: str) -> tuple[list[str], Filter]:
    """The embeds on the way, and the filter. Raises `Unreadable`."""
    path, field = read_place(key)
    scanner = Scanner(text, "filter")
    found = _operation(scanner, field, lambda: scanner.until(""))
    scanner.ends()
    return path, found


def read_place(key: str) -> tuple[list[str], Field]:
    """`rel.sub.col->a`: the embeds on the way, and the field."""
    scanner = Scanner(key, "tree path")
    names = [scanner.name()]
    while scanner.takes("."):
        names.append(scanner.name())
    path, as_text = scanner.path()
    scanner.ends('letter, digit, "-", "->>", "->", delimiter (.) or end of input')
    return names[:-1], Field(names[-1], path, as_text)


def read_logic(key: str, text: str) -> tuple[list[str], Logic]:
    """`rel.not.or=(…)`: the embeds on the way, and the tree."""
    parts = key.split(".")
    path = [part for part in parts[:-1] if part != "not"]
    scanner = Scanner(text, "logic tree")
    scanner.blanks()
    children = _children(scanner)
    scanner.ends()
    return path, Logic(parts[-1] == "or", children, "not" in parts[:-1])


def _children(scanner: Scanner) -> list[Filter | Logic]:
    scanner.needs("(")
    scanner.enter()
    scanner.blanks()
    children = [_node(scanner)]
    scanner.blanks()
    while scanner.takes(","):
        scanner.blanks()
        children.append(_node(scanner))
        scanner.blanks()
    scanner.leave()
    scanner.needs(")", '"," or ")"')
    scanner.blanks()
    return children


def _node(scanner: Scanner) -> Filter | Logic:
    start = scanner.at
    negated = scanner.takes("not.")
    for word in ("and", "or"):
        before = scanner.at
        if scanner.takes(word):
            scanner.blanks()
            if scanner.sees("("):
                return Logic(word == "or", _children(scanner), negated)
            scanner.at = before
    scanner.at = start
    name = scanner.name()
    path, as_text = scanner.path()
    scanner.blanks()
    scanner.needs(".", "delimiter (.)")
    return _operation(scanner, Field(name, path, as_text), lambda: _value_in_tree(scanner))


def _value_in_tree(scanner: Scanner) -> str:
    """A value ends at a comma or a bracket, unless it is quoted, or an array."""
    if scanner.sees('"'):
        found = scanner.attempt(lambda: _whole_quoted(scanner))
        if found is not None:
            return found
    if scanner.sees("{"):
        end = scanner.text.find("}", scanner.at)
        if end > 0 and "{" not in scanner.text[scanner.at + 1 : end]:
            found = scanner.text[scanner.at : end + 1]
            scanner.at = end + 1
            return found
    return scanner.until(",)")


def _whole_quoted(scanner: Scanner) -> str:
    found = scanner.quoted()
    if not scanner.is_done and scanner.text[scanner.at] not in ",)":
        raise scanner.fail('"," or ")"')
    return found


def _operation(scanner: Scanner, field: Field, value: Callable[[], str]) -> Filter:
    negated = scanner.takes("not.")
    if scanner.takes("in."):
        return Filter(field, "in", values=_list(scanner), negated=negated)
    if scanner.takes("is."):
        return Filter(field, "is", _is_value(scanner), negated=negated)
    start = scanner.at
    word = scanner.until(".(")
    suffix = _bracketed(scanner)
    if not scanner.takes("."):
        word = ""
    if word in _PLAIN and not suffix:
        return Filter(field, word, value(), negated=negated)
    if word in _TEXT_SEARCH:
        return Filter(field, word, value(), negated=negated, language=suffix)
    if word in _QUANTIFIED and suffix in ("any", "all"):
        return Filter(field, word, values=elements(value()), negated=negated, quantifier=suffix)
    scanner.at = start
    raise scanner.fail(_OPERATOR if negated else f'"not" or {_OPERATOR}')


def _is_value(scanner: Scanner) -> str:
    lowered = scanner.text[scanner.at :].lower()
    for word in _IS:
        rest = lowered[len(word) : len(word) + 1]
        if lowered.startswith(word) and rest in ("", ",", ")"):
            scanner.at += len(word)
            return word
    raise scanner.fail("isVal: (null, not_null, true, false, unknown)")


def _bracketed(scanner: Scanner) -> str:
    if not scanner.sees("("):
        return ""
    end = scanner.text.find(")", scanner.at)
    if end < 0:
        return ""
    found = scanner.text[scanner.at + 1 : end].strip()
    scanner.at = end + 1
    return found


def _list(scanner: Scanner) -> list[str]:
    """`("a,b",c)`. supabase-js quotes a value, and does not escape the quotation marks within: such a value is read as
    it stands, up to the next comma."""
    scanner.blanks()
    scanner.needs("(")
    found = [_element(scanner)]
    while scanner.takes(","):
        found.append(_element(scanner))
    scanner.needs(")", '"," or ")"')
    scanner.blanks()
    return found


def _element(scanner: Scanner) -> str:
    if scanner.sees('"'):
        found = scanner.attempt(lambda: _whole_quoted(scanner))
        if found is not None:
            return found
    return scanner.until(",)")


def read_order(text: str) -> list[Order]:
    """Terms with commas between. Raises `Unreadable`."""
    scanner = Scanner(text, "order")
    terms = [_term(scanner)]
    while scanner.takes(","):
        terms.append(_term(scanner))
    scanner.ends('"," or end of input')
    return terms


def _term(scanner: Scanner) -> Order:
    scanner.blanks()
    name = scanner.name()
    relation = ""
    if scanner.takes("("):
        relation, name = name, scanner.name()
    path, as_text = scanner.path()
    if relation:
        scanner.needs(")")
    descending = False
    nulls_first: bool | None = None
    words = {"asc", "desc", "nullsfirst", "nullslast"}
    while scanner.takes("."):
        word = next((word for word in sorted(words) if scanner.takes(word)), None)
        if word is None:
            quoted = [f'"{each}"' for each in ("asc", "desc", "nullsfirst", "nullslast") if each in words]
            raise scanner.fail(f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else "end of input")
        if word in ("asc", "desc"):
            descending = word == "desc"
            words -= {"asc", "desc"}
        else:
            nulls_first = word == "nullsfirst"
            words = set()
    scanner.blanks()
    if not scanner.is_done and not scanner.sees(","):
        raise scanner.fail('"," or end of input')
    return Order(Field(name, path, as_text), descending, nulls_first, relation)
