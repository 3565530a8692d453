"""Check 13: the keys that signed."""

import base64

from tests.voting.outcome.damage.row import SUPERVISED, ZERO, Damage
from tests.voting.world import Handset
from voting.identity.entries import key_entry, key_statement
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp
from voting.kernel.commitment import Opening


def _another_key(d):
    """Enclose a key that signed nothing here."""
    phone = Handset()
    statement = key_statement(0, canonical.digest(d.files["roster.json"]), phone.spki)
    opening = Opening(bytes(32), statement)
    place = d.index("assembly-closed") - 1
    at = d.only("roster")["at"]
    d.register[place] = canonical.decode(key_entry(opening.commitment, parse_timestamp(at)))
    d.register = dict(sorted(d.register.items()))
    d.openings["keys"][place] = opening


def _first_key(d):
    return min(d.openings["keys"])


def rows():
    """Damage to keys."""

    def say(**values):
        return lambda d: d.restate(_first_key(d), **values)

    def revoked(at):
        return lambda d: d.register[d.index("device-key-revoked")].update(at=at)

    def said_false(d):
        """Say ``false`` for the owner whose number is 0."""
        (place,) = (
            index
            for index, opening in d.openings["keys"].items()
            if canonical.decode(opening.data)["owner"] == 0
        )
        d.restate(place, owner=False)

    def revoked_once_more(d):
        """Let the register end one key twice, before its ballot and long after it."""
        first = d.index("device-key-revoked")
        later = dict(d.register[first])
        d.register[first]["at"] = "2026-03-17T15:59:59Z"
        d.register = dict(sorted((d.register | {d.size - 1: later}).items()))

    def enrolled(at):
        return lambda d: d.register[_first_key(d)].update(at=at)

    return [
        Damage(13, "a key not used", "notice_bound", _another_key, SUPERVISED),
        Damage(13, "a key not opened", "opened",
               lambda d: d.openings["keys"].pop(_first_key(d)), SUPERVISED),
        Damage(13, "another key opened", "opened", say(owner=99), SUPERVISED),
        Damage(13, "the key of another roster", "notice_bound", say(roster=ZERO), SUPERVISED),
        Damage(13, "a key with a remark", "notice_bound", say(remark="-"), SUPERVISED),
        Damage(13, "the key of another owner", "notice_bound", say(owner=99), SUPERVISED),
        Damage(13, "the key of nobody", "notice_bound", said_false, SUPERVISED),
        Damage(13, "no key", "notice_bound",
               say(spki=base64.b64encode(b"-").decode()), SUPERVISED),
        Damage(13, "a key enrolled later", "opened", enrolled("2026-03-17T16:00:01Z"), SUPERVISED),
        Damage(13, "a key revoked before", "opened", revoked("2026-03-17T15:59:59Z"), SUPERVISED),
        Damage(13, "a key revoked before and after", "opened", revoked_once_more, SUPERVISED),
    ]  # fmt: skip
