from brownout_harness.wire.books import Books, Passage, Tally
from brownout_harness.wire.chain import Strike
from brownout_harness.wire.toxic import Stream


def test_what_is_forgotten_is_counted() -> None:
    books = Books(kept=2)
    for number in (1, 2, 3, 4):
        books.open(Passage("a", number, 0.0, "127.0.0.1:1"))
    assert ([each.connection for each in books.passages], books.forgotten) == ([3, 4], 2)


def test_a_passage_is_told_whole() -> None:
    passage = Passage("a", 1, 2.5, "127.0.0.1:1")
    passage.bytes[Stream.UPSTREAM].add(Tally(straight=3, taken=7, given=1))
    passage.strikes.append((Stream.UPSTREAM, Strike("slow", "latency", 3.0, 4.0, chunks=2, bytes=10)))
    assert passage.as_json() == {
        "proxy": "a",
        "connection": 1,
        "opened_s": 2.5,
        "closed_s": None,
        "client": "127.0.0.1:1",
        "seen_as": "",
        "bytes": {"upstream": {"received": 10, "sent": 4}, "downstream": {"received": 0, "sent": 0}},
        "strikes": [
            {
                "stream": "upstream",
                "toxic": "slow",
                "type": "latency",
                "first_s": 3.0,
                "last_s": 4.0,
                "chunks": 2,
                "bytes": 10,
                "ends": 0,
            }
        ],
        "fate": "",
    }
