import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voting.kernel.suites import BadSignature
from voting.ledger import checkpoint, note
from voting.ledger.checkpoint import Checkpoint
from voting.ledger.note import NoteKey, Signer
from voting.ledger.refusals import MalformedCheckpoint, UnknownSigner, WrongOrigin
from voting.ledger.tree import EMPTY_ROOT

ORIGIN = "vote.example.org/bj/assembly-2026-0001"


@pytest.fixture
def signer(vectors):
    seed = bytes.fromhex(vectors["checkpoint"]["log_seed"])
    return Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(seed))


def test_checkpoints_are_those_of_go(vectors, signer):
    eight = Checkpoint(ORIGIN, 8, bytes.fromhex(vectors["roots"][8]))
    assert eight.text == vectors["checkpoint"]["body"]
    assert checkpoint.sign_checkpoint(eight, signer) == vectors["checkpoint"]["signed"].encode()
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert checkpoint.sign_checkpoint(empty, signer) == vectors["checkpoint_empty"].encode()


@pytest.mark.parametrize("form", ["signed", "cosigned"])
def test_a_checkpoint_opens_with_the_key_of_its_log(vectors, form):
    key = NoteKey.parse(vectors["checkpoint"]["log_vkey"])
    opened = checkpoint.open_checkpoint(vectors["checkpoint"][form].encode(), key)
    assert opened == Checkpoint(ORIGIN, 8, bytes.fromhex(vectors["roots"][8]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n8\n", "\n08\n"),
        ("\n8\n", "\n+8\n"),
        ("\n8\n", "\n-8\n"),
        ("\n8\n", "\n 8\n"),
        ("\n8\n", "\n8 \n"),
        ("\n8\n", "\n\n"),
        ("\n8\n", "\n8_0\n"),
        ("\n8\n", "\n\u0668\n"),
        ("\n8\n", f"\n{2**63}\n"),
        ("\n8\n", f"\n{'9' * 5000}\n"),
        ("\n8\n", "\n0\n"),
        ("Qyg=\n", "Qyh=\n"),
        ("Qyg=\n", "Qyg\n"),
        ("Qyg=\n", "Qyg=\n\n"),
        ("Qyg=\n", "Qyg=\nextension\n"),
        ("Qyg=\n", "Qyg="),
        ("Qyg=\n", "Q==\n"),
        ("+Nw7", "-Nw7"),
        (ORIGIN, ""),
        (ORIGIN, "a b"),
        (ORIGIN, "a+b"),
    ],
)
def test_any_other_spelling_is_not_a_checkpoint(vectors, signer, old, new):
    """Also when the log itself signed it."""
    text = vectors["checkpoint"]["body"]
    assert old in text
    with pytest.raises(MalformedCheckpoint):
        checkpoint.parse(text.replace(old, new))
    if text.replace(old, new).endswith("\n"):
        data = note.sign(text.replace(old, new), signer)
        with pytest.raises(MalformedCheckpoint):
            checkpoint.open_checkpoint(data, signer.key)


def test_the_root_of_no_entries_is_not_zeros():
    with pytest.raises(MalformedCheckpoint):
        checkpoint.parse(f"{ORIGIN}\n0\n{'A' * 43}=\n")


def test_the_largest_size_is_read():
    text = f"{ORIGIN}\n{2**63 - 1}\n{'A' * 43}=\n"
    assert checkpoint.parse(text).size == 2**63 - 1


def test_a_changed_size_is_a_bad_signature(vectors):
    key = NoteKey.parse(vectors["checkpoint"]["log_vkey"])
    changed = vectors["checkpoint"]["signed"].replace("\n8\n", "\n9\n").encode()
    with pytest.raises(BadSignature):
        checkpoint.open_checkpoint(changed, key)


def test_one_key_behind_two_logs_does_not_let_one_speak_for_the_other(signer, vectors):
    """The name is in the key id, and the origin is in the text."""
    register = Signer("vote.example.org/register", signer._private_key)
    eight = Checkpoint(ORIGIN, 8, bytes.fromhex(vectors["roots"][8]))
    data = note.sign(eight.text, register)

    with pytest.raises(UnknownSigner):
        checkpoint.open_checkpoint(data, signer.key)
    with pytest.raises(WrongOrigin):
        checkpoint.open_checkpoint(data, register.key)
    # Renaming the line to the other log's key does not help: the text is still the same.
    text, _ = data.split(b"\n\n")
    elsewhere = Checkpoint("vote.example.org/register", 8, eight.root)
    stolen = note.sign(elsewhere.text, register).split(b"\n\n")[1]
    renamed = stolen.replace(register.key.name.encode(), ORIGIN.encode())
    with pytest.raises(UnknownSigner):
        checkpoint.open_checkpoint(text + b"\n\n" + renamed, signer.key)
    with pytest.raises(ValueError, match="does not sign for"):
        checkpoint.sign_checkpoint(eight, register)
