"""Results and facts as a count leaves them, for tests of what is printed of them."""

import io
from datetime import UTC, date, datetime

import pikepdf

from voting.outcome import certificate
from voting.outcome.certificate import (
    CertificateFacts,
)

GENERAL = {
    "class": "general",
    "quorum": ">= 2/3",
    "approval": "> 1/2",
    "base": "participants",
    "source": "《民法典》第二百七十八条第二款",
}
UNANIMOUS = {
    "class": "unanimous",
    "quorum": ">= 1/1",
    "approval": ">= 1/1",
    "base": "electorate",
    "source": "《民法典》第二百七十九条",
}
FACTS = CertificateFacts(
    number="BJ-CY-2026-000017",
    community="北京市朝阳区示例街道幸福家园小区",
    assembly_title="幸福家园小区 2026 年第二次业主大会会议",
    convener="幸福家园小区业主委员会",
    supervisor="北京市朝阳区示例街道办事处",
    frozen_by=("林召集", "高监督"),
    opens_at=datetime(2026, 11, 1, 1, tzinfo=UTC),
    closes_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
    issued_at=datetime(2026, 11, 20, 10, 30, 5, tzinfo=UTC),
    announce_by=date(2026, 11, 23),
    ballots={"phone": 861, "paper": 139, "void": 12, "superseded": 3, "late": 2},
    refused=7,
    notice_digest="9f" * 32,
    roster_digest="60" * 32,
    log_origin="vote.example.org/assemblies/7k3v0q9x2m4d8t1c",
    log_size=1031,
    log_root="fd" * 32,
    verify_url="https://vote.example.org/c/BJ-CY-2026-000017",
    engine_version="yezhu 0.1.0",
)


def size(heads, area_cm2):
    return {"heads": heads, "area_cm2": area_cm2}


def compared(left, op, right):
    return {"left": left, "op": op, "right": right, "holds": left >= right + (op == ">")}


def block(approve=702, area=698_112_300):
    """The votes on one question: 987 of 1286 heads and 99012.55 of 128642.37 m² take part."""
    tests = {
        "quorum_heads": compared(2961, ">=", 2572),
        "quorum_area": compared(2_970_376_500, ">=", 2_572_847_400),
        "approval_heads": compared(2 * approve, ">", 987),
        "approval_area": compared(2 * area, ">", 990_125_500),
    }
    return {
        "participating": size(987, 990_125_500),
        "approve": size(approve, area),
        "oppose": size(100, 101_001_200),
        "abstain": size(887 - approve, 889_124_300 - area),
        "void": size(3, 2_685_000),
        "tests": tests,
        "carried": all(test["holds"] for test in tests.values()),
    }


def item(form="resolution", title="修订管理规约", **more):
    return {
        "id": "1",
        "title": title,
        "form": form,
        "rule": GENERAL,
        "electorate": size(1286, 1_286_423_700),
        "depends_on": [],
        "flip": {"strike": 159, "change": 80, "needed_heads": 0, "needed_area_cm2": 0},
        **more,
    }


def resolution(**more):
    return item(**block(), **more)


def whole(carried, **more):
    """What an election or a choice says about itself beside its candidates or options."""
    votes = block()
    quorum = {name: votes["tests"][name] for name in ("quorum_heads", "quorum_area")}
    return {
        "participating": votes["participating"],
        "void": votes["void"],
        "tests": quorum,
        "carried": carried,
        **more,
    }


def election(candidates, **more):
    """Candidates in the order of the ballot, which is not that of their ranks."""
    seats = ["member"] * 11 + ["alternate"] * 5 + ["none"] * candidates
    names = [
        {
            "id": f"c{place}",
            "name": f"候选人{place}",
            **block(800 - place, 798_112_300 - 1_000_000 * place),
            "rank": place,
            "seat": seats[place - 1],
        }
        for place in range(1, candidates + 1)
    ]
    title = "选举第三届业主委员会委员"
    settled = whole(carried=True, candidates=names[::-1], needs_decision=[])
    return item("election", title, **(settled | more))


def choice_of_two(winner, **more):
    options = [{"id": "A", "title": "甲公司", **block()}, {"id": "B", "title": "乙公司", **block()}]
    votes = {"abstain": size(4, 40_000), "none_of_these": size(2, 20_000)}
    settled = whole(
        carried=winner is not None, options=options, winner=winner, run_off=None, **votes
    )
    return item("choose_one", "选聘物业服务人", **(settled | more))


def sample():
    return {"items": [resolution(), election(9), choice_of_two("A")], "format": "生僻字𬍛"}


def printed(**more):
    """The words and cells handed to the page, as the page receives them."""
    return certificate._item(1, item(**block(), **more))


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))
