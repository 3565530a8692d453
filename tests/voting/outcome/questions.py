"""Small questions that both verifiers answer alike: texts, keys, notes, proofs, tiles, zips."""

import functools
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import NamedTuple

from tests.voting.outcome import (
    act_questions,
    command_questions,
    count_questions,
    document_questions,
    mandate_questions,
    mark_questions,
    signed_questions,
    sm2_questions,
)
from tests.voting.outcome.both import second
from voting.kernel import canonical, clock, dsse
from voting.ledger import tiles, tree
from voting.outcome import bundle


class Question(NamedTuple):
    """What is asked, how each verifier answers, and what about."""

    about: str
    first: Callable[..., object]
    second: Callable[..., object]
    given: tuple[object, ...]

    def answers(self) -> list[str]:
        """What each of them says; no is no, however it is said."""
        return [answer(ask, *self.given) for ask in (self.first, self.second)]


def answer(ask: Callable[..., object], *given: object) -> str:
    """Ask one of them."""
    try:
        return repr(ask(*given))
    except Exception:  # noqa: BLE001 - of either verifier, and of its mutants
        return "no"


def in_words(ask: Callable[..., object]) -> Callable[..., object]:
    """Let somebody say why not as well: whoever reads it is told, and a crash is no refusal."""

    def tell(*given: object) -> object:
        try:
            return ask(*given)
        except Exception as error:  # noqa: BLE001 - as above
            return f"no, {type(error).__name__}: {error}"

    return tell


@functools.cache
def questions() -> list[Question]:
    """All of them."""
    return [
        Question(about, first, second_, given if isinstance(given, tuple) else (given,))
        for about, first, second_, cases in _subjects()
        for given in cases
    ]


def _subjects() -> Iterator[tuple]:
    yield "JSON", canonical.decode, late(second, "parse"), _json()
    yield "base64", dsse.strict_base64, late(second, "unbase64"), _base64()
    yield "moment", clock.parse_timestamp, late(second, "moment"), _moments()
    yield from signed_questions.subjects()
    yield from sm2_questions.subjects()
    yield from document_questions.subjects()
    yield from act_questions.subjects()
    yield from mandate_questions.subjects()
    yield from mark_questions.subjects()
    yield from count_questions.subjects()
    yield from command_questions.subjects()
    yield "inclusion", late(tree, "verify_inclusion"), _climbed, _paths()
    yield "tiles", _layout, _layout_again, _layouts()
    yield "zip", late(bundle, "read"), late(second, "read_zip"), _zips()
    yield "tile path", _tile_path, late(second, "tile_name"), _tiles()


def late(module: ModuleType, name: str) -> Callable[..., object]:
    """Look a function up when it is called: mutants change it meanwhile."""

    def ask(*given: object) -> object:
        return getattr(module, name)(*given)

    return ask


def _climbed(leaf, index, size, path, root):
    if not 0 <= index < size:
        return False
    try:
        return second.root_from_path(index, size, leaf, path) == root
    except second.Wrong:
        return False


def _layout(files, size):
    within = {path.removeprefix("log/"): data for path, data in files.items()}
    return tiles.read_layout(within, size)


def _layout_again(files, size):
    entries = second.read_entries(files, size)
    second.require_tiles(files, entries)
    return entries


def _tile_path(level, number, width):
    return f"log/{tiles.tile_path(level, number, width)}"


def _json():
    texts = [
        '"é"', '"e\u0301"', '["e\u0301"]', '{"a":"e\u0301"}', '{"e\u0301":1}',
        '[[{"a":["e\u0301"]}]]',
        "true", "false", "null", "[true,false,null]", "0", "-0", "01", "1.0", "1e2", "1E2", "NaN",
        "Infinity", "-Infinity", "[]", "{}", "", " ", "{ }", "[1, 2]", "[1,2]", "[1,2]\n",
        '{"b":1,"a":2}', '{"a":2,"b":1}', '{"a":1,"a":1}', '"\\u0061"', '"\\ud800"', '"\\n"',
        '"\\u000a"', '"\\/"', '"/"', '{"\\uffff":1,"\U00010000":2}', '{"\U00010000":2,"\uffff":1}',
        '{"\uffff":2,"\U00010000":1}', "\ufeff{}", "'a'", "[1,]", '{"a":1}x', "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
    ]  # fmt: skip
    for number in (2**53 - 1, 2**53, 2**53 + 1, 2**54 - 1, 2**64):
        texts += [str(number), str(-number), f"[{number}]", f'{{"a":{number}}}']
    yield from (text.encode() for text in texts)
    yield from (b"\xff", b'"\xff"', b'"\xed\xa0\x80"', b"1" * 5000)


def _base64():
    yield from (
        "",
        "AA==",
        "AB==",
        "AA=",
        "AA",
        "AAA=",
        "AAB=",
        "AAAA",
        "AAAA=",
        "AA==\n",
        "\nAA==",
    )
    yield from ("A A=", "AA-_", "AA+/", "ÄÄÄÄ", "AAAA====", "A===", "====", "AA==AA==", "AAA")
    yield from (1, None, ["AA=="], b"AA==")


def _moments():
    sound = "2026-11-23T08:45:33Z"
    yield from (sound, "2024-02-29T23:59:59Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z")
    yield from ("2026-11-23T24:00:00Z", "2026-11-23T08:45:60Z", "0001-01-01T00:00:00Z")
    yield from (sound[:-1], sound + "Z", sound + "\n", " " + sound, sound.replace("T", " "))
    yield from (sound.lower(), sound.replace("Z", "+00:00"), sound.replace("2026", "２０２６"))
    yield from ("2026-11-23T8:45:33Z", "2026-1-23T08:45:33Z", "2026-11-23", "", None, 1, True)


def _paths():
    leaves = [tree.leaf_hash(bytes([number])) for number in range(9)]
    for size in range(1, 10):
        held = leaves[:size]
        root = tree.root_of(held)

        def node(level, index, held=held):
            return tree.root_of(held[index << level : (index + 1) << level])

        for index in range(size):
            path = tree.inclusion_proof(index, size, node)
            yield leaves[index], index, size, path, root
            yield leaves[index], index, size, [*path, root], root
            yield leaves[index], index, size, path[:-1], root
            yield leaves[index], index, size, path[::-1], root
            yield leaves[index], index, size, path, bytes(32)
            for other in (-1, index + 1, index ^ 1, size):
                yield leaves[index], other, size, path, root
            for other in (0, size - 1, size + 1, 2 * size):
                yield leaves[index], index, other, path, root


def _layouts():
    for size in (0, 1, 2, 255, 256, 257, 513):
        entries = [number.to_bytes(2) * (number % 3) for number in range(size)]
        files = {f"log/{path}": data for path, data in tiles.layout(entries).items()}
        yield files, size
        yield files, size + 1
        yield files, max(size - 1, 0)
        yield files | {"log/tile/0/999": b""}, size
        yield files | {"log/tile/entries/999": b""}, size
        for path, content in files.items():
            yield {name: data for name, data in files.items() if name != path}, size
            for changed in (content + b"\0", content[:-1], content[::-1]):
                yield files | {path: changed}, size
    yield {}, 2**63 - 1


def _tiles():
    for level in (0, 1, "entries"):
        for number in (0, 1, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067):
            yield level, number, 256
            yield level, number, 5


def _zips():
    sound = bundle.write({"a": b"1", "b/ä": b"", "b": b"22"})
    yield sound
    yield bundle.write({})
    for place in range(len(sound)):
        yield sound[:place]
        yield sound[:place] + bytes([sound[place] ^ 0x81]) + sound[place + 1 :]
    yield from (sound + b"\0", b"\0" + sound, sound + sound, b"PK\3\4", b"")
