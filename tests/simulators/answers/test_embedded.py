"""What the books tell of vectors: bounded, whatever is embedded."""

from brownout_simulators.answers.answering import digest_of
from brownout_simulators.answers.embedded import EMBEDDED, TEXTS, embedded


def test_the_books_tell_of_which_texts_vectors_are_and_how_they_begin() -> None:
    told = embedded(["a", "b"], [[0.5, 0.1], [0.25, 0.2]])
    assert told == {
        "text_digests": [digest_of(b"a"), digest_of(b"b")],
        "dimensions": 2,
        "first_0": 0.5,
        "first_1": 0.25,
    }
    assert told.keys() <= set(EMBEDDED)


def test_of_many_texts_some_are_told_and_none_in_words() -> None:
    told = embedded(["x" * 5_000] * 2_048, [[0.5] * 4] * 2_048)
    assert told["text_digests"] == [digest_of(b"x" * 5_000)] * TEXTS
    assert told.keys() == set(EMBEDDED)
