"""What is kept of one person: written to be sealed, and the mobile numbers in it."""

from collections.abc import Sequence

from voting.kernel import canonical
from voting.roster.model import OwnerRecord
from voting.roster.phones import is_mobile


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
