from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select, update

from voting.kernel.suites import BadSignature
from voting.ledger import checkpoint, proof, tree
from voting.ledger.checkpoint import Checkpoint
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.note import NoteKey, Signer
from voting.ledger.origins import Origins
from voting.ledger.refusals import LogDoubtful, NoSuchEntry, UnknownSigner
from voting.ledger.service import Ledger
from voting.ledger.spelling import encode_base64
from voting.ledger.store import (
    CosignatureRow,
    EntryRow,
    LogRow,
    NodeRow,
    newest_sizes,
    put_cosignature,
)

ORIGIN = "vote.example.org/bj/assembly-2026-0001"
OTHER = "vote.example.org/register"
WITNESS = (
    "witness.example.org/chaoyang-street-office+b8a2c0a9"
    "+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd"
)


@pytest.fixture
def ledger(vectors):
    seed = bytes.fromhex(vectors["checkpoint"]["log_seed"])
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return Ledger(Origins("vote.example.org"), lambda origin: Signer(origin, private))


@pytest.fixture
def filled(session, ledger, vectors):
    ledger.create(session, ORIGIN)
    ledger.append(session, ORIGIN, [bytes.fromhex(leaf) for leaf in vectors["leaves"]])
    return session


def test_the_signed_checkpoint_is_that_of_go(ledger, filled, vectors):
    assert ledger.checkpoint(filled, ORIGIN) == vectors["checkpoint"]["signed"].encode()
    assert ledger.key(ORIGIN).vkey == vectors["checkpoint"]["log_vkey"]


def test_an_empty_log_has_the_checkpoint_of_go(ledger, session, vectors):
    ledger.create(session, ORIGIN)
    assert ledger.checkpoint(session, ORIGIN) == vectors["checkpoint_empty"].encode()


def test_an_earlier_size_can_be_signed_again(ledger, filled, vectors):
    data = ledger.checkpoint(filled, ORIGIN, size=5)
    opened = checkpoint.open_checkpoint(data, ledger.key(ORIGIN))
    assert opened == Checkpoint(ORIGIN, 5, bytes.fromhex(vectors["roots"][5]))
    with pytest.raises(NoSuchEntry):
        ledger.checkpoint(filled, ORIGIN, size=9)


def test_every_entry_is_proved_by_a_file_that_needs_no_server(ledger, filled, vectors):
    key = NoteKey.parse(vectors["checkpoint"]["log_vkey"])
    for index, leaf in enumerate(vectors["leaves"]):
        data = ledger.prove(filled, ORIGIN, index, extra=b"opening")
        read = proof.parse(data)
        assert read.verify(bytes.fromhex(leaf), key).size == 8
        assert read.extra == b"opening"


def test_a_batch_is_proved_against_one_witnessed_checkpoint(ledger, filled, vectors):
    """The witnesses' lines travel along; the log may have grown since."""
    ledger.append(filled, ORIGIN, [b"later"])
    cosigned = vectors["checkpoint"]["cosigned"].encode()
    proofs = ledger.prove_all(filled, ORIGIN, range(8), checkpoint=cosigned)
    assert {each.checkpoint_note for each in proofs} == {cosigned}
    for leaf, each in zip(vectors["leaves"], proofs, strict=True):
        assert each.verify(bytes.fromhex(leaf), ledger.key(ORIGIN)).size == 8
    with pytest.raises(NoSuchEntry):
        ledger.prove(filled, ORIGIN, 8, checkpoint=cosigned)


def test_a_checkpoint_that_is_not_ours_proves_nothing(ledger, filled, vectors):
    ledger.create(filled, OTHER)
    changed = vectors["checkpoint"]["signed"].replace("\n8\n", "\n7\n").encode()
    with pytest.raises(BadSignature):
        ledger.prove(filled, ORIGIN, 0, checkpoint=changed)
    with pytest.raises(UnknownSigner):
        ledger.prove(filled, ORIGIN, 0, checkpoint=ledger.checkpoint(filled, OTHER))


def test_a_log_that_is_not_the_one_we_signed_is_noticed(ledger, filled):
    """A database brought back from a backup and filled differently."""
    text = Checkpoint(ORIGIN, 8, bytes(32))
    signer = ledger._signer_for(ORIGIN)
    with pytest.raises(LedgerCorrupt):
        ledger.prove(filled, ORIGIN, 0, checkpoint=checkpoint.sign_checkpoint(text, signer))


def test_growth_is_proved_to_a_witness(ledger, filled, vectors):
    """The request of the reference: from five entries to eight."""
    hashes = ledger.consistency(filled, ORIGIN, 5, 8)
    lines = vectors["add_checkpoint_request"].split("\n")[1:5]
    assert [encode_base64(each) for each in hashes] == lines


def test_logs_are_named_under_one_host(ledger):
    assert ledger.origins.register == OTHER
    assert ledger.origins.assembly("7k3v") == "vote.example.org/assemblies/7k3v"


def test_one_private_key_signs_under_a_name_for_each_log(ledger):
    here, there = ledger.key(ORIGIN), ledger.key(OTHER)
    assert here.public == there.public
    assert here.key_id != there.key_id


def test_an_untouched_log_passes_its_check(ledger, filled, vectors):
    assert ledger.check(filled, ORIGIN).root.hex() == vectors["roots"][8]
    ledger.create(filled, OTHER)
    assert ledger.check(filled, OTHER) == Checkpoint(OTHER, 0, tree.EMPTY_ROOT)


@pytest.mark.parametrize(
    "tamper",
    [
        update(EntryRow).where(EntryRow.position == 2).values(entry=b"altered"),
        delete(EntryRow).where(EntryRow.position == 7),
        update(NodeRow).where(NodeRow.level == 1, NodeRow.position == 1).values(hash=bytes(32)),
        delete(NodeRow).where(NodeRow.level == 3),
        insert(NodeRow).values(origin=ORIGIN, level=0, position=8, hash=bytes(32)),
        insert(NodeRow).values(origin=ORIGIN, level=4, position=0, hash=bytes(32)),
        update(NodeRow).where(NodeRow.level == 0, NodeRow.position == 7).values(position=8),
        update(NodeRow).where(NodeRow.level == 3).values(position=1),
        update(LogRow).values(root=bytes(32)),
        update(LogRow).values(size=7),
    ],
)
def test_a_changed_row_fails_the_check(ledger, filled, tamper):
    filled.execute(tamper)
    with pytest.raises(LedgerCorrupt):
        ledger.check(filled, ORIGIN)


def test_a_log_that_no_longer_holds_what_a_witness_saw_is_not_started(
    session, ledger, filled, vectors
):
    """A database brought back from a backup and filled differently is sound in itself."""
    line = vectors["add_checkpoint_response"]
    put_cosignature(filled, ORIGIN, WITNESS, 8, datetime(2026, 9, 21, tzinfo=UTC), line)
    ledger.append(filled, ORIGIN, [b"later"])
    ledger.check_all(filled)
    leaves = [bytes.fromhex(leaf) for leaf in vectors["leaves"]]
    for other in (leaves[:7], [*leaves[:7], b"another"]):
        for table in (EntryRow, NodeRow):
            filled.execute(delete(table))
        filled.execute(update(LogRow).values(size=0, root=tree.EMPTY_ROOT))
        ledger.append(filled, ORIGIN, other)
        assert ledger.check(filled, ORIGIN).size == len(other)
        with pytest.raises(LogDoubtful):
            ledger.check_all(filled)


def test_a_node_in_an_empty_log_fails_the_check(ledger, session):
    ledger.create(session, ORIGIN)
    session.execute(insert(NodeRow).values(origin=ORIGIN, level=0, position=0, hash=bytes(32)))
    with pytest.raises(LedgerCorrupt):
        ledger.check(session, ORIGIN)


def test_of_each_witness_the_newest_line_is_kept(filled):
    """The smaller sizes that it signed follow from the largest; nobody asks for them again."""
    other, at = WITNESS.replace("witness", "another"), datetime(2026, 9, 21, tzinfo=UTC)
    for witness, size in ((WITNESS, 5), (other, 6), (WITNESS, 8), (WITNESS, 8)):
        put_cosignature(filled, ORIGIN, witness, size, at, f"— {size}\n")
    kept = filled.execute(select(CosignatureRow.witness, CosignatureRow.size)).all()
    assert sorted(kept) == sorted([(WITNESS, 8), (other, 6)])
    put_cosignature(filled, ORIGIN, WITNESS, 7, at, "— late\n")
    assert newest_sizes(filled, WITNESS) == {ORIGIN: 8}
