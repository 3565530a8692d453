import pytest

from voting.kernel.suites import BadSignature
from voting.ledger import proof
from voting.ledger.note import NoteKey
from voting.ledger.proof import LogProof
from voting.ledger.refusals import MalformedNote, MalformedProof, NotInLog, UnknownSigner

_HEAD = b"c2sp.org/tlog-proof@v1\nindex 0"


@pytest.fixture
def key(vectors):
    return NoteKey.parse(vectors["checkpoint"]["log_vkey"])


@pytest.fixture
def entry(vectors):
    return bytes.fromhex(vectors["leaves"][5])


@pytest.fixture
def fifth(vectors):
    (case,) = (c for c in vectors["inclusion"] if (c["size"], c["index"]) == (8, 5))
    hashes = tuple(bytes.fromhex(sibling) for sibling in case["proof"])
    return LogProof(5, hashes, vectors["checkpoint"]["cosigned"].encode())


def test_the_file_is_that_of_the_reference(vectors, fifth, entry, key):
    """Leaf 5 of 8, against the cosigned checkpoint."""
    data = (
        "c2sp.org/tlog-proof@v1\n"
        "index 5\n"
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"
        "\n"
        f"{vectors['checkpoint']['cosigned']}"
    ).encode()
    assert fifth.to_bytes() == data
    assert proof.parse(data) == fifth
    assert fifth.verify(entry, key).size == 8


def test_what_is_enclosed_comes_back(fifth, entry, key):
    enclosed = LogProof(fifth.index, fifth.hashes, fifth.checkpoint_note, extra=b"opening\0")
    read = proof.parse(enclosed.to_bytes())
    assert read == enclosed
    assert read.verify(entry, key).size == 8


def test_the_only_entry_needs_no_path(fifth):
    alone = LogProof(0, (), fifth.checkpoint_note)
    assert proof.parse(alone.to_bytes()) == alone


def test_another_entry_or_place_is_not_in_the_log(fifth, entry, key):
    with pytest.raises(NotInLog):
        fifth.verify(entry + b"\0", key)
    for index in (0, 4, 6, 8, 2**63 - 1):
        with pytest.raises(NotInLog):
            LogProof(index, fifth.hashes, fifth.checkpoint_note).verify(entry, key)


@pytest.mark.parametrize(
    "change",
    [
        lambda hashes: hashes[:-1],
        lambda hashes: (*hashes, hashes[0]),
        lambda hashes: hashes[::-1],
        lambda hashes: (hashes[1], hashes[0], hashes[2]),
        lambda hashes: (bytes(32), *hashes[1:]),
        lambda _: (),
    ],
)
def test_another_path_does_not_lead_to_the_root(fifth, entry, key, change):
    spoilt = LogProof(5, change(fifth.hashes), fifth.checkpoint_note)
    with pytest.raises(NotInLog):
        spoilt.verify(entry, key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("c2sp", " c2sp"),
        ("index 5", "index 05"),
        ("index 5", "index +5"),
        ("index 5", "index  5"),
        ("index 5", "index 5 "),
        ("index 5", "index \u0665"),
        ("index 5", f"index {2**63}"),
        ("index 5", "Index 5"),
        ("index 5\n", ""),
        ("index 5", "extra\nindex 5"),
        ("index 5", "extra \nindex 5"),
        ("index 5", "extra QQ\nindex 5"),
        ("index 5", "extra QR==\nindex 5"),
        ("index 5", "extra QQ==\nextra QQ==\nindex 5"),
        ("index 5\n", "index 5\nextra QQ==\n"),
        ("nms=", "nms"),
        ("nms=", "nmt="),
        ("nms=", "nms= "),
        ("Lc=\n\n", "Lc=\n"),
        ("1/8", "1_8"),
        ("\n", "\r\n"),
    ],
)
def test_any_other_spelling_is_not_a_proof(fifth, key, entry, old, new):
    text = fifth.to_bytes().decode()
    head, blank, signed = text.partition("\n\n")
    assert old in head + blank
    with pytest.raises((MalformedProof, MalformedNote)):
        proof.parse(((head + blank).replace(old, new) + signed).encode()).verify(entry, key)


def test_an_empty_line_moved_upwards_changes_what_must_have_been_signed(fifth, key, entry):
    data = fifth.to_bytes().replace(b"nms=\n", b"nms=\n\n")
    with pytest.raises(BadSignature):
        proof.parse(data).verify(entry, key)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\n\n", b"c2sp.org/tlog-proof@v1\n\n", _HEAD])
def test_bytes_that_are_no_proof_are_refused(data):
    with pytest.raises(MalformedProof):
        proof.parse(data)


def test_a_file_of_absurd_length_is_refused_unread(fifth):
    with pytest.raises(MalformedProof):
        proof.parse(fifth.to_bytes() + bytes(proof.MAX_BYTES))


def test_no_tree_is_higher_than_63_hashes(fifth):
    line = b"A" * 43 + b"=\n"
    highest = fifth.to_bytes().replace(b"index 5\n", b"index 5\n" + line * 60)
    assert len(proof.parse(highest).hashes) == 63
    with pytest.raises(MalformedProof):
        proof.parse(highest.replace(b"index 5\n", b"index 5\n" + line))


def test_every_changed_byte_of_the_file_is_refused(fifth, entry, key):
    """Except within the line of a witness that this reader does not know."""
    data = fifth.to_bytes()
    own = data.rindex("\u2014".encode())
    for place in range(own):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises((MalformedProof, MalformedNote, NotInLog, BadSignature, UnknownSigner)):
            proof.parse(bytes(changed)).verify(entry, key)


def test_what_the_file_has_no_form_for_is_not_written(fifth):
    with pytest.raises(ValueError, match="empty enclosure"):
        LogProof(0, (), fifth.checkpoint_note, extra=b"")
    with pytest.raises(ValueError, match="32 bytes"):
        LogProof(0, (b"short",), fifth.checkpoint_note)
    with pytest.raises(ValueError, match="that long"):
        LogProof(-1, (), fifth.checkpoint_note)
