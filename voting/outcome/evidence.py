"""A bundle taken apart: each piece parsed once, each with the refusal of its own format."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voting.assembly import notice as notices
from voting.assembly.entries import CORRECTION
from voting.assembly.model import Poll, State
from voting.count.logged import LoggedCorrection, logged_corrections
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.ledger.checkpoint import Checkpoint, open_checkpoint
from voting.ledger.note import NoteKey
from voting.ledger.tiles import read_entries
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.pieces import Missing, integer, json_object, json_objects, salt_of, typed_entry
from voting.roster.document import RosterDocument
from voting.roster.entitled import parse_voters

_LOG = "log/"
_REQUIRED = {
    bundle.MANIFEST,
    "certificate.pdf",
    "log/checkpoint",
    "notice.json",
    "register/checkpoint",
    "register/entries.json",
    "result.json",
    "roster.json",
}
_OPENINGS = "openings.json"


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """A register entry as enclosed, with its path to the register's root; not yet checked."""

    index: int
    data: bytes
    hashes: tuple[bytes, ...]

    @property
    def entry(self) -> dict[str, Any]:
        """The entry as an object."""
        return typed_entry(self.data, f"登记簿第 {self.index} 条")


class Evidence:
    """The pieces of one bundle.

    Every property parses its piece when it is first asked for and raises a ``Refusal`` if that
    cannot be done; a check that needs the piece then fails with the reason.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the bundle says about itself, its shape checked."""
        manifest = json_object(self.file(bundle.MANIFEST), bundle.MANIFEST)
        match manifest:
            case {
                "assembly": str(),
                "files": dict(),
                "format": str(name),
                "level": "public" | "supervised" | "court",
                "log": {"origin": str(), "vkey": str(), **in_log},
                "register": {"origin": str(), "vkey": str(), **in_register},
                **more,
            } if name in bundle.FORMATS and not (more or in_log or in_register):
                return manifest
            case _:
                raise Missing("清单 manifest.json 的结构不对")

    @property
    def level(self) -> Level:
        """What the bundle claims to hold."""
        return Level(self.manifest["level"])

    @property
    def is_open(self) -> bool:
        """Whether it claims to open the ballots."""
        return self.level is not Level.PUBLIC

    @property
    def assembly_id(self) -> str:
        """Which assembly it is about."""
        return str(self.manifest["assembly"])

    def unexpected_files(self) -> set[str]:
        """Name files that are missing, or that a bundle of this level does not have."""
        required = _REQUIRED | ({_OPENINGS} if self.is_open else set())
        required |= {bundle.PEOPLE} if self.level is Level.COURT else set()
        required |= bundle.FORMATS[self.manifest["format"]]
        # Tiles are counted by another check; time stamps are for whoever has some.
        return required ^ {
            path
            for path, data in self.files.items()
            if not path.startswith("log/tile/") and path != bundle.stamp_path(data)
        }

    def file(self, path: str) -> bytes:
        """Give one file's bytes."""
        if path not in self.files:
            raise Missing(f"缺少文件 {path}")
        return self.files[path]

    @cached_property
    def log_key(self) -> NoteKey:
        """The key that signs the assembly's log."""
        return NoteKey.parse(self.manifest["log"]["vkey"])

    @cached_property
    def register_key(self) -> NoteKey:
        """The key that signs the register."""
        return NoteKey.parse(self.manifest["register"]["vkey"])

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """Size and root of the assembly's log, signature checked."""
        return open_checkpoint(self.file("log/checkpoint"), self.log_key)

    @cached_property
    def register_checkpoint(self) -> Checkpoint:
        """Size and root of the register, signature checked."""
        return open_checkpoint(self.file("register/checkpoint"), self.register_key)

    @cached_property
    def tiles(self) -> dict[str, bytes]:
        """The log's files by their paths within it."""
        return {
            path.removeprefix(_LOG): data
            for path, data in self.files.items()
            if path.startswith("log/tile/")
        }

    @cached_property
    def log(self) -> list[bytes]:
        """The log's entries as enclosed, not yet compared with the hashes."""
        return read_entries(self.tiles, self.checkpoint.size)

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """The log's entries as objects, each with a type."""
        return [typed_entry(data, f"日志第 {place} 条") for place, data in enumerate(self.log)]

    @cached_property
    def close_position(self) -> int:
        """Where the log closed the ballot box."""
        places = [place for place, entry in enumerate(self.entries) if entry["type"] == "close"]
        if len(places) != 1:
            raise Missing(f"日志须恰有一条截止记录，实有 {len(places)} 条")
        return places[0]

    @cached_property
    def register(self) -> list[ProvedEntry]:
        """The register entries the bundle leans on."""
        return [
            ProvedEntry(
                integer(item["index"]),
                dsse.strict_base64(item["entry"]),
                tuple(dsse.strict_base64(node) for node in item["proof"]),
            )
            for item in json_objects(
                self.file("register/entries.json"), {"entry", "index", "proof"}
            )
        ]

    def registered(self, kind: str) -> list[ProvedEntry]:
        """Select the register entries of one type."""
        return [proved for proved in self.register if proved.entry["type"] == kind]

    def only(self, kind: str) -> ProvedEntry:
        """Give the one register entry of a type."""
        found = self.registered(kind)
        if len(found) != 1:
            raise bundle.BundleUnreadable(f"登记簿中 {kind} 须恰有一条，实有 {len(found)} 条")
        return found[0]

    @cached_property
    def notice(self) -> notices.Notice:
        """The published notice."""
        return notices.parse(self.file("notice.json"))

    @cached_property
    def roster(self) -> RosterDocument:
        """The frozen roster."""
        return RosterDocument.from_bytes(self.file("roster.json"))

    @cached_property
    def origin(self) -> tuple[Opening, RosterDocument | None]:
        """What the roster rests on in words, and the version before it."""
        match json_object(self.file(bundle.ORIGIN), bundle.ORIGIN):
            case {"basis": str(basis), "previous": previous, "salt": str(salt), **more} if not more:
                opening = Opening(salt_of(salt), basis.encode())
                if previous is None:
                    return opening, None
                return opening, RosterDocument.from_bytes(canonical.encode(previous))
            case _:
                raise Missing(f"{bundle.ORIGIN} 的结构不对")

    @cached_property
    def corrections(self) -> list[LoggedCorrection]:
        """What was corrected in the roster while the vote ran, each act as the log names it."""
        enclosed = bundle.CORRECTIONS in self.files
        acts = canonical.decode(self.file(bundle.CORRECTIONS)) if enclosed else []
        documents = [canonical.encode(act) for act in acts]
        digests = [canonical.digest(data) for data in documents]
        found = logged_corrections(
            self.log, dict(zip(digests, documents, strict=True)), self.roster
        )
        if [correction.act.digest for correction in found] != digests:
            raise Missing("审计包中的清册更正与日志所记的不一一对应")
        return found

    @cached_property
    def poll(self) -> Poll:
        """What the notice pins, as ballots are checked against it."""
        notice = self.notice
        if notice.agenda.opens_at is None or notice.agenda.closes_at is None:
            raise Missing("会议通知没有写明投票时间")
        return Poll(
            notice.assembly_id,
            State.OPEN,
            notice.community,
            notice.agenda,
            canonical.digest(self.file("notice.json")),
            notice.roster_id,
            notice.roster_digest,
            notice.agenda.opens_at,
            notice.agenda.closes_at,
            notice.published_at,
            None,
            None,
        )

    @cached_property
    def result(self) -> dict[str, Any]:
        """The published result."""
        return json_object(self.file("result.json"), "result.json")

    @cached_property
    def ballot_openings(self) -> dict[int, Opening]:
        """Openings of the ballots, by position in the log."""
        return self._openings("ballots")

    @cached_property
    def objection_openings(self) -> dict[int, Opening]:
        """Openings of the objections to ballots, by position in the log."""
        return self._openings("objections")

    @cached_property
    def key_openings(self) -> dict[int, Opening]:
        """Openings of the device keys, by index in the register."""
        return self._openings("keys")

    @cached_property
    def voters(self) -> dict[int, dict[str, tuple[int, ...]]]:
        """Who may vote for which unit, by the log position from which on it holds.

        Each is what the log commits to there, and all that it commits to are here.
        """
        logged = {
            place: entry["voters"]
            for place, entry in enumerate(self.entries)
            if "voters" in entry and (place == 0 or entry["type"] == CORRECTION)
        }
        opened = self._openings("voters")
        if {place: opening.commitment for place, opening in opened.items()} != logged:
            raise Missing("表决人的开启值与日志的承诺不一一对应")
        return {place: parse_voters(opening.data) for place, opening in opened.items()}

    @cached_property
    def mandates(self) -> dict[int, Opening]:
        """What the register binds of who may vote, by the index of the freeze or correction."""
        return self._openings("mandates")

    def _openings(self, part: str) -> dict[int, Opening]:
        found = canonical.decode(self.file(_OPENINGS))
        optional = {"mandates", "objections", "voters"}
        if not isinstance(found, dict) or found.keys() - optional != {"ballots", "keys"}:
            raise Missing(f"{_OPENINGS} 的结构不对")
        items = json_objects(canonical.encode(found.get(part, [])), {"data", "index", "salt"})
        if part in optional & found.keys() and not items:
            raise Missing(f"{_OPENINGS} 中没有内容的清单应省去")
        indexes = [integer(item["index"]) for item in items]
        if indexes != sorted(set(indexes)):
            raise Missing(f"{_OPENINGS} 中的开启值须按编号排列且不重复")
        salts = [salt_of(item["salt"]) for item in items]
        return {
            index: Opening(salt, dsse.strict_base64(item["data"]))
            for index, salt, item in zip(indexes, salts, items, strict=True)
        }
