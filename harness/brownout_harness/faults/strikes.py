"""What the faults of links have struck: from the proxies' books to evidence.

On the wire there are connections only. Which requests were struck, the vendor's books tell: a request has the port
that it came from, and the proxy knows from which one it speaks to the vendor.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from brownout_harness.faults.linked import DOWN, Linked
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import FaultCount
from brownout_reports.rows import REQUEST, LedgerRow, OperationRow, schema_of
from brownout_reports.strikes import StrikeRow
from brownout_reports.tables import Rows
from brownout_scenarios.phases import Link

CUT: Final = "the proxy was taken down"
"""The fate of a connection that was open when its link went down, as proxies write it."""
UPSTREAM: Final = "upstream"


class Books(NamedTuple):
    """Of one link, after the run. Instants are seconds since its start."""

    link: Link
    """Of one process."""
    is_of_vendor: bool
    """Its peer is a vendor, which keeps books of its own."""
    rules: tuple[Linked, ...]
    passages: tuple[Mapping[str, Any], ...]
    """Each connection, as a proxy tells it."""
    start_at_s: float = 0.0
    """The run's start, on the clock of the passages."""

    def strikes(self) -> Iterator[StrikeRow]:
        """Each connection with what each fault did to it."""
        known = {rule.id: rule for rule in self.rules}
        for passage in self.passages:
            port, number = _port(passage["seen_as"]), passage["connection"]
            for each in passage["strikes"]:
                if each["toxic"] in known:
                    yield StrikeRow(
                        at_s=each["first_s"] - self.start_at_s,
                        rule=each["toxic"],
                        process=self.link.process,
                        peer=self.link.peer,
                        number=number,
                        connection=port,
                        stream=each["stream"],
                        until_s=each["last_s"] - self.start_at_s,
                        chunks=each["chunks"],
                        bytes=each["bytes"],
                        ends=each["ends"],
                    )
            closed_s = self._over_s(passage)
            for rule in self._cut(passage, closed_s):
                process, peer = self.link.process, self.link.peer
                yield StrikeRow(closed_s, rule.id, process, peer, number, port, until_s=closed_s, ends=1)

    def _cut(self, passage: Mapping[str, Any], closed_s: float) -> list[Linked]:
        if passage["fate"] != CUT:
            return []
        return [rule for rule in self.rules if rule.kind == DOWN and rule.start_s <= closed_s <= rule.end_s]

    def counts(self) -> dict[str, FaultCount]:
        """By fault, how many connections were open while it was in force, and how many of them it struck."""
        struck: dict[str, set[int]] = defaultdict(set)
        for each in self.strikes():
            struck[each.rule].add(each.number)
        open_during = {rule.id: sum(map(self._is_open_during(rule), self.passages)) for rule in self.rules}
        return {rule.id: FaultCount(open_during[rule.id], len(struck[rule.id])) for rule in self.rules}

    def _is_open_during(self, rule: Linked) -> Any:
        def is_open(passage: Mapping[str, Any]) -> bool:
            return passage["opened_s"] - self.start_at_s < rule.end_s and self._over_s(passage) >= rule.start_s

        return is_open

    def _over_s(self, passage: Mapping[str, Any]) -> float:
        closed_s = passage["closed_s"]
        return float("inf") if closed_s is None else float(closed_s) - self.start_at_s


def counted(books: Iterable[Books]) -> dict[str, FaultCount]:
    """As `Books.counts`, of all links together: one fault may befall several."""
    counts: dict[str, FaultCount] = {}
    for each in books:
        for rule, count in each.counts().items():
            before = counts.get(rule, FaultCount())
            counts[rule] = FaultCount(before.matched + count.matched, before.struck + count.struck)
    return counts


class Seen(NamedTuple):
    """What links add to the evidence."""

    ledger: Rows[LedgerRow]
    """In which each request over a connection of a link also says which of the link's faults struck it."""
    strikes: Rows[StrikeRow]
    gaps: list[Gap]


def seen(books: Sequence[Books], ledger: Rows[LedgerRow], operations: Rows[OperationRow]) -> Seen:
    """Of a run: the links' books beside the vendors'."""
    strikes = Rows.of(StrikeRow, [strike for each in books for strike in each.strikes()])
    outside = operations.where(pl.col("asked_of") != "").values(pl.col("operation_id"))
    return Seen(_with_struck(ledger, books), strikes, _gaps_of_bypass(ledger, books, outside))


def _gaps_of_bypass(ledger: Rows[LedgerRow], books: Sequence[Books], outsiders: Iterable[str]) -> list[Gap]:
    """Where a vendor was asked past its link: by somebody who did not use the address that he was handed.

    `outsiders` are the ids under which others than the target are booked.
    """
    others, gaps = set(outsiders), []
    for vendor, ways in _by_vendor(books).items():
        beside = [row for row in _requests(ledger, vendor) if row.operation_id not in others and ways.of(row) is None]
        if beside:
            first = beside[0]
            told = f"{len(beside)} requests reached {vendor} beside its link, first {first.route} at {first.at_s:.3f} s"
            why = "the target does not use the address that it was handed, so the link's faults are not its own"
            gaps.append(Gap(GapKind.OTHER, f"{told}: {why}"))
    return gaps


def _with_struck(ledger: Rows[LedgerRow], books: Sequence[Books]) -> Rows[LedgerRow]:
    struck: list[tuple[str, int, list[str]]] = []
    for vendor, ways in _by_vendor(books).items():
        struck += [(vendor, seq, rules) for seq, rules in ways.struck(_requests(ledger, vendor)).items()]
    if not struck:
        return ledger
    named = pl.DataFrame(struck, schema=["vendor", "seq", "_struck"], orient="row")
    found = named.with_columns(pl.col("seq").cast(schema_of(LedgerRow)["seq"]), pl.lit(REQUEST).alias("entry"))
    joined = ledger.frame.join(found.lazy(), on=["vendor", "seq", "entry"], how="left", maintain_order="left")
    faults = pl.concat_list(pl.col("faults"), pl.col("_struck").fill_null([]))
    return Rows(LedgerRow, joined.with_columns(faults.alias("faults")).drop("_struck"))


class _Way(NamedTuple):
    """One connection as the vendor knows it: its port, from when on."""

    opened_s: float
    strikes: tuple[StrikeRow, ...]


class _Ways:
    """All connections of a vendor's links, by their ports."""

    def __init__(self, books: Iterable[Books]) -> None:
        self._of_port: dict[int, list[_Way]] = defaultdict(list)
        for book in books:
            strikes: dict[int, list[StrikeRow]] = defaultdict(list)
            for each in book.strikes():
                strikes[each.number].append(each)
            for passage in book.passages:
                way = _Way(passage["opened_s"] - book.start_at_s, tuple(strikes[passage["connection"]]))
                self._of_port[_port(passage["seen_as"])].append(way)
        for ways in self._of_port.values():
            ways.sort(key=lambda way: way.opened_s)

    def of(self, row: "_Request") -> _Way | None:
        """The connection that a request came over; a port may have been another's before."""
        ways = self._of_port.get(row.connection, [])
        place = bisect_right(ways, row.at_s, key=lambda way: way.opened_s)
        return ways[place - 1] if place else None

    def struck(self, rows: Iterable["_Request"]) -> dict[int, list[str]]:
        """By a request's number, which faults struck it."""
        over: dict[int, tuple[_Way, list[_Request]]] = {}
        for row in rows:
            if (way := self.of(row)) is not None and way.strikes:
                over.setdefault(id(way), (way, []))[1].append(row)
        found: dict[int, list[str]] = defaultdict(list)
        for way, asked in over.values():
            at_s = [row.at_s for row in asked]
            for strike in way.strikes:
                for row in asked[_touched(strike, at_s)]:
                    if strike.chunks or row.finished_s >= strike.at_s:  # an end touches what is under way alone
                        found[row.seq].append(strike.rule)
        return found


def _touched(strike: StrikeRow, at_s: Sequence[float]) -> slice:
    """Which of the requests on a connection it struck: from the first that it touched to the last.

    They come one after the other. What goes up was touched before the vendor had it, what comes down after that.
    """
    if strike.stream == UPSTREAM:
        return slice(bisect_left(at_s, strike.at_s), bisect_left(at_s, strike.until_s) + 1)
    return slice(max(0, bisect_right(at_s, strike.at_s) - 1), bisect_right(at_s, strike.until_s))


class _Request(NamedTuple):
    seq: int
    connection: int
    at_s: float
    finished_s: float
    operation_id: str
    route: str


def _requests(ledger: Rows[LedgerRow], vendor: str) -> list[_Request]:
    theirs = ledger.frame.filter((pl.col("vendor") == vendor) & (pl.col("entry") == REQUEST))
    return [_Request(*row) for row in theirs.select(_Request._fields).sort("at_s").collect().rows()]


def _by_vendor(books: Iterable[Books]) -> dict[str, _Ways]:
    by_peer: dict[str, list[Books]] = defaultdict(list)
    for book in books:
        if book.is_of_vendor:
            by_peer[book.link.peer].append(book)
    return {peer: _Ways(each) for peer, each in by_peer.items()}


def _port(address: str) -> int:
    port = address.rpartition(":")[2]
    return int(port) if port.isdecimal() else 0
