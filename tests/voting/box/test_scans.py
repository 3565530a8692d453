"""Scans are kept under their digest, sealed, and opened only with an entry in the register."""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from tests.voting.box.test_authority import PROXY, accepted, by_proxy
from tests.voting.box.test_paper import enter, paper
from voting.ballot.refusals import PollClosed
from voting.box.refusals import UnknownScan, UnreadablePaper, UnreadableScan
from voting.box.scan import MAX_BYTES
from voting.box.service import Scans
from voting.box.store import ScanRow
from voting.kernel import canonical
from voting.roster.vault import KeyMissing, Vault

PDF = b"%PDF-1.7 a ballot"
PNG = b"\x89PNG\r\n\x1a\n an authority"


def kept(world):
    with world.database.read() as session:
        return list(session.scalars(select(ScanRow).order_by(ScanRow.digest)))


def test_a_paper_names_its_scans_and_they_are_found_by_the_digest(open_engine_world):
    world = open_engine_world
    scans = tuple(sorted(world.scans.keep(world.assembly_id, data) for data in (PDF, PNG)))
    assert scans == tuple(sorted(map(canonical.digest, (PDF, PNG))))
    assert accepted(world, replace(by_proxy(), scans=scans)) == 1
    before = len(world.acts())
    read = world.scans.read(world.assembly_id, canonical.digest(PDF), by="s1")
    assert read == (PDF, "application/pdf")
    (act,) = world.acts()[before:]
    assert (act["act"], act["by"], act["assembly"]) == ("open-scan", "s1", world.assembly_id)


def test_the_register_says_which_scan_was_opened_to_whoever_has_the_key_only(open_world):
    """It said that one was, and of a hundred nobody could tell which."""
    world = open_world
    digests = [world.scans.keep(world.assembly_id, data) for data in (PDF, PNG)]
    before = len(world.acts())
    for digest in (*digests, digests[0]):
        world.scans.read(world.assembly_id, digest, by="s1")
    opened = [act["scan"] for act in world.acts()[before:]]
    assert opened[0] == opened[2] != opened[1]
    assert set(opened).isdisjoint(digests)
    vault = Vault({1: b"e" * 32}, b"another index key".ljust(32))
    other = Scans(world.database, world.ledger, world.assemblies, vault, world.clock)
    other.read(world.assembly_id, digests[0], by="s1")
    assert world.acts()[-1]["scan"] not in opened


def test_the_same_scan_is_kept_once_and_never_in_clear(open_world):
    for _ in range(2):
        open_world.scans.keep(open_world.assembly_id, PDF)
    (row,) = kept(open_world)
    assert PDF not in row.sealed


def test_a_paper_cannot_name_a_scan_that_is_not_there(open_world):
    entry = replace(paper(), scans=("0" * 64,))
    with pytest.raises(UnknownScan):
        enter(open_world, entry, "k1")
    with pytest.raises(UnknownScan):
        open_world.scans.read(open_world.assembly_id, "0" * 64, by="s1")


def test_scans_are_sorted_each_once(open_world):
    scans = sorted(open_world.scans.keep(open_world.assembly_id, data) for data in (PDF, PNG))
    for wrong in (scans[::-1], [scans[0], scans[0]]):
        with pytest.raises(UnreadablePaper):
            enter(open_world, replace(paper(), scans=tuple(wrong)), "k1")


@pytest.mark.parametrize("data", [b"", b"MZ", b"<html>", PDF + b"x" * MAX_BYTES])
def test_only_pictures_and_pdf_of_bounded_size_are_kept(open_world, data):
    with pytest.raises(UnreadableScan):
        open_world.scans.keep(open_world.assembly_id, data)
    assert kept(open_world) == []


def test_the_longest_scan_is_kept(open_world):
    longest = PDF.ljust(MAX_BYTES)
    digest = open_world.scans.keep(open_world.assembly_id, longest)
    assert open_world.scans.read(open_world.assembly_id, digest, by="s1")[0] == longest


def test_nothing_is_kept_once_the_box_is_closed(open_world):
    open_world.close()
    with pytest.raises(PollClosed):
        open_world.scans.keep(open_world.assembly_id, PDF)


def test_a_scan_moved_to_another_digest_does_not_open(open_world):
    digests = [open_world.scans.keep(open_world.assembly_id, data) for data in (PDF, PNG)]
    with open_world.database.write() as session:
        first, second = (session.get(ScanRow, (open_world.assembly_id, each)) for each in digests)
        first.sealed = second.sealed
    with pytest.raises(InvalidTag):
        open_world.scans.read(open_world.assembly_id, digests[0], by="s1")


def test_scans_are_sealed_anew_with_everything_else(open_world):
    world = open_world
    digest = world.scans.keep(world.assembly_id, PDF)

    def under(keys):
        vault = Vault(keys, b"i" * 32)
        return Scans(world.database, world.ledger, world.assemblies, vault, world.clock)

    both = under({1: b"e" * 32, 2: b"f" * 32})
    before = len(world.acts())
    assert both.rotate(by="operator") == 1
    assert both.rotate(by="operator") == 0
    (act,) = world.acts()[before:]
    assert (act["act"], act["by"], act["count"], act["key"]) == ("reseal-scans", "operator", 1, 2)
    assert under({2: b"f" * 32}).read(world.assembly_id, digest, by="s1")[0] == PDF
    with pytest.raises(KeyMissing):
        world.scans.read(world.assembly_id, digest, by="s1")


def test_scans_go_when_the_time_of_keeping_is_over(open_world):
    world = open_world
    world.scans.keep(world.assembly_id, PDF)
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    world.clock.advance(days=6 * 366)
    assert world.outcomes.erase(world.clock.moment, (), by="operator") == 1
    assert kept(world) == []


def test_a_clerk_is_told_that_an_authority_has_no_scan(open_world):
    told = open_world.box.paper_warnings(open_world.assembly_id, by_proxy(PROXY))
    assert len(told) == 1
    assert "扫描" in told[0]
    scan = open_world.scans.keep(open_world.assembly_id, PDF)
    with_scan = replace(by_proxy(PROXY), scans=(scan,))
    assert open_world.box.paper_warnings(open_world.assembly_id, with_scan) == []
