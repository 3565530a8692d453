"""An owner votes on a phone-sized page while a supervisor's board, in the same real browser
engine against a real server, moves without a reload.
"""

import time
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.complex import done
from tests.e2e.site import DESK, PHONE, Site, choose, serving
from tests.witnesses import WITNESS
from voting.ledger.note import read_text
from voting.outcome.chinese import verdict_text
from voting.roster.workbook import roster_workbook

KEPT = """async (digest) => {
  const keys = await import("/static/keys.js");
  return (await keys.remembered(digest)).map(({ key }) => key.keyId);
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture
def site(served):
    return Site(*served)


def sign_in(board, site):
    board.goto(f"{site.url}/board")
    board.get_by_test_id("username").fill("supervisor")
    board.get_by_test_id("password").fill("correct horse battery")
    board.get_by_test_id("sign-in").click()


def identify(vote, site, unit_key):
    """Read the notice and prove who owns this unit."""
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    expect(vote.get_by_test_id("notice-digest")).to_have_attribute(
        "data-digest", site.assembly.notice_digest
    )
    vote.get_by_test_id("start").click()
    claim = site.complex.claim(unit_key)
    vote.get_by_test_id("name").fill(claim.name)
    vote.get_by_test_id("id-type").select_option(claim.id_type)
    vote.get_by_test_id("id-number").fill(claim.id_number)
    vote.get_by_test_id("title-no").fill(claim.title_no)
    # Other tests have enrolled phones for the same owners, which these replace.
    vote.get_by_test_id("by-code").locator("summary").click()
    vote.get_by_test_id("phone").fill(site.complex.roster.by_key()[unit_key].phones[0])
    vote.get_by_test_id("request-code").click()
    expect(vote.get_by_test_id("code-told")).to_contain_text("如果")
    vote.get_by_test_id("code").fill(site.complex.messages.code())
    vote.get_by_test_id("prove").click()
    expect(vote.get_by_test_id("units")).to_contain_text(unit_key)


def listed(board, site):
    """The button of the test's own assembly."""
    return board.locator(f"[data-testid=assembly-choice][data-assembly='{site.assembly.id}']")


def heads(board):
    return int(board.get_by_test_id("turnout-heads").inner_text())


def test_a_ballot_cast_on_the_phone_moves_the_board(site, page, tmp_path):
    board, vote = page(DESK), page(PHONE)
    sign_in(board, site)
    expect(listed(board, site)).not_to_contain_text("undefined")
    listed(board, site).click()
    expect(board.get_by_test_id("live-status")).to_contain_text("实时")
    before, area_before = heads(board), board.get_by_test_id("turnout-area").inner_text()
    loaded = board.evaluate("performance.timeOrigin")

    identify(vote, site, "1-1-101")
    vote.screenshot(path=tmp_path / "vote-choices.png", full_page=True)
    choose(vote)
    vote.screenshot(path=tmp_path / "vote-review.png", full_page=True)
    vote.get_by_test_id("sign").click()
    expect(vote.get_by_test_id("receipt-position")).to_have_text("1")
    vote.screenshot(path=tmp_path / "vote-receipt.png", full_page=True)

    expect(board.get_by_test_id("turnout-heads")).to_have_text(str(before + 1))
    assert board.get_by_test_id("turnout-area").inner_text() != area_before
    assert board.evaluate("performance.timeOrigin") == loaded  # the page was not reloaded
    floors = board.get_by_test_id("floors").first
    floors.locator("summary").click()
    expect(floors.get_by_role("heading", name="1 层")).to_be_visible()
    expect(floors).to_contain_text("1 / 1 人")
    arrivals = board.get_by_test_id("arrivals")
    arrivals.locator("summary").click()
    expect(arrivals.get_by_role("row").nth(1)).to_contain_text("1 人")
    board.screenshot(path=tmp_path / "board.png", full_page=True)


def test_the_private_key_cannot_leave_the_browser_and_survives_a_reload(site, page):
    vote = page(PHONE)
    identify(vote, site, "1-1-201")
    vote.reload()
    exported = vote.evaluate(
        """async () => {
            const names = (await indexedDB.databases()).map((database) => database.name);
            const open = (name) => new Promise((yes, no) => {
                const asked = indexedDB.open(name);
                asked.onsuccess = () => yes(asked.result);
                asked.onerror = () => no(asked.error);
            });
            const all = (store) => new Promise((yes) => {
                const asked = store.getAll();
                asked.onsuccess = () => yes(asked.result);
            });
            const found = [];
            const visit = (value) => {
                if (value instanceof CryptoKey) found.push(value);
                else if (value && typeof value === "object") Object.values(value).forEach(visit);
            };
            for (const name of names) {
                const database = await open(name);
                for (const store of database.objectStoreNames) {
                    visit(await all(database.transaction(store).objectStore(store)));
                }
            }
            const own = found.filter((key) => key.type === "private");
            const refused = await Promise.all(own.map((key) =>
                crypto.subtle.exportKey("pkcs8", key).then(() => false, () => true)));
            return {keys: own.length, refused: refused.every(Boolean)};
        }"""
    )
    assert exported["keys"] >= 1
    assert exported["refused"]


def test_a_key_on_the_same_phone_is_replaced_with_its_own_consent(site, page):
    """Its key is still there and signs for the next: no code is needed."""
    vote = page(PHONE)
    vote.clock.set_fixed_time(site.complex.clock())
    identify(vote, site, "2-1-103")
    digest = site.assembly.notice["roster"]["digest"]
    (first,) = vote.evaluate(KEPT, digest)
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    vote.get_by_test_id("start").click()
    claim = site.complex.claim("2-1-103")
    vote.get_by_test_id("name").fill(claim.name)
    vote.get_by_test_id("id-number").fill(claim.id_number)
    vote.get_by_test_id("title-no").fill(claim.title_no)
    with vote.expect_response("**/keys") as refused:
        vote.get_by_test_id("prove").click()
    expect(vote.get_by_test_id("units")).to_contain_text("2-1-103")
    assert refused.value.status == 403
    (second,) = vote.evaluate(KEPT, digest)
    assert first != second


def test_a_ballot_that_found_no_network_is_sent_again_as_it_was_signed(site, page):
    vote = page(PHONE)
    identify(vote, site, "2-1-101")
    choose(vote)
    sent = []
    vote.on("request", lambda request: sent.append(request.post_data)
            if request.url.endswith("/ballots") else None)  # fmt: skip
    vote.route("**/ballots", lambda route: route.abort("connectionfailed"))
    with vote.expect_event("requestfailed"):
        vote.get_by_test_id("sign").click()
    expect(vote.get_by_test_id("undelivered")).to_be_visible()
    vote.unroute("**/ballots")
    vote.get_by_test_id("resend").click()
    expect(vote.get_by_test_id("receipt-position")).to_be_visible()
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_an_owner_sees_his_share_and_the_answer_to_his_objection(site, page, tmp_path):
    place, unit = site.complex, "1-1-102"
    claim = vars_of(place.claim(unit))
    path = f"/v1/rosters/{place.roster_id}"
    said = {"unit": unit, "concern": "area", "text": "面积应为 89.73 平方米"}
    filed = done(place.http.post(f"{path}/objections", json=claim | said)).json()
    body = {"outcome": "declined", "reason": "经查登记簿，面积无误"}
    answer = f"{path}/objections/{filed['objection_id']}/answer"
    done(place.staff("convener").post(answer, json=body))
    vote = page(PHONE)
    vote.clock.set_fixed_time(place.clock())
    identify(vote, site, unit)
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    vote.get_by_test_id("start").click()
    vote.get_by_test_id("my-share").click()
    objections = vote.get_by_test_id("my-objections")
    expect(objections).to_contain_text("未采纳")
    expect(objections).to_contain_text(said["text"])
    expect(objections).to_contain_text(body["reason"])
    expect(vote.get_by_test_id("my-units")).to_contain_text("1-1-101")
    expect(vote.get_by_test_id("my-items")).to_contain_text("1 人")
    expect(vote.get_by_text("undefined")).to_have_count(0)
    vote.screenshot(path=tmp_path / "vote-share.png", full_page=True)
    vote.get_by_test_id("share-back").click()
    expect(vote.get_by_test_id("prove")).to_be_visible()


def vars_of(claim):
    return {
        "name": claim.name,
        "id_type": claim.id_type,
        "id_number": claim.id_number,
        "title_no": claim.title_no,
    }


@pytest.fixture
def corrected_site(tmp_path):
    """Of a complex of its own: no other vote is held on a roster that has been corrected."""
    with serving(tmp_path) as served:
        yield Site(*served)


def test_a_correction_is_on_board_and_notice_once_both_have_signed(corrected_site, page, tmp_path):
    site, place = corrected_site, corrected_site.complex
    board, vote = page(DESK), page(PHONE)
    sign_in(board, site)
    listed(board, site).click()
    expect(board.get_by_test_id("live-status")).to_contain_text("实时")
    expect(board.get_by_test_id("corrections")).to_have_count(0)
    convener, supervisor = place.staff("convener"), place.staff("supervisor")
    path = f"/v1/rosters/{place.roster_id}"
    shown = {"evidence": ("报告.pdf", b"%PDF-1.7")}
    amended = done(
        convener.post(f"{path}/amendments", data={"removed": ["2-1-204"]}, files=shown)
    ).json()
    act = f"/v1/rosters/{amended['roster']['roster_id']}/correction"
    done(convener.post(act))
    done(supervisor.post(f"{act}/confirmation"))
    card = board.get_by_test_id("corrections")
    expect(card).to_contain_text("14 套")
    expect(card).to_contain_text("13 套")
    card.locator("summary").click()
    expect(card).to_contain_text("删除 2-1-204")
    board.screenshot(path=tmp_path / "board-corrections.png", full_page=True)
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    expect(vote.get_by_test_id("corrections")).to_contain_text("业主清册的更正（1 项）")
    vote.screenshot(path=tmp_path / "vote-corrections.png", full_page=True)


def test_co_owners_see_who_votes_for_their_flat(corrected_site, page, tmp_path):
    """Whom they named, by name; the other co-owner is not said to."""
    site, place = corrected_site, corrected_site.complex
    flat = place.roster.by_key()["1-1-201"]
    file = roster_workbook([replace(flat, voter=flat.owners[0].name)])
    convener, path = place.staff("convener"), f"/v1/rosters/{place.roster_id}"
    amended = done(
        convener.post(f"{path}/amendments", files={"file": ("推选书.xlsx", file)})
    ).json()
    act = f"/v1/rosters/{amended['roster']['roster_id']}/correction"
    done(convener.post(act))
    done(place.staff("supervisor").post(f"{act}/confirmation"))
    vote = page(PHONE)
    vote.clock.set_fixed_time(place.clock())
    identify(vote, site, "1-1-201")
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    vote.get_by_test_id("start").click()
    vote.get_by_test_id("my-share").click()
    voters = vote.get_by_test_id("my-voters")
    expect(voters).to_contain_text("1-1-201")
    expect(voters).to_contain_text(f"由{flat.owners[0].name}表决")
    expect(voters).not_to_contain_text(flat.owners[1].name)
    vote.screenshot(path=tmp_path / "vote-voters.png", full_page=True)


def test_the_pages_forbid_everything_that_is_not_their_own(site, page):
    vote = page(PHONE)
    answer = vote.goto(f"{site.url}/vote")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    time.sleep(0.2)  # let late requests show themselves
    origins = vote.evaluate(
        "performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)"
    )
    assert set(origins) <= {site.url}


def test_the_board_shows_who_has_witnessed_the_log(site, page, tmp_path):
    """Before the close and after it; where there is no witness, nothing is said of any."""
    place, board = site.complex, page(DESK)
    ledger = place.service.ledger
    origin = ledger.origins.assembly(site.assembly.id)

    def witnessed():
        with place.service.database.write() as session:
            size = ledger.size(session, origin)
            text = read_text(ledger.checkpoint(session, origin))
            line = WITNESS.cosign(text, 1_790_000_000).encode()
            ledger.keep_cosignature(session, origin, size, WITNESS.key, line)
        return f"{WITNESS.key.name} 已见证到第 {size} 条"

    sign_in(board, site)
    listed(board, site).click()
    expect(board.get_by_test_id("live-status")).to_contain_text("实时")
    expect(board.get_by_test_id("witnesses")).to_be_empty()
    witnessed()
    done(place.http.post(
        f"{site.assembly.path}/ballots", content=place.signed(site.assembly, "2-1-104")
    ))  # fmt: skip
    expect(board.get_by_test_id("witnesses")).to_contain_text("已见证到第 1 条")
    place.close(site.assembly)
    said = witnessed()
    sign_in_again = page(DESK)
    sign_in(sign_in_again, site)
    listed(sign_in_again, site).click()
    expect(sign_in_again.get_by_test_id("witnesses")).to_contain_text(said)
    sign_in_again.screenshot(path=tmp_path / "board-witnessed.png", full_page=True)


def test_after_the_close_the_board_shows_the_result_and_the_voting_page_its_certificate(
    site, page, tmp_path
):
    place = site.complex
    place.close(site.assembly)
    done(place.staff("convener").post(f"{site.assembly.path}/certificate"))
    counted = place.http.get(f"{site.assembly.path}/result").json()
    board, vote = page(DESK), page(PHONE)
    sign_in(board, site)
    listed(board, site).click()
    first = counted["items"][0]
    expect(board.get_by_test_id("result-1")).to_contain_text(
        f"参与 {first['participating']['heads']} / {first['electorate']['heads']} 人"
    )
    for item in counted["items"]:
        expect(board.get_by_test_id(f"result-{item['id']}")).to_contain_text(
            verdict_text(item)[0].replace("委员", "当选")
        )
    board.screenshot(path=tmp_path / "board-result.png", full_page=True)

    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    link = vote.get_by_role("link", name="查看表决结果公告（PDF）")
    expect(link).to_have_attribute("href", f"{site.assembly.path}/certificate")
    expect(vote.get_by_test_id("start")).to_have_count(0)
    expect(vote.get_by_text("undefined")).to_have_count(0)


def test_the_page_says_how_many_may_be_ticked_before_anything_is_signed(site, page):
    """Of an assembly whose rules set a limit."""
    site.assembly = site.complex.open(candidates="at_most_seats")
    vote = page(PHONE)
    vote.goto(f"{site.url}/vote?assembly={site.assembly.id}")
    expect(vote.get_by_text("最多同意 1 人，多选的本项作废。")).to_be_visible()
    identify(vote, site, "1-1-101")
    for testid in ("item-1-approve", "item-2-c1-approve", "item-2-c2-approve", "item-3-a"):
        vote.get_by_test_id(testid).check()
    vote.get_by_test_id("review").click()
    expect(vote.get_by_text("第 2 项最多同意 1 人，您同意了 2 人")).to_be_visible()
    expect(vote.get_by_test_id("sign")).to_have_count(0)
    vote.get_by_test_id("item-2-c2-abstain").check()
    vote.get_by_test_id("review").click()
    vote.get_by_test_id("sign").click()
    expect(vote.get_by_test_id("receipt-position")).to_have_text("1")
