import hashlib

from voting.kernel.commitment import SALT_BYTES, Opening, commit
from voting.kernel.ids import new_id


def test_a_commitment_is_the_digest_of_salt_and_data():
    opening = Opening(b"s" * 32, b"ballot")
    assert opening.commitment == hashlib.sha256(b"s" * 32 + b"ballot").hexdigest()


def test_equal_ballots_have_commitments_that_nobody_can_match():
    """Without a fresh salt an outsider would try all few choices of an owner."""
    openings = [commit(b"approve") for _ in range(100)]
    assert {len(opening.salt) for opening in openings} == {SALT_BYTES} == {32}
    assert len({opening.commitment for opening in openings}) == 100


def test_another_salt_or_other_data_is_another_commitment():
    assert Opening(b"a" * 32, b"x").commitment != Opening(b"b" * 32, b"x").commitment
    assert Opening(b"a" * 32, b"x").commitment != Opening(b"a" * 32, b"y").commitment


def test_ids_are_short_speakable_and_never_repeat():
    ids = [new_id() for _ in range(500)]
    assert len(set(ids)) == 500
    assert {len(each) for each in ids} == {16}
    assert set("".join(ids)) <= set("0123456789abcdefghjkmnpqrstvwxyz")
