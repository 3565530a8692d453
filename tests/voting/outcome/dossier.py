"""A bundle taken apart and written anew by an operator who holds every key, the owners' included.

Whatever he changes, all that is bound to it afterwards agrees with the change again: signatures,
commitments, digests, roots and proofs. So of a false bundle exactly one thing can be made false.
"""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.voting.outcome.forgery import ENTRIES, OPENINGS, edited
from tests.voting.world import LOG_KEY
from voting.assembly import notice as notices
from voting.ballot.model import PAYLOAD_TYPE
from voting.box.entries import PAPER, PHONE
from voting.count.logged import logged_corrections, open_ballots, open_objections
from voting.count.result import count_log
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.ledger.checkpoint import Checkpoint, sign_checkpoint
from voting.ledger.note import Signer
from voting.ledger.tiles import layout
from voting.ledger.tree import inclusion_proof, leaf_hash, root_of
from voting.outcome import bundle
from voting.outcome.evidence import Evidence
from voting.roster.document import RosterDocument

NOT_ENCLOSED = b"another entry"
"""Stands where the register has an entry that the bundle does not hold."""


@dataclass
class Dossier:
    """The pieces of one bundle. Change them, then :meth:`write`.

    ``log`` holds the entries of the assembly's log, ``register`` those of the register by their
    index, ``openings`` salt and data by part and index. ``origin`` is the log's name, ``phones``
    are the owners' by the id of their key.
    """

    files: dict[str, bytes]
    phones: dict[str, Any]
    log: list[dict[str, Any]] = field(init=False)
    register: dict[int, dict[str, Any]] = field(init=False)
    size: int = field(init=False)
    openings: dict[str, dict[int, Opening]] = field(init=False)
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        self.files = dict(self.files)
        evidence = Evidence(self.files)
        self.log = copy.deepcopy(evidence.entries)
        self.register = {each.index: dict(each.entry) for each in evidence.register}
        self.size = evidence.register_checkpoint.size
        self.origin = evidence.checkpoint.origin
        self.register_origin = evidence.register_checkpoint.origin
        self.notice, self.roster, self.result = (
            canonical.decode(self.files[f"{name}.json"]) for name in ("notice", "roster", "result")
        )
        said = canonical.decode(self.files[OPENINGS]) if OPENINGS in self.files else {}
        self.openings = {
            part: {
                each["index"]: Opening(*(base64.b64decode(each[n]) for n in ("salt", "data")))
                for each in rows
            }
            for part, rows in said.items()
        }

    def only(self, kind: str) -> dict[str, Any]:
        """The one register entry of a type."""
        (entry,) = (entry for entry in self.register.values() if entry["type"] == kind)
        return entry

    def place(self, kind: str) -> int:
        """The first position in the log of an entry of a type."""
        return next(place for place, entry in enumerate(self.log) if entry["type"] == kind)

    def index(self, kind: str) -> int:
        """The first index in the register of an entry of a type."""
        return next(index for index, entry in self.register.items() if entry["type"] == kind)

    def close(self) -> int:
        """Where the box was closed."""
        return self.place("close")

    def write(self, **edits: Callable[["Dossier"], object]) -> bytes:
        """Write the bundle; each edit is made after the step it is named for."""
        steps = (
            self.roster_bound, self.notice_bound, self.opened, self.pinned, self.counted,
            self.logged, self.registered, self.listed,
        )  # fmt: skip
        assert edits.keys() <= {step.__name__ for step in steps}
        for step in steps:
            step()
            edits.get(step.__name__, lambda _: None)(self)
        return bundle.write(self.files)

    def roster_bound(self) -> None:
        """Let everything name the roster as it is."""
        self.files["roster.json"] = canonical.encode(self.roster)
        digest = canonical.digest(self.files["roster.json"])
        old = self.notice["roster"]["digest"]
        for entry in (*self.register.values(), self.log[0], self.result, self.notice["roster"]):
            for name in ("digest", "roster"):
                if entry.get(name) == old:
                    entry[name] = digest
        self._sign_again(roster=digest)

    def notice_bound(self) -> None:
        """Let everything name the notice as it is."""
        self.files["notice.json"] = canonical.encode(self.notice)
        digest = canonical.digest(self.files["notice.json"])
        for entry in (self.log[0], self.result, self.only("assembly")):
            entry["notice"] = digest
        self._sign_again(notice=digest)

    def opened(self) -> None:
        """Commit to what is opened."""
        for part, entries in (
            ("ballots", dict(enumerate(self.log))),
            ("objections", dict(enumerate(self.log))),
            ("keys", self.register),
            ("voters", dict(enumerate(self.log))),
            ("mandates", self.register),
        ):
            name = "commitment" if part in {"ballots", "keys", "objections"} else part
            for index, opening in self.openings.get(part, {}).items():
                entries[index][name] = opening.commitment
        version, freeze = self.only("roster-version"), self.only("roster")
        if "mandates" in version:
            version["mandates"] = freeze["mandates"]

    def pinned(self) -> None:
        """Count, and pin the log in the register as it was opened and closed."""
        if self.openings:
            self.recount()
        begun = [canonical.encode(entry) for entry in self.log[: self.close() + 1]]
        for kind, entries in (("assembly-opened", begun[:1]), ("assembly-closed", begun)):
            self.only(kind)["checkpoint"] = self.signed(self.origin, entries).decode()
        root = root_of([leaf_hash(entry) for entry in begun])
        self.result["log"] = {"origin": self.origin, "root": root.hex(), "size": len(begun)}
        self.only("assembly")["origin"] = self.origin

    def counted(self) -> None:
        """Pin the result."""
        self.files["result.json"] = canonical.encode(self.result)
        digest = canonical.digest(self.files["result.json"])
        for entry in (*self.log[self.close() + 1 :], self.only("certificate")):
            entry["result"] = digest
        self.only("certificate")["certificate"] = canonical.digest(self.files["certificate.pdf"])

    def logged(self) -> None:
        """Sign the log."""
        entries = [canonical.encode(entry) for entry in self.log]
        kept = {path: data for path, data in self.files.items() if not path.startswith("log/")}
        self.files = (
            kept
            | {f"log/{path}": data for path, data in layout(entries).items()}
            | {"log/checkpoint": self.signed(self.origin, entries)}
        )

    def registered(self) -> None:
        """Sign the register, and prove the entries enclosed."""
        entries = [
            canonical.encode(self.register[index]) if index in self.register else NOT_ENCLOSED
            for index in range(self.size)
        ]
        leaves = [leaf_hash(entry) for entry in entries]

        def node(level: int, index: int) -> bytes:
            return root_of(leaves[index << level : (index + 1) << level])

        self.files[ENTRIES] = canonical.encode(
            [
                {
                    "entry": base64.b64encode(entries[index]).decode(),
                    "index": index,
                    "proof": [
                        base64.b64encode(sibling).decode()
                        for sibling in inclusion_proof(index, self.size, node)
                    ],
                }
                for index in sorted(self.register)
            ]
        )
        self.files["register/checkpoint"] = self.signed(self.register_origin, entries)

    def listed(self) -> None:
        """Write the openings, and list every file with its digest."""
        if self.openings:
            self.files[OPENINGS] = canonical.encode(
                {
                    part: [
                        {
                            "data": base64.b64encode(opening.data).decode(),
                            "index": index,
                            "salt": base64.b64encode(opening.salt).decode(),
                        }
                        for index, opening in sorted(rows.items())
                    ]
                    for part, rows in self.openings.items()
                }
            )
        rest = {path: data for path, data in self.files.items() if path != bundle.MANIFEST}
        keys = self.signer(self.origin).key.vkey, self.signer(self.register_origin).key.vkey

        def say(manifest: dict[str, Any]) -> None:
            manifest["files"] = {path: canonical.digest(data) for path, data in rest.items()}
            manifest["log"] = {"origin": self.origin, "vkey": keys[0]}
            manifest["register"] = {"origin": self.register_origin, "vkey": keys[1]}

        self.files = edited(self.files, bundle.MANIFEST, say)

    def signer(self, origin: str) -> Signer:
        """The operator's key under the name of a log."""
        return Signer(origin, Ed25519PrivateKey.from_private_bytes(LOG_KEY))

    def signed(self, origin: str, entries: list[bytes]) -> bytes:
        """Sign a log of these entries."""
        root = root_of([leaf_hash(entry) for entry in entries])
        return sign_checkpoint(Checkpoint(origin, len(entries), root), self.signer(origin))

    def said(self, place: int) -> Any:
        """What a phone's ballot says."""
        return canonical.decode(dsse.parse(self.openings["ballots"][place].data).payload)

    def ballots(self, kind: str = PHONE) -> list[int]:
        """Positions of the ballots that came this way."""
        return [place for place, entry in enumerate(self.log) if entry["type"] == kind]

    def recount(self) -> None:
        """Let the result be that of the ballots as they are."""
        entries = [canonical.encode(entry) for entry in self.log[: self.close() + 1]]
        roster = RosterDocument.from_bytes(canonical.encode(self.roster))
        agenda = notices.parse(canonical.encode(self.notice)).agenda
        acts = canonical.decode(self.files.get(bundle.CORRECTIONS, b"[]"))
        documents = {canonical.digest(data): data for data in map(canonical.encode, acts)}
        self.result = count_log(
            assembly_id=self.result["assembly"],
            notice_digest=self.result["notice"],
            agenda=agenda,
            roster=roster,
            origin=self.origin,
            entries=entries,
            opened=open_ballots(entries, self.openings["ballots"], agenda),
            corrections=logged_corrections(entries, documents, roster),
            objections=open_objections(entries, self.openings.get("objections", {})),
        )

    def index_of_key(self, place: int) -> int:
        """Where in the register the key is that signed a phone's ballot."""
        key_id = dsse.parse(self.openings["ballots"][place].data).key_id
        return next(
            index
            for index, opening in self.openings["keys"].items()
            if canonical.digest(base64.b64decode(canonical.decode(opening.data)["spki"])) == key_id
        )

    def resign(self, place: int, **values: Any) -> None:
        """Sign a phone's ballot once more, with other values, and whatever replaces it as well."""
        opening = self.openings["ballots"][place]
        envelope = dsse.parse(opening.data)
        payload = canonical.encode(canonical.decode(envelope.payload) | values)
        sealed = self.phones[envelope.key_id].seal(PAYLOAD_TYPE, payload).to_bytes()
        self.openings["ballots"][place] = replace(opening, data=sealed)
        for later in self.ballots():
            if self.said(later)["replaces"] == canonical.digest(envelope.payload):
                self.resign(later, replaces=canonical.digest(payload))

    def rewrite(self, place: int, **values: Any) -> None:
        """Enter a paper ballot once more, with other values."""
        assert self.log[place]["type"] == PAPER
        opening = self.openings["ballots"][place]
        data = canonical.encode(canonical.decode(opening.data) | values)
        self.openings["ballots"][place] = replace(opening, data=data)

    def restate(self, index: int, **values: Any) -> None:
        """Enrol a key once more, with other values."""
        opening = self.openings["keys"][index]
        data = canonical.encode(canonical.decode(opening.data) | values)
        self.openings["keys"][index] = replace(opening, data=data)

    def regroup(self) -> None:
        """Number the owner groups of the roster anew."""
        document = RosterDocument.from_bytes(canonical.encode(self.roster))
        self.roster = canonical.decode(document.regrouped().to_bytes())

    def _sign_again(self, **pins: str) -> None:
        """Let every owner sign what is pinned now, if it is something else."""
        for place in self.openings.get("ballots", {}):
            if self.log[place]["type"] != PHONE:
                continue
            said = self.said(place)
            if any(said[name] != value for name, value in pins.items()):
                self.resign(place, **pins)
        if "roster" in pins:
            for index in self.openings.get("keys", {}):
                self.restate(index, **pins)
