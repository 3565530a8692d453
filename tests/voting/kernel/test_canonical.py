"""One value, one text; everything else is refused."""

import json
import unicodedata
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel import canonical
from voting.kernel.canonical import NotCanonical, decode, encode

NFC_TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", text)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | NFC_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NFC_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_was_written_is_what_is_read(value):
    assert decode(encode(value)) == value


@given(VALUES)
def test_the_text_is_plain_json_for_every_reader(value):
    assert json.loads(encode(value)) == value


@given(st.dictionaries(NFC_TEXT, st.integers(0, 9), min_size=2))
def test_the_order_in_which_keys_were_given_leaves_no_trace(value):
    assert encode(dict(reversed(value.items()))) == encode(value)


@given(VALUES, st.sampled_from([" ", "\n", "\t", "\ufeff"]), st.booleans())
def test_a_blank_before_or_after_is_refused(value, blank, before):
    text = encode(value)
    with pytest.raises(NotCanonical):
        decode(blank.encode() + text if before else text + blank.encode())


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b"[1, 2]",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b"1.0",
        b"1e2",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"-0",
        b"01",
        b"[1,]",
        b'"\\u4e1a"',
        b'"\\/"',
        b'"\\u00e9"',
        '"e\u0301"'.encode(),
        '{"e\u0301":1}'.encode(),
        '{"e\u0301":1,"\u00e9":2}'.encode(),
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b"",
        b"nothing",
        str(2**53).encode(),
        str(-(2**53)).encode(),
        b"9" * 5000,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_every_other_spelling_is_refused(data):
    with pytest.raises(NotCanonical):
        decode(data)


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), b"bytes", {1: "a"}, {None: 1}, (1, 2), {1, 2}, object()],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_an_error(value):
    with pytest.raises(TypeError):
        encode({"key": value} if not isinstance(value, dict) else value)


@pytest.mark.parametrize("value", [2**53, -(2**53), 10**4000])
def test_an_integer_that_javascript_would_round_is_an_error(value):
    with pytest.raises(ValueError, match=r"2\*\*53"):
        encode([value])


def test_a_word_of_an_enumeration_is_written_as_the_word_it_is():
    class Word(StrEnum):
        LATIN = "shop"
        CHINESE = "车位"

    assert encode({word: [word] for word in Word}) == '{"shop":["shop"],"车位":["车位"]}'.encode()


def test_a_lone_surrogate_is_an_error():
    with pytest.raises(TypeError, match="surrogates"):
        encode("\ud800")


def test_the_largest_safe_integers_are_kept():
    assert encode([2**53 - 1, 1 - 2**53]) == b"[9007199254740991,-9007199254740991]"


def test_texts_and_keys_are_written_in_nfc_and_raw():
    assert encode({"e\u0301": "业主"}) == '{"\u00e9":"业主"}'.encode()


def test_two_keys_that_are_one_in_nfc_are_an_error():
    """One of the two values would silently be lost."""
    with pytest.raises(ValueError, match="twice"):
        encode({"e\u0301": 1, "\u00e9": 2})


def test_true_is_not_one():
    assert encode([True, 1, False, 0, None]) == b"[true,1,false,0,null]"


def test_the_digest_is_lower_case_hexadecimal_sha256():
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert canonical.digest(b"abc") == expected
