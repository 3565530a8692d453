"""The declarative base and the column types that behave alike on SQLite and PostgreSQL."""

import re
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Dialect, LargeBinary, MetaData, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from voting.kernel.refusal import Refusal


class UnreadableText(Refusal, DontWrapMixin):
    """A text that no database of ours can hold: with U+0000 or half a surrogate pair."""

    code = "unreadable-text"


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime in whole seconds, stored as POSIX seconds.

    SQLite has no time zones; an integer means the same moment in both engines.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store the moment; a naive datetime is a bug and fails in ``timestamp``'s comparison."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read the moment back in UTC."""
        del dialect
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Text(TypeDecorator[str]):
    """Text that both engines take: PostgreSQL knows no U+0000, neither knows lone surrogates.

    Refused here, where every text from outside comes by, whether it is stored or looked up.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Let a text pass that is the same in both engines."""
        del dialect
        if value is not None and _UNSTORABLE.search(value):
            raise UnreadableText("文字中含有无法识别的字符")
        return value


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Base(DeclarativeBase):
    """Every table's base; names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Moment,
        bytes: LargeBinary,
        int: BigInteger,
        str: Text,
    }
