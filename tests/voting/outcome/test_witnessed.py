"""Who vouches for the closing checkpoint of a bundle, as ``yezhu verify --witness`` says it."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.cli.offline import verify_file
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.forgery import flipped, zipped
from tests.voting.world import LOG_KEY
from voting.kernel.suites import BadSignature
from voting.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from voting.ledger.cosignature import WitnessSigner
from voting.ledger.note import Signer
from voting.ledger.refusals import MalformedKey
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.evidence import Evidence
from voting.outcome.witnessed import Witnessing, witnessed

AT = 1_790_000_000
SEEN = datetime.fromtimestamp(AT, UTC)


def signer(name):
    seed = name.encode().ljust(32, b".")
    return WitnessSigner(f"{name}.example.org", Ed25519PrivateKey.from_private_bytes(seed))


OFFICE, NOTARY, ABSENT = signer("office"), signer("notary"), signer("absent")


def cosign(world, origin, witness, at=AT):
    """Let a witness sign the present size of a log."""
    with world.database.write() as session:
        size = world.ledger.size(session, origin)
        head = open_checkpoint(world.ledger.checkpoint(session, origin), world.ledger.key(origin))
        line = witness.cosign(head.text, at).encode()
        world.ledger.keep_cosignature(session, origin, size, witness.key, line)
    return size


@pytest.fixture
def certified(open_world):
    """A certified vote: the office has seen its log, the notary the register only."""
    world = open_world
    world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    cosign(world, world.ledger.origins.assembly(world.assembly_id), OFFICE)
    world.witnessed = cosign(world, world.ledger.origins.register, NOTARY, AT + 60)
    return world


def written(world, level=Level.SUPERVISED):
    return world.outcomes.bundle(world.assembly_id, level)


def test_either_log_covers_the_close(certified):
    found = witnessed(
        Evidence(bundle.read(written(certified))), [OFFICE.key, NOTARY.key, ABSENT.key]
    )
    later = datetime.fromtimestamp(AT + 60, UTC)
    assert found == [
        Witnessing("office.example.org", SEEN, None),
        Witnessing("notary.example.org", None, later),
        Witnessing("absent.example.org", None, None),
    ]
    assert [each.seen_at for each in found] == [SEEN, later, None]


@pytest.mark.parametrize("level", UNNAMED)
def test_a_cosigned_bundle_passes_and_each_byte_of_it_is_still_watched(certified, level):
    data = written(certified, level)
    assert not any(finding.problems for finding in verify_bundle(data))
    line = data.index(OFFICE.key.name.encode())
    assert any(finding.problems for finding in verify_bundle(flipped(data, line, 1)))


def test_a_register_that_grew_since_is_given_as_the_witness_saw_it(certified):
    with certified.database.write() as session:
        certified.ledger.append(session, certified.ledger.origins.register, [b"{}"])
    files = bundle.read(written(certified))
    assert Evidence(files).register_checkpoint.size == certified.witnessed
    assert witnessed(Evidence(files), [NOTARY.key])[0].register is not None


def test_a_register_witnessed_before_the_certificate_is_of_no_use(open_world):
    world = open_world
    register = world.ledger.origins.register
    early = cosign(world, register, NOTARY)
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    files = bundle.read(written(world))
    assert Evidence(files).register_checkpoint.size > early
    assert witnessed(Evidence(files), [NOTARY.key])[0].seen_at is None


@pytest.mark.parametrize(("further", "covers"), [(0, False), (1, True)])
def test_a_register_has_to_reach_the_pin_of_the_close_itself(certified, further, covers):
    """One that ends just before it says nothing of it."""
    files = dict(bundle.read(written(certified)))
    evidence = Evidence(files)
    size = evidence.only("assembly-closed").index + further
    head = Checkpoint(evidence.register_checkpoint.origin, size, bytes(32))
    signed = sign_checkpoint(
        head, Signer(head.origin, Ed25519PrivateKey.from_private_bytes(LOG_KEY))
    )
    files["register/checkpoint"] = signed + NOTARY.cosign(head.text, AT).encode()
    (found,) = witnessed(Evidence(files), [NOTARY.key])
    assert found.register == (SEEN if covers else None)


def test_a_false_line_of_a_known_witness_is_not_passed_over(certified, tmp_path, capsys):
    """The operator's own key makes everything else in order."""
    files = bundle.read(written(certified))
    other = OFFICE.cosign(Evidence(files).register_checkpoint.text, AT).encode()
    files["log/checkpoint"] = files["log/checkpoint"].rpartition("\u2014".encode())[0] + other
    data = zipped(files)
    assert not any(finding.problems for finding in verify_bundle(data))
    with pytest.raises(BadSignature):
        witnessed(Evidence(files), [OFFICE.key])
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    assert verify_file(path, None, [OFFICE.key.vkey]) == 1
    assert "见证签名无法核验" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("witnesses", "quorum", "covering", "code"),
    [
        ([OFFICE], 1, 1, 0),
        ([OFFICE, NOTARY], 2, 2, 0),
        ([OFFICE, NOTARY, ABSENT], 2, 2, 0),
        ([OFFICE, ABSENT], 2, 1, 1),
        ([ABSENT], 1, 0, 1),
        ([ABSENT], 0, 0, 0),
        ([OFFICE, OFFICE], 2, 1, 1),
    ],
)
def test_the_command_says_how_many_cover_the_close(
    certified, tmp_path, capsys, witnesses, quorum, covering, code
):
    path = tmp_path / "bundle.zip"
    path.write_bytes(written(certified, Level.PUBLIC))
    vkeys = [witness.key.vkey for witness in witnesses]
    assert verify_file(path, None, vkeys, quorum) == code
    printed = capsys.readouterr().out
    assert f"{len(set(vkeys))} 个见证人中有 {covering} 个的签名覆盖截止检查点" in printed
    assert ("核验通过。" in printed) == (code == 0)


def test_without_witnesses_named_none_is_asked_for(certified, tmp_path, capsys):
    path = tmp_path / "bundle.zip"
    path.write_bytes(written(certified))
    assert verify_file(path, None) == 0
    assert "见证人" not in capsys.readouterr().out
    with pytest.raises(MalformedKey):
        verify_file(path, None, ["no vkey"])


def test_the_earlier_of_its_two_signatures_is_when_it_first_vouched():
    earlier, later = (datetime(2026, 3, day, tzinfo=UTC) for day in (26, 27))
    for log, register in ((earlier, later), (later, earlier), (earlier, None), (None, earlier)):
        assert Witnessing("witness", log, register).seen_at == earlier
    assert Witnessing("witness", None, None).seen_at is None
