"""Paper ballots over HTTP: who signed, on what, and the scans."""

import re

import pytest

from api.routes.papers import _sorted
from voting.box import store
from voting.kernel import canonical

SCAN = b"%PDF-1.7 a ballot and an authority"
AGENT = {"agent_id_type": "护照", "agent_id_number": "E99000771"}


@pytest.fixture(scope="module")
def assembly(town):
    return town.open()


@pytest.fixture
def entered(town, assembly):
    """Enter a paper for a unit by both clerks; the second answer."""
    path = f"{assembly.path}/paper-ballots"

    def enter(serial, unit, **other):
        body = {"serial": serial, "units": [unit], "choices": CHOICES} | other
        answers = [town.staff(name).post(path, json=body) for name in ("clerk1", "clerk2")]
        return answers[-1]

    return enter


CHOICES = {"1": "approve", "2": {"c1": "blank", "c2": "void"}, "3": "none_of_these"}


def papers(town, assembly):
    with town.service.database.read() as session:
        return [canonical.decode(text) for _, text, _ in store.papers(session, assembly.id)]


def authority(assembly, **other):
    day = f"{assembly.opens_at:%Y-%m-%d}"
    return AGENT | {
        "matters": ["3", "1", "2"],
        "scope": "full",
        "signed_on": day,
        "valid_from": day,
        "valid_until": "2099-01-01",
        "property_staff": False,
    } | other  # fmt: skip


def test_a_proxy_with_his_scan_is_in_the_log_and_his_number_is_nowhere(town, assembly, entered):
    clerk, supervisor = town.staff("clerk1"), town.staff("supervisor")
    scans = f"{assembly.path}/paper-ballots/scans"
    digest = clerk.post(scans, content=SCAN).json()["digest"]
    assert digest == canonical.digest(SCAN)
    answer = entered(
        "1", "2-1-101", capacity="proxy", authority=authority(assembly), scans=[digest]
    )
    assert (answer.status_code, answer.json()["warnings"]) == (201, [])
    said = papers(town, assembly)[-1]
    assert re.fullmatch("[0-9a-f]{64}", said["authority"]["agent"])
    assert (said["scans"], said["authority"]["matters"]) == ([digest], ["1", "2", "3"])
    assert AGENT["agent_id_number"] not in str(said)
    read = supervisor.get(f"{scans}/{digest}")
    assert (read.content, read.headers["content-type"]) == (SCAN, "application/pdf")
    assert town.staff("supervisor").get(f"{scans}/{'0' * 64}").status_code == 404


@pytest.mark.parametrize("spelt", ["E99000772", "e99000772", " E99000772 "])
def test_an_agent_is_the_same_however_his_number_is_typed(town, assembly, entered, spelt):
    other = authority(assembly, agent_id_number=spelt)
    serial = f"s{len(papers(town, assembly))}"
    assert entered(serial, "2-1-102", capacity="proxy", authority=other).status_code == 201
    agents = {
        said["authority"]["agent"]
        for said in papers(town, assembly)
        if said["serial"].startswith("s")
    }
    assert len(agents) == 1


def test_what_is_refused_has_its_code_and_says_what_to_do(town, assembly, entered):
    refused = {
        "carried-not-cast": {"capacity": "representative"},
        "unreadable-authority": {"capacity": "guardian", "authority": None},
        "authority-not-in-force": {
            "capacity": "proxy",
            "authority": authority(assembly, valid_until="2000-01-01"),
        },
        "beyond-authority": {
            "capacity": "proxy",
            "authority": authority(assembly, matters=["2"]),
        },
        "property-staff": {
            "capacity": "proxy",
            "authority": authority(assembly, property_staff=True),
        },
        "unknown-scan": {"scans": ["0" * 64]},
    }
    for code, body in refused.items():
        answer = entered("9", "2-1-103", **body)
        assert answer.json()["type"] == f"/problems/{code}"
    clerk = town.staff("clerk1")
    answer = clerk.post(f"{assembly.path}/paper-ballots/scans", content=b"MZ")
    assert answer.json()["type"] == "/problems/unreadable-scan"


def test_matters_are_sorted_as_the_log_holds_them():
    """Sorted as typed they came in another order, and a sound authority was unreadable."""
    assert _sorted(["z", "e\u0301", "f"]) == ("f", "z", "\u00e9")


def test_a_guardian_says_which_paper_he_showed(entered):
    answer = entered(
        "10", "2-1-104", capacity="guardian", authority={"evidence": "household_register"}
    )
    assert answer.status_code == 201
    assert "扫描" in answer.json()["warnings"][0]


def test_a_number_typed_wrong_is_withdrawn_by_a_clerk_or_the_convener(town, assembly):
    path = f"{assembly.path}/paper-ballots"
    body = {"serial": "11", "units": ["2-1-201"], "choices": CHOICES}
    for name, status in (("supervisor", 403), ("clerk2", 204), ("convener", 204)):
        town.staff("clerk1").post(path, json=body)
        answer = town.staff(name).post(f"{path}/withdrawals", json={"serial": "11"})
        assert answer.status_code == status
    again = town.staff("convener").post(f"{path}/withdrawals", json={"serial": "11"})
    assert (again.status_code, again.json()["type"]) == (404, "/problems/unknown-paper")


def test_a_paper_whose_unit_nobody_can_read_is_entered_as_void(town, assembly, entered):
    """Two clerks could not enter it at all, and it was in no account of the papers."""
    clerk = town.staff("clerk1")
    scans = f"{assembly.path}/paper-ballots/scans"
    scan = clerk.post(scans, content=b"%PDF-1.7 a wet paper").json()["digest"]
    unread = {"units": [], "choices": {}, "void_reason": "房号无法辨认"}
    answer = entered("12", None, scans=[scan], **unread)
    assert (answer.status_code, answer.json()["warnings"]) == (201, [])
    said = papers(town, assembly)[-1]
    assert said == {
        "carried": False,
        "format": "yezhu-paper/3",
        "scans": [scan],
        "serial": "12",
        "void_reason": "房号无法辨认",
    }
    for more in (
        {"void_reason": ""},
        {"choices": CHOICES},
        {"capacity": "guardian", "authority": {"evidence": "agreement"}},
    ):
        answer = entered("13", None, **unread | more)
        assert answer.json()["type"] == "/problems/unreadable-paper"
        assert "房屋留空，写明作废原因" in answer.json()["detail"]
    assert "扫描" in entered("13", None, **unread).json()["warnings"][0]
    again = entered("12", "2-1-202")
    assert again.json()["type"] == "/problems/paper-already-accepted"
