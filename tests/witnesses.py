"""The log and the witness of the reference vectors, and what an honest log sends to a witness."""

import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voting.ledger import tree
from voting.ledger.add_checkpoint import Submission
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.cosignature import WitnessSigner
from voting.ledger.note import Signer

VECTORS = json.loads(
    Path(__file__).with_name("voting").joinpath("ledger/tlog-vectors.json").read_text()
)
NOW = datetime.fromtimestamp(1_790_000_000, UTC)
LEAVES = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
LOG = Signer(
    VECTORS["checkpoint"]["log_vkey"].split("+")[0],
    Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["checkpoint"]["log_seed"])),
)
WITNESS = WitnessSigner(
    "witness.example.org/chaoyang-street-office",
    Ed25519PrivateKey.from_private_bytes(bytes(range(0x40, 0x60))),
)


def reader(leaves):
    """Perfect subtrees over these leaf hashes."""

    def read(level, position):
        return tree.root_of(leaves[position << level : (position + 1) << level])

    return read


def request(log, leaves, old, new=None, *, proof=None, root=None):
    """What an honest log would send; parts of it replaced."""
    new = len(leaves) if new is None else new
    signed = Checkpoint(log.key.name, new, root or tree.root_of(leaves[:new]))
    if proof is None:
        proof = tree.consistency_proof(min(old, new), new, reader(leaves))
    return Submission(old, tuple(proof), sign_checkpoint(signed, log)).to_bytes()
