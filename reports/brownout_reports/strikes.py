"""What the faults of links did, one record for each connection: a row of a run as those of `rows.py`."""

from typing import NamedTuple

from brownout_reports.fields import Instant


class StrikeRow(NamedTuple):
    """What one fault did to one connection of a link, in one direction."""

    at_s: Instant
    """The first that it did."""
    rule: str
    process: str
    """Of the target's, whose link it is."""
    peer: str
    """A vendor, `redis`, or one of the target's upstreams."""
    number: int
    """The link's first connection is 1."""
    connection: int = 0
    """The port by which the peer knows it, as in a vendor's ledger; 0: it did not get there."""
    stream: str = ""
    """`upstream` to the peer, `downstream` from it; empty: both."""
    until_s: Instant = 0.0
    """The last that it did."""
    chunks: int = 0
    """Pieces that it delayed, cut or dropped."""
    bytes: int = 0
    """Of those, as they came."""
    ends: int = 0
    """Whether it ended the connection, or delayed its end."""
