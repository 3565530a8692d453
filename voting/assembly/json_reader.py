"""Reading a JSON file strictly while collecting every problem with its JSON pointer."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from voting.roster.refusals import Problem

MAX_BYTES = 4 * 1024 * 1024
MAX_TEXT = 500

ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
"""Identifiers of items, candidates and options: they head columns and travel in ballots."""

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


class JsonReader:
    """Walks a document; a part that cannot be read is noted and answered with an empty value.

    Whoever uses it looks at ``problems`` before trusting what came out.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, at: str, code: str, message: str) -> None:
        """Write down one problem at a JSON pointer (RFC 6901)."""
        self.problems.append(Problem(None, at, code, message))

    def document(self, data: bytes) -> object:
        """Parse the bytes (UTF-8, a byte order mark is tolerated), or answer None."""
        if len(data) > MAX_BYTES:
            self.note("", "file-too-large", f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
            return None
        try:
            return json.loads(data.decode("utf-8-sig"), object_pairs_hook=self._pairs)
        except (ValueError, RecursionError):
            self.note("", "not-json", "不是有效的 JSON（UTF-8）")
            return None

    def mapping(
        self, at: str, value: object, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Mapping[str, Any]:
        """Read an object with just these keys."""
        if not isinstance(value, dict):
            self.note(at, "not-an-object", "此处应为对象 {…}")
            return {}
        for name in value:
            if name not in required and name not in optional:
                place = name.replace("~", "~0").replace("/", "~1")
                self.note(f"{at}/{place}", "unknown-key", "不认识的键")
        for name in required:
            if name not in value:
                self.note(f"{at}/{name}", "missing-key", "缺少此项")
        return value

    def sequence(
        self,
        at: str,
        value: object,
        read: Callable[[str, object], _T],
        *,
        at_least: int = 1,
        at_most: int | None = None,
    ) -> tuple[_T, ...]:
        """Read a list whose members, or whose members' ids, all differ."""
        if not isinstance(value, list):
            self.note(at, "not-a-list", "此处应为列表 […]")
            return ()
        if len(value) < at_least:
            self.note(at, "too-few", f"至少应有 {at_least} 项")
        if at_most is not None and len(value) > at_most:
            self.note(at, "too-many", f"最多 {at_most} 项")
        self._note_repeats(at, value)
        return tuple(read(f"{at}/{index}", member) for index, member in enumerate(value))

    def text(self, at: str, value: object) -> str:
        """Read a text that says something, in Unicode form NFC."""
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.note(at, "not-a-text", "此处应为文字，不能为空")
            return ""
        if len(value) > MAX_TEXT:
            self.note(at, "text-too-long", f"文字超过 {MAX_TEXT} 字")
        return unicodedata.normalize("NFC", value)

    def identifier(self, at: str, value: object) -> str:
        """Read an identifier."""
        if not isinstance(value, str) or ID.fullmatch(value) is None:
            message = '编号应为文字，以字母或数字开头，只含字母、数字和 . _ -，例如 "1"、"c1"'
            self.note(at, "not-an-id", message)
            return ""
        return value

    def count(self, at: str, value: object, *, at_least: int) -> int:
        """Read a whole number."""
        if type(value) is not int or value < at_least:  # True is an int to isinstance
            self.note(at, "not-a-count", f"此处应为不小于 {at_least} 的整数")
            return at_least
        return value

    def one_of(self, at: str, value: object, choices: type[_E]) -> _E:
        """Read one value of a closed list."""
        for choice in choices:
            if choice.value == value:
                return choice
        allowed = "、".join(choice.value for choice in choices)
        self.note(at, "unknown-value", f"应为下列之一：{allowed}")
        return next(iter(choices))

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            names = [name for name, _ in pairs]
            twice = "、".join(sorted({name for name in names if names.count(name) > 1}))
            self.note("", "duplicate-key", f"同一对象中重复出现的键：{twice}")
        return value

    def _note_repeats(self, at: str, values: list[Any]) -> None:
        seen: set[str] = set()
        for index, value in enumerate(values):
            named = isinstance(value, dict)
            key = value.get("id") if named else value
            if not isinstance(key, str):
                continue
            key = unicodedata.normalize("NFC", key)
            if key in seen:
                place = f"{at}/{index}/id" if named else f"{at}/{index}"
                self.note(place, "duplicate-id", "与前面的一项重复")
            seen.add(key)
