"""English words to their stems, as PostgreSQL's dictionary `english_stem` has them: the words that it passes over, and
the Porter2 algorithm (snowballstem.org/algorithms/english/stemmer.html; PostgreSQL 15 has Snowball 2's version)."""

import re
from functools import lru_cache
from typing import Final

_PASSED_OVER: Final = (
    "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their theirs themselves what which who whom this that these those am is are "
    "was were be been being have has had having do does did doing a an the and but if or because as until while of "
    "at by for with about against between into through during before after above below to from up down in out on "
    "off over under again further then once here there when where why how all any both each few more most other "
    "some such no nor not only own same so than too very s t can will just don should now"
)
STOP_WORDS: Final = frozenset(_PASSED_OVER.split())
"""PostgreSQL's `english.stop`."""

_WHOLE: Final = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
    **{word: word for word in ("sky", "news", "howe", "atlas", "cosmos", "bias", "andes")},
}  # fmt: skip
_KEPT: Final = frozenset({"inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"})
_REGION: Final = re.compile(r"[aeiouy][^aeiouy]")
_FIRST_REGION: Final = re.compile(r"gener|commun|arsen")
_SHORT: Final = re.compile(r"(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$")
_VOWEL: Final = re.compile(r"[aeiouy]")
_DOUBLE: Final = re.compile(r"(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$")

_SECOND: Final = {
    "ization": "ize", "ational": "ate", "fulness": "ful", "ousness": "ous", "iveness": "ive", "tional": "tion",
    "biliti": "ble", "lessli": "less", "entli": "ent", "ation": "ate", "alism": "al", "aliti": "al", "ousli": "ous",
    "iviti": "ive", "fulli": "ful", "enci": "ence", "anci": "ance", "abli": "able", "izer": "ize", "ator": "ate",
    "alli": "al", "bli": "ble",
}  # fmt: skip
_THIRD: Final = {
    "ational": "ate", "tional": "tion", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic", "ful": "",
    "ness": "",
}  # fmt: skip
_FOURTH: Final = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
    "al", "er", "ic",
)  # fmt: skip


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of a word in lower case."""
    if len(word) <= 2:
        return word
    if word in _WHOLE:
        return _WHOLE[word]
    word = re.sub(r"(^|[aeiouy])y", r"\1Y", word)
    first = _FIRST_REGION.match(word)
    r1 = first.end() if first is not None else _region(word, 0)
    r2 = _region(word, r1)
    word = _plural(word)
    if word in _KEPT:
        return word
    word = _past(word, r1)
    if word[-1] in "yY" and len(word) > 2 and not _VOWEL.match(word[-2]):
        word = f"{word[:-1]}i"
    word = _fourth(_third(_second(word, r1), r1, r2), r2)
    return _last(word, r1, r2).lower()


def _region(word: str, start: int) -> int:
    """Where the part begins that is behind the first vowel and the consonant after it."""
    found = _REGION.search(word, start)
    return len(word) if found is None else found.end()


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith(("us", "ss")) or not word.endswith("s"):
        return word
    return word[:-1] if _VOWEL.search(word[:-2]) else word


def _past(word: str, r1: int) -> str:
    for suffix in ("eedly", "eed"):
        if word.endswith(suffix):
            return f"{word[: -len(suffix)]}ee" if len(word) - len(suffix) >= r1 else word
    suffix = next((each for each in ("ingly", "edly", "ing", "ed") if word.endswith(each)), "")
    if not suffix or not _VOWEL.search(word[: -len(suffix)]):
        return word
    word = word[: -len(suffix)]
    if word.endswith(("at", "bl", "iz")):
        return f"{word}e"
    if _DOUBLE.search(word):
        return word[:-1]
    return f"{word}e" if r1 >= len(word) and _SHORT.search(word) else word


def _second(word: str, r1: int) -> str:
    suffix = next((each for each in _SECOND if word.endswith(each)), "")
    if suffix:
        return f"{word[: -len(suffix)]}{_SECOND[suffix]}" if len(word) - len(suffix) >= r1 else word
    if word.endswith("ogi"):
        return word[:-1] if len(word) - 3 >= r1 and word.endswith("logi") else word
    if word.endswith("li") and len(word) - 2 >= r1 and word[-3] in "cdeghkmnrt":
        return word[:-2]
    return word


def _third(word: str, r1: int, r2: int) -> str:
    suffix = next((each for each in _THIRD if word.endswith(each)), "")
    if suffix:
        return f"{word[: -len(suffix)]}{_THIRD[suffix]}" if len(word) - len(suffix) >= r1 else word
    return word[:-5] if word.endswith("ative") and len(word) - 5 >= r2 else word


def _fourth(word: str, r2: int) -> str:
    suffix = next((each for each in _FOURTH if word.endswith(each)), "")
    if not suffix or len(word) - len(suffix) < r2 or (suffix == "ion" and not word.endswith(("sion", "tion"))):
        return word
    return word[: -len(suffix)]


def _last(word: str, r1: int, r2: int) -> str:
    if word.endswith("e"):
        at = len(word) - 1
        return word[:-1] if at >= r2 or (at >= r1 and not _SHORT.search(word[:-1])) else word
    return word[:-1] if word.endswith("ll") and len(word) - 1 >= r2 else word
