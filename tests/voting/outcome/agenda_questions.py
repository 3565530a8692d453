"""What both verifiers are asked about agendas: what an item may be, and what few notices say."""

from collections.abc import Iterator
from itertools import product

from tally.model import Form, Matter
from tests.voting.outcome.single_values import ODD
from voting.kernel import canonical

PARTS = {
    Form.RESOLUTION: {},
    Form.ELECTION: {"alternates": 0, "candidates": [{"id": "a", "name": "甲"}], "seats": 1},
    Form.CHOOSE_ONE: {"options": [{"id": "a", "title": "甲"}, {"id": "b", "title": "乙"}]},
}
LAST_DAYS = ("2026-03-25", "2021-01-01", "2020-12-31", "2007-10-01", "2007-09-30", "2026-3-25")


def subjects(data) -> Iterator[tuple]:
    """Yield subject and cases, each a notice like this one."""
    said = canonical.decode(data)
    yield "items", (_with(said, items=[item]) for item in _items())
    yield "clauses", _clauses(said)
    yield "days", (_with(said, decision_date=day) for day in (*LAST_DAYS, *ODD))


def _with(said, **values):
    return canonical.encode(said | {"agenda": said["agenda"] | values})


def _items():
    """Every form with every matter, title and parts of its own or of another form."""
    for form, matter in product((*Form, "x"), (*Matter, "lend_fund")):
        fixed = {"form": str(form), "id": "1", "matter": str(matter), "title": "事项"}
        yield fixed | PARTS.get(form, {})
    for matter, title in product((*Matter, "lend_fund"), _titles()):
        yield {"form": "resolution", "id": "1", "matter": str(matter), "title": title}
    for limits in ({"units": ["1"]}, {"buildings": ["1"]}, {"include_kinds": ["住宅"]}):
        fixed = {"form": "resolution", "id": "1", "title": "事项", "electorate": limits}
        yield from (fixed | {"matter": str(matter)} for matter in Matter)
    for form, other in product(PARTS, repeat=2):
        fixed = {"form": str(form), "id": "1", "matter": "other", "title": "事项"}
        yield fixed | PARTS[other]
    yield from _parts()


def _titles():
    """What is decided by different majorities, together and apart; and what only sounds like it."""
    for fund in ("维修资金", ""):
        yield from (f"筹集{fund}", f"使用{fund}", f"筹集并使用{fund}")
    for place in ("共有部分", ""):
        yield from (
            f"{place}经营",
            f"{place}经营收益使用",
            f"{place}经营和收益",
            f"{place}收益用于大修",
        )
        for income, spent in product(
            ("收益", "收入", "所得"), ("管理", "使用", "用于", "分配", "支出")
        ):
            yield f"{place}的经营，{income}的{spent}"


def _parts():
    """Candidates and options of every number, id and name."""
    for form, name, word in (
        (Form.ELECTION, "candidates", "name"),
        (Form.CHOOSE_ONE, "options", "title"),
    ):
        fixed = {"form": str(form), "id": "1", "matter": "other", "title": "事项"} | PARTS[form]
        for number in (0, 1, 2, 99, 100, 101):
            yield fixed | {name: [{"id": f"a{at}", word: "甲"} for at in range(number)]}
        for each in (
            "abstain",
            "blank",
            "none_of_these",
            "void",
            "approve",
            "a b",
            "-a",
            "a" * 32,
            "a" * 33,
        ):
            yield fixed | {name: [{"id": each, word: "甲"}, {"id": "z", word: "甲"}]}
        yield fixed | {name: [{"id": "a", word: "甲"}, {"id": "a", word: "乙"}]}


def _clauses(said):
    """A seed for lots, how often a ballot may be changed, and where an item is put to whom."""
    policies = said["agenda"]["policies"]
    for seed in ("2026-03-25", " ", "a\nb", "x" * 500, "x" * 501, *ODD):
        yield _with(said, policies=policies | {"lot_seed": seed})
    for limit, repeat in product((*ODD, 2), ("first_valid", "last_valid", "paper_first", "x")):
        yield _with(said, policies=policies | {"repeat": repeat, "repeat_limit": limit})
    *others, last = said["agenda"]["items"]
    kinds, units = ["住宅", "车位"], ["1-1-2", "1-1-10"]
    whole = {"include_kinds": kinds, "units": units, "buildings": units}
    yield _with(said, items=[*others, last | {"electorate": whole}])
    for name, some in (("include_kinds", kinds), ("units", units), ("buildings", units)):
        for limits in (some, some[::-1], some * 2, [*some, "别墅"], [" "], *ODD):
            electorate = last["electorate"] | {name: limits}
            yield _with(said, items=[*others, last | {"electorate": electorate}])
