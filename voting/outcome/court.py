"""The bundle for a court: supervised, and with the people behind the numbers, sealed for it.

Names leave the house only encrypted to one public key (``crypto_box_seal`` of libsodium: X25519,
XSalsa20 and Poly1305), which the recipient makes and hands over. Without his key the bundle is
checked like a supervised one, and tells nobody who anybody is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.outcome import bundle
from voting.outcome.bundle import Level

FORMAT = "yezhu-people/1"
_PERSON = ("id_number", "id_type", "name", "phones")
_KEY = re.compile("[0-9a-f]{64}")
_LOGS = ("log", "register")


class RecipientUnreadable(Refusal):
    """Not a public key to which anything could be sealed."""

    code = "recipient-unreadable"


class PeopleUnreadable(Refusal):
    """Sealed for another key, or not the people of this roster."""

    code = "people-unreadable"


def recipient(text: str) -> PublicKey:
    """Read a public key: the 64 hexadecimal digits that ``yezhu court-key`` prints.

    Raises
    ------
    RecipientUnreadable
    """
    unreadable = RecipientUnreadable(
        "收件人公钥应为 yezhu court-key 打印的一行文字，请向法院或鉴定人重新取得"
    )
    if _KEY.fullmatch(text) is None:
        raise unreadable
    key = PublicKey(bytes.fromhex(text))
    try:
        # Refused for a point of small order: anybody could read what is sealed to it.
        SealedBox(key).encrypt(b"")
    except (CryptoError, RuntimeError) as error:
        raise unreadable from error
    return key


def for_court(
    supervised: bytes, everybody: Callable[[str], Mapping[int, Mapping[str, Any]]], to: PublicKey
) -> bytes:
    """Write the bundle of a court from the supervised one.

    Parameters
    ----------
    everybody
        Opens the people of a roster, given its id; by number ``name``, ``id_type``,
        ``id_number`` and ``phones``.
    """
    files = bundle.read(supervised)
    manifest = canonical.decode(files.pop(bundle.MANIFEST))
    people = everybody(canonical.decode(files["notice.json"])["roster"]["id"])
    roster = canonical.digest(files["roster.json"])
    listed = [{"owner": number, **person} for number, person in sorted(people.items())]
    text = canonical.encode({"format": FORMAT, "people": listed, "roster": roster})
    files[bundle.PEOPLE] = SealedBox(to).encrypt(text)
    log, register = ((manifest[name]["origin"], manifest[name]["vkey"]) for name in _LOGS)
    files[bundle.MANIFEST] = bundle.manifest(
        manifest["assembly"], Level.COURT, log, register, files
    )
    return bundle.write(files)


def people_of(files: Mapping[str, bytes], key: PrivateKey) -> dict[int, dict[str, Any]]:
    """Open the people in a bundle for a court, and compare them with its roster.

    Raises
    ------
    PeopleUnreadable
        There are none, they are sealed for another key, of another roster, or not everybody who
        stands in it.
    """
    try:
        said = canonical.decode(SealedBox(key).decrypt(files[bundle.PEOPLE]))
        owners = {
            owner
            for unit in canonical.decode(files["roster.json"])["units"]
            for owner in unit["owners"]
        }
        people = {each["owner"]: {name: each[name] for name in _PERSON} for each in said["people"]}
        whole = (said["format"], said["roster"]) == (
            FORMAT,
            canonical.digest(files["roster.json"]),
        )
    except (CryptoError, Refusal, KeyError, TypeError, ValueError) as error:
        raise PeopleUnreadable(
            "审计包里没有以这把密钥加密的人员名单：请核对密钥文件，以及审计包是否为法院级"
        ) from error
    if not whole or not owners <= people.keys():
        raise PeopleUnreadable("人员名单不是这份业主清册的，或缺少其中的业主")
    return people
