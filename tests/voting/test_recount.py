"""Three files in, one result out: small enough to be counted by hand on one sheet of paper."""

import json
import subprocess
import sys

import pytest

from voting.count.recount import recount
from voting.count.refusals import InputsUnreadable
from voting.kernel import canonical

# Heads: {A} with two flats, {A, B}, {C} with a flat and a stall, and the developer, whose unsold
# flat and sold flat not yet delivered are one head: 4 heads and 400.00 m² without the stall.
ROSTER = """\
楼栋,单元,房号,用途,专有部分面积,面积来源,业主姓名,证件类型,证件号码,联系电话,产权状态
1,1,101,住宅,100.00,登记,A,护照,E0000001,,已交付
1,1,102,住宅,50.00,登记,A,护照,E0000001,,已交付
1,1,201,住宅,80.00,登记,B、A,护照,E0000002、E0000001,,已交付
1,1,202,住宅,70.00,登记,C,护照,E0000003,,已交付
1,1,301,住宅,60.00,实测,开发公司,营业执照,91350100M000100Y43,,未售
1,1,302,住宅,40.00,合同,D,护照,E0000004,,已售未交付
车库,1,1,车位,12.00,登记,C,护照,E0000003,,已交付
""".encode()

CAST = [
    ("1-1-101", "", "同意"),
    ("1-1-102", "", "反对"),
    ("1-1-201", "", "同意"),
    ("1-1-202、车库-1-1", "", "弃权"),
    ("1-1-101", "", "反对"),
]


def ballots(rows, header="1"):
    lines = [f"房屋,渠道,收到时间,作废原因,{header}"]
    lines += [f"{units},纸质,,{void},{marks}" for units, void, marks in rows]
    return "\n".join(lines).encode()


def agenda(*items, **policies):
    item = {"id": "1", "title": "规约", "form": "resolution", "matter": "covenant"}
    whole = {
        "title": "业主大会会议",
        "decision_date": "2026-11-20",
        "policies": policies,
        "items": list(items) or [item],
    }
    return json.dumps(whole).encode()


def count(rows, agenda_file, header="1"):
    return recount(ROSTER, "清册.csv", ballots(rows, header), "票.csv", agenda_file)


def figures(item):
    """Heads and whole square metres of each block."""
    return {
        name: (item[name]["heads"], item[name]["area_cm2"] // 10_000)
        for name in ("electorate", "participating", "approve", "oppose", "abstain", "void")
    }


DEFAULT = {
    "electorate": (4, 400),
    "participating": (3, 300),
    "approve": (1, 180),  # {A, B} as a head; 101 and 201 by area
    "oppose": (0, 50),  # A's other flat
    "abstain": (2, 70),  # A, whose flats differ, and C
    "void": (0, 0),
}
# A's later word governs, for whichever reason: both flats and the head oppose.
LATER = {"approve": (1, 80), "oppose": (1, 150), "abstain": (1, 70)}
VOID = ("1-1-301", "未签名", "同意")
BLANK = [*CAST[:3], ("1-1-202", "", "")]


@pytest.mark.parametrize(
    ("policies", "rows", "changed"),
    [
        ({}, CAST, {}),
        ({"repeat": "last_valid"}, CAST, LATER),
        ({"mixed_units": "last_ballot"}, CAST, LATER),
        ({"same_owner": "any_common_owner"}, CAST, {
            "electorate": (3, 400), "participating": (2, 300), "approve": (0, 180),
        }),
        ({"include_kinds": ["住宅", "车位"]}, CAST, {
            "electorate": (4, 412), "participating": (3, 312), "abstain": (2, 82),
        }),
        ({}, BLANK, {"participating": (2, 230), "abstain": (1, 0)}),
        ({"blank_item": "abstain"}, BLANK, {}),
        ({}, [*CAST, VOID], {"void": (1, 60)}),
        ({"void_ballot": "participating"}, [*CAST, VOID], {
            "participating": (4, 360), "void": (1, 60),
        }),
        ({"silence": "abstain"}, CAST, {"participating": (4, 400), "abstain": (3, 170)}),
    ],
)  # fmt: skip
def test_a_resolution_under_each_policy(policies, rows, changed):
    (item,) = count(rows, agenda(**policies))["items"]

    assert figures(item) == DEFAULT | changed
    assert item["carried"] is False


def test_silence_follows_a_majority_that_reached_the_quorum():
    rows = [*CAST[:1], ("1-1-102", "", "同意"), *CAST[2:4]]
    (item,) = count(rows, agenda(silence="follow_majority"))["items"]

    assert figures(item) == {
        "electorate": (4, 400),
        "participating": (4, 400),
        "approve": (3, 330),
        "oppose": (0, 0),
        "abstain": (1, 70),
        "void": (0, 0),
    }
    assert item["carried"] is True


def test_following_the_majority_is_resolved_after_the_expressed_votes():
    rows = [("1-1-101、1-1-102", "", "同意"), ("1-1-201", "", "随多数"), ("1-1-202", "", "反对")]
    (item,) = count(rows, agenda())["items"]

    assert figures(item)["approve"] == (1, 150)
    assert figures(item)["abstain"] == (1, 80)  # one head each: no single majority to follow


def test_a_special_majority_is_three_quarters_of_those_who_took_part():
    item = {"id": "1", "title": "续筹资金", "form": "resolution", "matter": "raise_fund"}
    rows = [
        ("1-1-101、1-1-102", "", "同意"), ("1-1-201", "", "同意"),
        ("1-1-301、1-1-302", "", "同意"), ("1-1-202", "", "反对"),
    ]  # fmt: skip
    (result,) = count(rows, agenda(item))["items"]

    assert result["tests"]["approval_heads"] == {"left": 12, "op": ">=", "right": 12, "holds": True}
    assert result["tests"]["approval_area"]["holds"] is True
    assert result["carried"] is True


def test_an_election_ranks_those_who_pass():
    item = {
        "id": "1", "title": "选举", "form": "election", "matter": "elect_committee",
        "seats": 1, "alternates": 1,
        "candidates": [{"id": c, "name": c} for c in ("c1", "c2", "c3")],
    }  # fmt: skip
    rows = [
        ("1-1-101、1-1-102", "", "同意,同意,反对"),
        ("1-1-201", "", "同意,同意,反对"),
        ("1-1-202", "", "反对,同意,弃权"),
    ]
    (result,) = count(rows, agenda(item), "1:c1,1:c2,1:c3")["items"]

    assert [
        (c["id"], c["approve"]["heads"], c["rank"], c["seat"]) for c in result["candidates"]
    ] == [
        ("c1", 2, 2, "alternate"),
        ("c2", 3, 1, "member"),
        ("c3", 0, None, "none"),
    ]


def test_a_choice_is_won_only_by_an_option_that_passes_alone():
    item = {
        "id": "1", "title": "选聘", "form": "choose_one", "matter": "hire_manager",
        "options": [{"id": "a", "title": "甲"}, {"id": "b", "title": "乙"}],
    }  # fmt: skip
    rows = [
        ("1-1-101、1-1-102", "", "a"), ("1-1-201", "", "a"), ("1-1-202", "", "均不选"),
    ]  # fmt: skip
    (result,) = count(rows, agenda(item))["items"]
    assert result["winner"] == "a"

    rows[1] = ("1-1-201", "", "b")
    (result,) = count(rows, agenda(item))["items"]
    assert result["winner"] is None


def test_ballots_set_aside_are_listed_by_row():
    rows = [("1-1-101", "", "同意"), ("1-1-101", "", "反对"), ("", "字迹无法辨认", "")]
    result = count(rows, agenda())

    assert result["format"] == "yezhu-result/1"
    assert result["title"] == "业主大会会议"
    assert result["ballots"] == {
        "received": 3,
        "counted": 1,
        "void": [4],
        "superseded": [3],
        "struck": [],
        "early": [],
        "late": [],
        "channels": {"纸质": 3},
    }
    assert result["inputs"]["roster"] == canonical.digest(ROSTER)
    assert canonical.decode(canonical.encode(result)) == result


def test_a_sheet_says_what_came_on_paper():
    """A sheet that names no channel is paper; at the door, too."""
    sheet = (
        "房屋,渠道,收到时间,作废原因,1\n"
        "1-1-101,手机,,,反对\n"
        "1-1-101,,,,同意\n"
        "1-1-102,上门,,,同意\n"
        "1-1-102,手机,,,反对\n"
    ).encode()
    result = recount(ROSTER, "r", sheet, "b", agenda(repeat="paper_first"))

    assert result["ballots"]["superseded"] == [2, 5]
    assert result["policies"]["repeat"] == "paper_first"
    assert figures(result["items"][0])["oppose"] == (0, 0)
    sheet = sheet.replace("上门".encode(), b"?")
    with pytest.raises(InputsUnreadable) as refused:
        recount(ROSTER, "r", sheet, "b", agenda(repeat="phone_first"))
    assert "看不出是纸质还是手机" in refused.value.lines[0]


def test_early_and_late_ballots_are_never_counted():
    whole = json.loads(agenda())
    whole |= {"opens_at": "2026-11-01 09:00", "closes_at": "2026-11-20 18:00"}
    sheet = (
        "房屋,渠道,收到时间,作废原因,1\n"
        "1-1-101,,2026-11-01 08:59,,同意\n"
        "1-1-102,,2026-11-02 09:00,,同意\n"
        "1-1-201,,2026-11-20 18:01,,同意\n"
    ).encode()
    result = recount(ROSTER, "r", sheet, "b", json.dumps(whole).encode())

    assert (result["ballots"]["early"], result["ballots"]["late"]) == ([2], [4])
    assert figures(result["items"][0])["participating"] == (1, 50)


def strike(rows, exclude, agenda_file=None):
    return recount(
        ROSTER, "清册.csv", ballots(rows), "票.csv", agenda_file or agenda(),
        exclude_bytes=exclude.encode(), exclude_name="剔除.txt",
    )  # fmt: skip


def test_struck_ballots_fall_silent_and_what_they_superseded_does_not_come_back():
    """Row 6 had taken the place of row 2 for A's first flat."""
    whole = agenda(repeat="last_valid")
    result = strike(CAST, "\ufeff# 法院判决\n\n 6  # 伪造签名\n4\n6\n", whole)

    assert result["ballots"]["struck"] == [4, 6]
    assert result["ballots"]["superseded"] == [2]
    assert result["ballots"]["counted"] == 2
    assert figures(result["items"][0])["oppose"] == (1, 50)
    assert figures(result["items"][0])["approve"] == (0, 0)
    assert set(result["inputs"]) == {"roster", "ballots", "agenda", "exclude"}


def test_an_empty_exclusion_list_changes_no_figure():
    plain, struck = count(CAST, agenda()), strike(CAST, "# 无\n")

    assert struck["items"] == plain["items"]
    assert struck["ballots"] == plain["ballots"]


def test_every_line_of_an_exclusion_list_that_strikes_nothing_is_named():
    rows = [("1-1-101", "", "同意"), ("", "字迹无法辨认", "")]
    with pytest.raises(InputsUnreadable) as refused:
        strike(rows, "2\n1\n王小明\n-4\n99\n3\n")

    found = [(name, p.row, p.code) for name, p in refused.value.problems]
    assert found == [
        ("剔除.txt", 3, "not-a-row"),
        ("剔除.txt", 4, "not-a-row"),
        ("剔除.txt", 2, "unknown-row"),
        ("剔除.txt", 5, "unknown-row"),
        ("剔除.txt", 6, "never-counted"),
    ]
    assert refused.value.lines[0].startswith("剔除.txt：第 3 行：所写的不是行号")
    # A name that stands in the list by mistake does not reach a log.
    assert "王小明" not in f"{refused.value}{refused.value.lines}"


def test_a_ballot_outside_the_window_cannot_be_struck():
    whole = json.loads(agenda())
    whole |= {"opens_at": "2026-11-01 09:00", "closes_at": "2026-11-20 18:00"}
    sheet = "房屋,渠道,收到时间,作废原因,1\n1-1-201,,2026-11-20 18:01,,同意\n".encode()
    with pytest.raises(InputsUnreadable) as refused:
        recount(ROSTER, "r", sheet, "b", json.dumps(whole).encode(), exclude_bytes=b"2")
    assert [problem.code for _, problem in refused.value.problems] == ["never-counted"]


def test_an_exclusion_list_that_is_no_text_is_refused():
    with pytest.raises(InputsUnreadable, match="1 处问题"):
        recount(ROSTER, "r", ballots(CAST), "b", agenda(), exclude_bytes="剔除".encode("gb18030"))


def test_the_problems_of_all_three_files_come_together():
    roster = ROSTER.replace(b"100.00", b"0").replace(b"E0000004", b"E")
    sheet = ballots([("1-1-101", "", "好"), ("", "", "同意")])
    bad_agenda = agenda().replace(b"covenant", b"covenent")
    with pytest.raises(InputsUnreadable) as refused:
        recount(roster, "清册.csv", sheet, "票.csv", bad_agenda, "议程.json")

    found = [(name, p.row, p.column, p.code) for name, p in refused.value.problems]
    assert found == [
        ("清册.csv", 2, "专有部分面积", "unreadable-area"),
        ("清册.csv", 7, "证件号码", "bad-identity-number"),
        ("票.csv", 3, "房屋", "empty-cell"),
        ("议程.json", None, "/items/0/matter", "unknown-value"),
    ]
    assert refused.value.lines[0].startswith("清册.csv：第 2 行 专有部分面积：")


@pytest.mark.parametrize(
    "unfit",
    [
        agenda({
            "id": "1", "title": "修电梯", "form": "resolution", "matter": "use_fund",
            "electorate": {"buildings": ["9"]},
        }),
        agenda(silence="delivered_follows"),
    ],
)  # fmt: skip
def test_an_agenda_that_asks_what_the_files_do_not_hold_is_refused(unfit):
    with pytest.raises(InputsUnreadable) as refused:
        count(CAST, unfit)

    assert [problem.code for _, problem in refused.value.problems] == ["agenda-does-not-fit"]


def test_nobody_voted_is_a_result():
    (item,) = count([("", "未签名", "")], agenda())["items"]

    assert figures(item)["participating"] == (0, 0)
    assert item["carried"] is False


def test_a_sheet_without_ballots_is_a_result():
    assert count([], agenda())["ballots"]["received"] == 0


def test_no_server_part_is_loaded():
    code = (
        "import sys, voting.count.recount\n"
        "servers = {'sqlalchemy', 'fastapi', 'redis', 'alembic', 'typst', 'pydantic', 'pandas'}\n"
        "sys.exit(', '.join(servers & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_spouses_are_one_head_where_the_rules_and_the_roster_say_so():
    """Domain C-4: a flat of A and one of C name one household; without the clause, nothing."""
    head, *rows = ROSTER.decode().splitlines()
    named = [
        f"{row},{3 if '-'.join(row.split(',')[:3]) in ('1-1-101', '1-1-202') else ''}"
        for row in rows
    ]
    roster = "\n".join([f"{head},合户编号", *named]).encode()
    heads = {}
    for rule in ("identity_set", "household"):
        counted = recount(roster, "清册.csv", ballots(CAST), "票.csv", agenda(same_owner=rule))
        (item,) = counted["items"]
        heads[rule] = item["electorate"]["heads"]
        assert item["electorate"]["area_cm2"] == 4_000_000
        tried = [each["value"] for each in item["variants"] if each["policy"] == "same_owner"]
        assert ("household" in tried) is (rule != "household")
    assert heads == {"identity_set": 4, "household": 3}
    assert item["used_policies"][0]["clause"] == "C-4"


def test_units_objected_to_are_given_in_a_list_of_their_own():
    """Domain C-1: A objects to what B, with whom he owns 1-1-201, has voted."""
    heads = {}
    for rule in ("first_stands", "abstain", "void"):
        files = (ROSTER, "清册.csv", ballots(CAST), "票.csv", agenda(co_owners=rule))
        counted = recount(*files, objected_bytes=b"1-1-201  # A\n")
        assert counted["inputs"]["objected"] == canonical.digest(b"1-1-201  # A\n")
        (item,) = counted["items"]
        heads[rule] = [item[name]["heads"] for name in ("approve", "abstain", "void")]
    assert heads == {"first_stands": [1, 2, 0], "abstain": [0, 3, 0], "void": [0, 2, 1]}
    with pytest.raises(InputsUnreadable) as refused:
        recount(*files, objected_bytes=b"9-9-999\n")
    assert refused.value.lines == (
        "objected.txt：第 1 行：所写的不是业主清册中的房屋编号，应如 1-1-101",
    )
