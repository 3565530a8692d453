"""What is kept of one person: written to be sealed, and his mobile numbers indexed beside it."""

from collections.abc import Iterator, Sequence

from voting.kernel import canonical
from voting.roster import store
from voting.roster.model import OwnerRecord
from voting.roster.phones import is_mobile
from voting.roster.vault import Vault


def written(owner: OwnerRecord, phones: Sequence[str]) -> bytes:
    """Write a person as he is sealed."""
    return canonical.encode(
        {
            "id_number": owner.id_number,
            "id_type": owner.id_type.value,
            "name": owner.name,
            "phones": list(phones),
        }
    )


def mobiles(person: bytes) -> list[str]:
    """List the mobile numbers of a person as he was sealed; a message reaches no other."""
    return [phone for phone in canonical.decode(person)["phones"] if is_mobile(phone)]


def phone_rows(
    vault: Vault, roster_id: str, owner_code: int, person: bytes
) -> Iterator[store.PhoneRow]:
    """Index the mobile numbers of a person, so that none is opened to compare it with."""
    for phone in sorted(set(mobiles(person))):
        yield store.PhoneRow(
            roster_id=roster_id, owner_code=owner_code, phone_index=vault.index("phone", phone)
        )
