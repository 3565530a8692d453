"""Whose key is it? The question that every signed message asks."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from sqlalchemy.orm import Session

from voting.identity import store
from voting.identity.model import EnrolledKey
from voting.identity.refusals import UnknownKey
from voting.infra.asking import Question
from voting.kernel.suites import load_key

_KEY_ID = re.compile("[0-9a-f]{64}")
_KEYS_KEPT = 4096


class Holders:
    """The owners behind enrolled keys."""

    def __init__(self) -> None:
        # Who votes in several assemblies, or again in one, comes with the same key.
        self._load_key = lru_cache(_KEYS_KEPT)(load_key)

    def holder(self, session: Session, roster_id: str, key_id: str) -> EnrolledKey:
        """Find the owner behind a key that is enrolled and not revoked.

        Raises
        ------
        UnknownKey
        """
        return self.holders(session, roster_id, [key_id])(key_id)

    def holders(
        self, session: Session, roster_id: str, key_ids: Iterable[str]
    ) -> Callable[[str], EnrolledKey]:
        """Read the owners behind some keys at once; what is given finds each of them.

        It raises ``UnknownKey`` for one that is not enrolled, or is revoked.
        """
        rows = store.keys_named(session, roster_id, _possible(key_ids))
        found = {
            key_id: EnrolledKey(self._load_key(spki), owner_code)
            for key_id, owner_code, spki, revoked_at in rows
            if revoked_at is None
        }

        def holder(key_id: str) -> EnrolledKey:
            if key_id not in found:
                raise _unknown()
            return found[key_id]

        return holder

    def require_kept(
        self, session: Session, roster_id: str, key_ids: Iterable[str]
    ) -> Callable[[str], None]:
        """Ask which of some keys, enrolled a moment ago, are still good.

        What is given raises ``UnknownKey`` for one that was revoked meanwhile.
        """
        revoked = store.revoked(session, roster_id, _possible(key_ids))

        def require(key_id: str) -> None:
            if key_id in revoked:
                raise _unknown()

        return require

    def question_kept(self, roster_id: str, key_ids: Iterable[str]) -> Question:
        """Give what :meth:`require_kept` asks."""
        return store.revoked_among(roster_id, _possible(key_ids))

    def owners_of_keys(
        self, session: Session, roster_id: str, key_ids: Iterable[str]
    ) -> dict[str, int]:
        """Find the owners of enrolled keys, revoked or not."""
        rows = store.keys_named(session, roster_id, key_ids)
        return {key_id: owner_code for key_id, owner_code, _, _ in rows}


def _possible(key_ids: Iterable[str]) -> list[str]:
    """Leave out what no key can have as its id: it may be what no database can be asked for."""
    return [key_id for key_id in key_ids if _KEY_ID.fullmatch(key_id)]


def _unknown() -> UnknownKey:
    return UnknownKey("这把密钥没有登记，或已被更换")
