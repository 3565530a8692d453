"""For each check there is a bundle that this check alone rejects, whichever verifier runs it."""

import pytest

from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.damage import damage
from tests.voting.outcome.damage.members import of_nobody
from tests.voting.outcome.damage.rosters import no_rosters
from tests.voting.outcome.damage.shapes import shapes, variations, zips
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import eventful, quiet
from voting.outcome.bundle import Level

ROWS = [(row, level) for row in damage() for level in row.levels]


def failing(data):
    return [finding.number for finding in verify_bundle(data) if finding.problems]


@pytest.mark.parametrize("vote", [eventful, quiet])
@pytest.mark.parametrize("level", Level)
def test_a_bundle_written_anew_without_a_change_passes(vote, level):
    """So that what fails below fails for the one thing that was changed."""
    files, phones = vote()
    assert failing(Dossier(files[level], phones).write()) == []


@pytest.mark.parametrize(
    ("row", "level"), ROWS, ids=[f"{row.check} {row.name} ({level})" for row, level in ROWS]
)
def test_what_one_check_sees_no_other_does(row, level):
    files, phones = (quiet if row.quiet else eventful)()
    data = Dossier(files[level], phones).write(**{row.step: row.edit})
    assert failing(data) == [row.check]


@pytest.mark.parametrize(("step", "edit"), list(shapes()))
def test_an_odd_shape_fails_the_same_checks_in_both(step, edit):
    files, phones = eventful()
    assert failing(Dossier(files[Level.SUPERVISED], phones).write(**{step: edit}))


@pytest.mark.parametrize("edit", list(no_rosters()))
def test_a_roster_with_such_a_unit_is_unreadable_for_both(edit):
    files, phones = quiet()
    data = Dossier(files[Level.PUBLIC], phones).write(roster_bound=edit)
    assert failing(data) == [7, 9, 10]


@pytest.mark.parametrize(("step", "edit"), list(of_nobody()))
def test_voters_named_where_none_are_named_fail_the_same_checks_in_both(step, edit):
    """An entry that says for whom it does not speak: neither verifier takes it at its word."""
    files, phones = eventful()
    found = failing(Dossier(files[Level.SUPERVISED], phones).write(**{step: edit}))
    assert {5, 9, 13} <= set(found)


@pytest.mark.parametrize(("step", "edit"), list(variations()))
def test_what_an_older_release_left_is_sound_for_both(step, edit):
    files, phones = eventful()
    assert failing(Dossier(files[Level.SUPERVISED], phones).write(**{step: edit})) == []


def test_what_is_no_canonical_zip_is_refused_by_both():
    files, phones = quiet()
    for data in zips(Dossier(files[Level.PUBLIC], phones).write()):
        assert failing(data) == [1]


def test_every_check_is_alone_in_something():
    assert {row.check for row in damage()} == set(range(1, 15))
