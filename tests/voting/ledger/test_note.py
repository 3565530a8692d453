import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel.suites import BadSignature, WeakKey
from voting.ledger import note
from voting.ledger.note import NoteKey, Signer
from voting.ledger.refusals import MalformedKey, MalformedNote, UnknownSigner

NAME = "vote.example.org/register"
TEXT = "first\nsecond\n"


@pytest.fixture(scope="module")
def signer():
    return Signer(NAME, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture(scope="module")
def other():
    return Signer("other.example.org", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def _line(data):
    return data.split(b"\n\n")[-1]


def test_a_signed_note_opens_to_its_text(signer):
    opened = note.open_note(note.sign(TEXT, signer), [signer.key])
    assert opened.text == TEXT
    assert [(s.name, s.key_id) for s in opened.signatures] == [(NAME, signer.key.key_id)]


def test_keys_and_signatures_are_those_of_go(vectors):
    expected = vectors["checkpoint"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(expected["log_seed"]))
    signer = Signer(expected["log_vkey"].split("+")[0], private)

    assert signer.key.public.hex() == expected["log_pub"]
    assert signer.key.key_id.hex() == expected["log_key_id"]
    assert signer.key.vkey == expected["log_vkey"]
    assert NoteKey.parse(expected["log_vkey"]) == signer.key
    assert signer.sign(expected["body"].encode()).hex() == expected["raw_sig"]
    assert note.sign(expected["body"], signer) == expected["signed"].encode()


@given(st.text(st.characters(codec="utf-8", min_codepoint=32) | st.just("\n")))
def test_any_plain_text_survives_signing(signer, text):
    """Empty lines, trailing empty lines and lines that look like signatures included."""
    opened = note.open_note(note.sign(text + "\n", signer), [signer.key])
    assert opened.text == text + "\n"


@pytest.mark.parametrize("text", ["", "no end", "tab\t\n", "dos\r\n", "nul\0\n"])
def test_a_text_that_no_reader_would_accept_is_not_signed(signer, text):
    with pytest.raises(ValueError, match="line feed"):
        note.sign(text, signer)


def test_no_changed_byte_opens(signer):
    data = note.sign(TEXT, signer)
    for place in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            changed = bytearray(data)
            changed[place] ^= bit
            with pytest.raises((MalformedNote, BadSignature, UnknownSigner)):
                note.open_note(bytes(changed), [signer.key])


def test_an_unknown_key_is_passed_over(signer, other):
    data = note.sign(TEXT, signer) + _line(note.sign(TEXT, other))
    assert [s.name for s in note.open_note(data, [signer.key]).signatures] == [NAME]
    both = note.open_note(data, [other.key, signer.key]).signatures
    assert [s.name for s in both] == [NAME, "other.example.org"]


def test_the_same_name_with_another_key_id_is_passed_over(signer):
    stranger = Signer(NAME, Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
    forged = note.sign("another text\n", stranger)
    data = _line(forged)
    opened = note.open_note(note.sign(TEXT, signer) + data, [signer.key])
    assert len(opened.signatures) == 1


def test_a_note_signed_by_strangers_only_is_refused(signer, other):
    with pytest.raises(UnknownSigner):
        note.open_note(note.sign(TEXT, other), [signer.key])
    with pytest.raises(UnknownSigner):
        note.open_note(note.sign(TEXT, signer), [])


@pytest.mark.parametrize("bad_first", [True, False])
def test_a_bad_line_of_a_known_key_spoils_a_note_with_good_lines(signer, other, bad_first):
    good = _line(note.sign(TEXT, signer))
    bad = _line(note.sign("another text\n", other))
    lines = bad + good if bad_first else good + bad
    with pytest.raises(BadSignature) as caught:
        note.open_note(TEXT.encode() + b"\n" + lines, [signer.key, other.key])
    assert caught.value.facts == {"key": "other.example.org"}


def test_a_bad_repetition_spoils_the_note_and_a_good_one_counts_once(signer):
    data = note.sign(TEXT, signer)
    assert len(note.open_note(data + _line(data), [signer.key]).signatures) == 1
    with pytest.raises(BadSignature):
        note.open_note(data + _line(note.sign("another text\n", signer)), [signer.key])


def test_sixteen_lines_are_read(signer):
    data = note.sign(TEXT, signer)
    for number in range(15):
        name = f"witness{number}.example.org"
        # As long as an ML-DSA-44 cosignature.
        blob = base64.b64encode(bytes(4 + 8 + 2420)).decode()
        data += f"\u2014 {name} {blob}\n".encode()
    assert note.open_note(data, [signer.key]).text == TEXT


def test_a_text_inserted_by_a_second_empty_line_is_not_what_was_signed(signer):
    text, line = note.sign(TEXT, signer).split(b"\n\n")
    with pytest.raises(BadSignature):
        note.open_note(text + b"\n\n\n" + line, [signer.key])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\u2014", "-"),
        ("\u2014", "\u2013"),
        ("\u2014 ", "\u2014"),
        ("\u2014 ", " \u2014 "),
        ("\u2014 ", "\u2014  "),
        (f" {NAME} ", f" {NAME}  "),
        (f" {NAME} ", "  "),
        (f" {NAME} ", " a+b "),
        (f" {NAME} ", " a\u00a0b "),
        (f" {NAME} ", " a\tb "),
        ("\n\n", "\n"),
        ("\n", "\r\n"),
        ("first", "fir\x7fst\x1f"),
        ("=\n", "==\n"),
        ("=\n", "\n"),
        ("=\n", "= \n"),
        ("=\n", "=\n\n"),
        ("=\n", "="),
        ("=\n", "=\n\u2014 x AAAAAA==\n"),
        ("=\n", "=\n\u2014 x \n"),
        ("=\n", "=\n\u2014 x\n"),
        ("=\n", "=\n\u2014 x AAAAAAA_\n"),
        ("=\n", "=\n\u2014 x AAAAAAB=\n"),
    ],
)
def test_any_other_spelling_is_not_a_note(signer, old, new):
    data = note.sign(TEXT, signer).decode()
    assert old in data
    with pytest.raises(MalformedNote):
        note.open_note(data.replace(old, new).encode(), [signer.key])


def test_stray_bits_in_the_padding_are_refused(signer):
    """Python's decoder reads both spellings as the same bytes; a note has one spelling."""
    data = note.sign(TEXT, signer)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    assert data.endswith(b"=\n")
    twin = alphabet[alphabet.index(data[-3]) + 1]
    with pytest.raises(MalformedNote):
        note.open_note(data[:-3] + bytes([twin]) + b"=\n", [signer.key])


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\n\n", TEXT.encode(), b"text\n\n", b"text\n\n\xff\n", b"x" * 65_537],
)
def test_bytes_that_are_no_note_are_refused(signer, data):
    with pytest.raises(MalformedNote):
        note.open_note(data, [signer.key])


def test_two_keys_that_look_alike_cannot_both_be_trusted(signer):
    with pytest.raises(ValueError, match="cannot be told apart"):
        note.open_note(note.sign(TEXT, signer), [signer.key, signer.key])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+5525e9e2", "+5525E9E2"),
        ("+5525e9e2", "+5525e9e3"),
        ("+5525e9e2", "+5525e9e"),
        ("+5525e9e2", ""),
        ("+5525e9e2", " +5525e9e2"),
        ("vote.", "vota."),
        ("+AQ", "+BA"),
        ("+AQ", "+AA"),
        ("+AQ", "+"),
        ("VTG4", "VTG4AAAA"),
        ("VTG4", "VTG5"),
        ("VTG4", "VTG4 "),
        ("VTG4", "VTG4\n"),
    ],
)
def test_a_vkey_has_one_spelling(vectors, old, new):
    vkey = vectors["checkpoint"]["log_vkey"]
    assert old in vkey
    with pytest.raises((MalformedKey, WeakKey)):
        NoteKey.parse(vkey.replace(old, new))


def test_a_key_for_which_anybody_could_sign_is_refused():
    with pytest.raises(WeakKey):
        NoteKey(NAME, bytes([1]) + bytes(31))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\x00b"])
def test_a_name_that_would_break_the_line_is_no_key_name(signer, name):
    with pytest.raises(ValueError, match="not a key name"):
        NoteKey(name, signer.key.public)
