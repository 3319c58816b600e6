"""What the books tell of vectors: bounded, whatever is embedded."""

from brownout_simulators.answers.embedded import CHARACTERS, EMBEDDED, TEXTS, embedded


def test_the_books_tell_of_which_texts_vectors_are_and_how_they_begin() -> None:
    told = embedded(["a", "b"], [[0.5, 0.1], [0.25, 0.2]])
    assert told == {"texts": ["a", "b"], "dimensions": 2, "first_0": 0.5, "first_1": 0.25}
    assert told.keys() <= set(EMBEDDED)


def test_of_much_the_beginnings_are_told() -> None:
    told = embedded(["x" * 5_000] * 2_048, [[0.5] * 4] * 2_048)
    assert [len(text) for text in told["texts"]] == [CHARACTERS] * TEXTS
    assert told.keys() == set(EMBEDDED)
