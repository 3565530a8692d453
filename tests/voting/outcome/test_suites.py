"""A ballot of each signature suite is enrolled, cast, counted and verified offline."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sm2_signer import SM2Signer
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.world import Handset, choices
from voting.kernel import canonical, dsse
from voting.kernel.suites import BadSignature, load_key


class Signed(Handset):
    """A phone whose key is of another suite."""

    def __init__(self, spki, sign):
        self.spki, self.sign, self.key_id = spki, sign, canonical.digest(spki)

    def seal(self, payload_type, payload):
        return dsse.seal(payload_type, payload, self.key_id, self.sign)


def sm2():
    signer = SM2Signer()
    return Signed(signer.spki, signer.sign)


def ed25519():
    private = Ed25519PrivateKey.generate()
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Signed(spki, private.sign)


PHONES = {"SM2-SM3": sm2, "Ed25519": ed25519, "P-256": Handset}


@pytest.mark.parametrize("suite", PHONES)
def test_a_ballot_of_each_suite_is_cast_counted_and_verified_offline(open_world, suite):
    world = open_world
    phone = world.enrol("chen", PHONES[suite]())
    sealed = dsse.parse(world.ballot("chen", ["2-1-102", "B1-1-002"], choices("oppose")))
    assert load_key(phone.spki).suite == suite
    for touched in (
        replace(sealed, signature=sealed.signature[:-1] + bytes([sealed.signature[-1] ^ 1])),
        replace(sealed, payload=sealed.payload.replace(b'"oppose"', b'"approve"', 1)),
        replace(sealed, signature=sealed.signature + b"\0"),
    ):
        with pytest.raises(BadSignature):
            world.box.cast(world.assembly_id, touched.to_bytes(), address="203.0.113.7")

    world.box.cast(world.assembly_id, sealed.to_bytes(), address="203.0.113.7")
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    for level in UNNAMED:
        findings = verify_bundle(world.outcomes.bundle(world.assembly_id, level))
        assert [finding.problems for finding in findings] == [()] * len(findings)
