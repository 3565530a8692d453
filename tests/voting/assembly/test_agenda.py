"""The agenda file is read strictly, and every problem is named by a JSON pointer."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.model import (
    Agenda,
    Candidate,
    Candidates,
    Electorate,
    Follow,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
    Quorum,
    Ranking,
    Repeat,
    SameOwner,
    ShortOrEven,
    Silence,
    VoidItem,
)
from voting.assembly.agenda import (
    AgendaUnreadable,
    agenda_document,
    agenda_schema,
    parse_agenda,
    parse_moment,
)
from voting.kernel import canonical

RESOLUTION = {"id": "1", "title": "修订管理规约", "form": "resolution", "matter": "covenant"}
ELECTION = {
    "id": "2",
    "title": "选举业主委员会委员",
    "form": "election",
    "matter": "elect_committee",
    "seats": 5,
    "alternates": 2,
    "candidates": [{"id": f"c{at}", "name": f"候选人{at}"} for at in range(1, 7)],
}
CHOICE = {
    "id": "3",
    "title": "选聘物业服务企业",
    "form": "choose_one",
    "matter": "hire_manager",
    "options": [{"id": "a", "title": "甲公司"}, {"id": "b", "title": "乙公司"}],
}
WHOLE = {
    "title": "第一次业主大会会议",
    "convener": "业主委员会",
    "opens_at": "2026-11-01T09:00:00+08:00",
    "closes_at": "2026-11-20 18:00",
    "items": [RESOLUTION, ELECTION, CHOICE],
}


def parse(document):
    return parse_agenda(json.dumps(document, ensure_ascii=False).encode())


def problems_of(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(AgendaUnreadable) as refused:
        parse_agenda(data)
    return [(problem.column, problem.code) for problem in refused.value.problems]


def with_item(**keys):
    item = {**RESOLUTION, **keys}
    return {**WHOLE, "items": [{key: value for key, value in item.items() if value is not ...}]}


def test_a_whole_agenda_is_read():
    agenda = parse(WHOLE)

    assert agenda.opens_at == datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert agenda.closes_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert agenda.decision_date == date(2026, 11, 20)
    assert agenda.policies == Policies()
    assert [item.form for item in agenda.items] == list(Form)
    assert agenda.items[1].seats == 5
    assert agenda.items[2].options[1] == Option("b", "乙公司")


def test_the_day_of_decision_is_the_beijing_day_of_the_close():
    late = parse({**WHOLE, "closes_at": "2026-11-20T16:30:00Z"})

    assert late.decision_date == date(2026, 11, 21)


def test_policies_and_electorates_are_read():
    policies = {
        "silence": "follow_majority",
        "same_owner": "any_common_owner",
        "include_kinds": ["车位"],
    }
    item = {
        **RESOLUTION,
        "electorate": {"buildings": ["1"], "units": ["1-1-1"], "include_kinds": ["住宅"]},
    }
    agenda = parse({**WHOLE, "policies": policies, "items": [item]})

    assert agenda.policies.silence is Silence.FOLLOW_MAJORITY
    assert agenda.policies.same_owner is SameOwner.ANY_COMMON_OWNER
    assert agenda.policies.include_kinds == {Kind.PARKING}
    assert agenda.items[0].electorate == Electorate(
        frozenset({Kind.DWELLING}), frozenset({"1"}), frozenset({"1-1-1"})
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"", ("", "not-json")),
        (b"\xff\xfe", ("", "not-json")),
        (b"[" * 100_000, ("", "not-json")),
        (b"[]", ("", "not-an-object")),
        (b'{"title":"x","title":"y","items":[]}', ("", "duplicate-key")),
        ({**WHOLE, "titel": "x"}, ("/titel", "unknown-key")),
        ({**WHOLE, "a/b~c": "x"}, ("/a~1b~0c", "unknown-key")),
        ({**WHOLE, "title": " "}, ("/title", "not-a-text")),
        ({**WHOLE, "title": "字" * 501}, ("/title", "text-too-long")),
        ({**WHOLE, "items": []}, ("/items", "too-few")),
        ({**WHOLE, "items": {}}, ("/items", "not-a-list")),
        ({**WHOLE, "items": [3]}, ("/items/0", "not-an-object")),
        ({**WHOLE, "items": [RESOLUTION, RESOLUTION]}, ("/items/1/id", "duplicate-id")),
        ({**WHOLE, "opens_at": "2026-11-01T09:00:00"}, ("/opens_at", "unreadable-time")),
        ({**WHOLE, "opens_at": "2026-13-01 09:00"}, ("/opens_at", "unreadable-time")),
        ({**WHOLE, "opens_at": 5}, ("/opens_at", "unreadable-time")),
        ({**WHOLE, "closes_at": "2026-11-01 09:00"}, ("/closes_at", "window-reversed")),
        ({**WHOLE, "closes_at": None}, ("/decision_date", "missing-key")),
        ({**WHOLE, "decision_date": "20.11.2026"}, ("/decision_date", "unreadable-date")),
        ({**WHOLE, "decision_date": "2026-02-30"}, ("/decision_date", "unreadable-date")),
        ({**WHOLE, "decision_date": "2007-09-30"}, ("/decision_date", "no-law-yet")),
        ({**WHOLE, "policies": {"silence": "yes"}}, ("/policies/silence", "unknown-value")),
        ({**WHOLE, "policies": {"silense": "abstain"}}, ("/policies/silense", "unknown-key")),
        ({**WHOLE, "policies": []}, ("/policies", "not-an-object")),
        (
            {**WHOLE, "policies": {"include_kinds": ["住宅", "厂房"]}},
            ("/policies/include_kinds/1", "unknown-value"),
        ),
        (with_item(id=...), ("/items/0/id", "missing-key")),
        (with_item(id=1), ("/items/0/id", "not-an-id")),
        (with_item(id="3:c1"), ("/items/0/id", "not-an-id")),
        (with_item(form="vote"), ("/items/0/form", "unknown-value")),
        (with_item(matter=["covenant"]), ("/items/0/matter", "unknown-value")),
        (with_item(seats=3), ("/items/0/seats", "key-not-for-form")),
        (with_item(electorate={"units": []}), ("/items/0/electorate/units", "too-few")),
        (
            with_item(electorate={"buildings": ["1", "1"]}),
            ("/items/0/electorate/buildings/1", "duplicate-id"),
        ),
        (
            with_item(form="choose_one", options=CHOICE["options"][:1]),
            ("/items/0/options", "too-few"),
        ),
        (with_item(form="choose_one"), ("/items/0/options", "not-a-list")),
        (
            with_item(
                form="choose_one", options=[*CHOICE["options"], {"id": "abstain", "title": "x"}]
            ),
            ("/items/0/options/2/id", "reserved-id"),
        ),
        (with_item(**{**ELECTION, "seats": ...}), ("/items/0/seats", "not-a-count")),
        (with_item(**{**ELECTION, "seats": True}), ("/items/0/seats", "not-a-count")),
        (with_item(**{**ELECTION, "seats": -1}), ("/items/0/seats", "not-a-count")),
        (with_item(**{**ELECTION, "seats": 0, "alternates": 0}), ("/items/0/seats", "no-places")),
        (with_item(**{**ELECTION, "seats": 0, "alternates": ...}), ("/items/0/seats", "no-places")),
        (
            with_item(**{**ELECTION, "alternates": 6}),
            ("/items/0/alternates", "too-many-alternates"),
        ),
        (with_item(**{**ELECTION, "candidates": []}), ("/items/0/candidates", "too-few")),
        (with_item(**{**ELECTION, "candidates": ...}), ("/items/0/candidates", "not-a-list")),
        (
            with_item(**{**ELECTION, "candidates": ELECTION["candidates"][:1] * 2}),
            ("/items/0/candidates/1/id", "duplicate-id"),
        ),
        (
            with_item(**{**ELECTION, "matter": "covenant"}),
            ("/items/0/matter", "matter-not-for-form"),
        ),
        (
            with_item(**{**CHOICE, "matter": "elect_committee"}),
            ("/items/0/form", "matter-not-for-form"),
        ),
        (
            with_item(**{**CHOICE, "matter": "dwelling_to_business"}),
            ("/items/0/form", "matter-not-for-form"),
        ),
    ],
)
def test_each_problem_is_named(document, expected):
    assert expected in problems_of(document)


ALTERNATES = {**ELECTION, "id": "4", "title": "选举候补委员", "seats": 0, "alternates": 3}


@pytest.mark.parametrize(
    ("others", "own", "refused"),
    [
        ([], {"alternates": 9}, False),  # the members are in office already
        ([ELECTION], {}, False),
        ([ELECTION], {"alternates": 4}, True),
        ([{**ELECTION, "alternates": 0}], {"alternates": 5}, False),
        ([{**ELECTION, "alternates": 0}], {"alternates": 6}, True),
        ([{**ELECTION, "matter": "other"}], {"alternates": 9}, False),
        ([ELECTION], {"alternates": 9, "matter": "other"}, False),
        ([RESOLUTION, ELECTION], {"alternates": 4}, True),
    ],
)
def test_alternates_on_a_list_of_their_own_are_no_more_than_members(others, own, refused):
    """BJ art. 39: of one committee, those on the list of the members counted in."""
    agenda = {**WHOLE, "items": [*others, {**ALTERNATES, **own}]}
    if refused:
        place = f"/items/{len(others)}/alternates"
        assert problems_of(agenda) == [(place, "too-many-alternates")]
    else:
        assert parse(agenda).items[-1].places == own.get("alternates", 3)


FUND = ("raise_fund", "use_fund", "manage_fund")
COMMON_PARTS = ("operate_common_parts", "use_common_income")


@pytest.mark.parametrize(
    ("matter", "parts"),
    [
        *((spelled, FUND) for spelled in ("bj_5", "BJ5", "（五）", "(五)", "五", "第五项")),
        *((spelled, COMMON_PARTS) for spelled in ("bj_7", "bj-7", "（七）", "七")),
    ],
)
def test_the_number_of_a_joint_item_is_not_a_matter(matter, parts):
    """BJ art. 34(5) and (7) join matters of both classes: the drafter has to say which it is."""
    with pytest.raises(AgendaUnreadable) as refused:
        parse(with_item(matter=matter))

    [problem] = refused.value.problems
    assert (problem.column, problem.code) == ("/items/0/matter", "joint-item")
    assert {part for part in Matter if f"{part}（" in problem.message} == set(parts)


@pytest.mark.parametrize("matter", ["bj_3", "（三）", "五五", "bj_5x", ""])
def test_other_numbers_are_unknown_words(matter):
    assert problems_of(with_item(matter=matter)) == [("/items/0/matter", "unknown-value")]


def test_a_limit_on_changes_is_read_and_written_only_if_set():
    agenda = parse({**WHOLE, "policies": {"repeat": "last_valid", "repeat_limit": 2}})

    assert agenda.policies == Policies(repeat=Repeat.LAST_VALID, repeat_limit=2)
    assert agenda_document(agenda)["policies"]["repeat_limit"] == 2
    assert "repeat_limit" not in agenda_document(parse(WHOLE))["policies"]


def test_a_seed_for_lots_is_a_text():
    agenda = parse({**WHOLE, "policies": {"lot_seed": "2026 年第 88 期"}})

    assert agenda.policies.lot_seed == "2026 年第 88 期"
    for seed in (" ", 7, None, "甲\n乙"):
        problems = problems_of({**WHOLE, "policies": {"lot_seed": seed}})
        assert problems == [("/policies/lot_seed", "not-a-text")]


@pytest.mark.parametrize(
    ("policies", "code"),
    [
        ({"repeat_limit": 1}, "limit-without-change"),
        ({"repeat": "paper_first", "repeat_limit": 1}, "limit-without-change"),
        ({"repeat": "last_valid", "repeat_limit": 0}, "not-a-count"),
        ({"repeat": "last_valid", "repeat_limit": "1"}, "not-a-count"),
        ({"repeat": "last_valid", "repeat_limit": None}, "not-a-count"),
    ],
)
def test_a_limit_that_limits_nothing_is_refused(policies, code):
    assert problems_of({**WHOLE, "policies": policies}) == [("/policies/repeat_limit", code)]


def test_all_problems_are_listed_together():
    bad = {"title": "", "closes_at": "soon", "items": [{"id": "?", "form": "x"}], "extra": 1}

    assert {pointer for pointer, _ in problems_of(bad)} == {
        "/title", "/closes_at", "/items/0/id", "/items/0/title", "/items/0/matter",
        "/items/0/form", "/extra",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T09:00:00+08:00", datetime(2026, 11, 1, 1, tzinfo=UTC)),
        ("2026-11-01T01:00:00Z", datetime(2026, 11, 1, 1, tzinfo=UTC)),
        ("2026-11-01 09:00", datetime(2026, 11, 1, 1, tzinfo=UTC)),
        ("2026-11-01 09:00:05", datetime(2026, 11, 1, 1, 0, 5, tzinfo=UTC)),
        ("2026-11-01T09:00:00", None),
        ("2026-11-01T09:00:00.5Z", None),
        ("2026-11-01", None),
        ("0001-01-01 00:00", None),
        ("２０２６-11-01 09:00", None),
    ],
)
def test_moments_have_an_offset_or_are_beijing_time(text, moment):
    assert parse_moment(text) == moment


words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6).map(
    lambda text: unicodedata.normalize("NFC", text)  # as every text of an agenda once it is read
)
ids = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,5}", fullmatch=True)
option_ids = ids.filter(lambda one: one not in {"abstain", "blank", "none_of_these", "void"})
seconds = st.integers(1_200_000_000, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


@st.composite
def items(draw, item_id):
    form = draw(st.sampled_from(Form))
    limits = draw(
        st.builds(
            Electorate,
            st.none() | st.frozensets(st.sampled_from(Kind), min_size=1),
            st.none() | st.frozensets(words, min_size=1, max_size=3),
            st.none() | st.frozensets(words, min_size=1, max_size=3),
        )
    )
    named = draw(st.lists(option_ids, min_size=2, max_size=5, unique=True))
    title = draw(words)
    match form:
        case Form.RESOLUTION:
            matter = draw(st.sampled_from(Matter))
            if matter is Matter.DWELLING_TO_BUSINESS and not (limits.buildings or limits.units):
                limits = replace(limits, units=frozenset({draw(words)}))
            return Item(item_id, title, form, matter, limits)
        case Form.ELECTION:
            seats = draw(st.integers(0, 11))
            # A second list for alternates belongs to somebody else, lest there be too many.
            matter = Matter.ELECT_COMMITTEE if seats else Matter.OTHER
            return Item(
                item_id, title, form, matter, limits,
                seats=seats,
                alternates=draw(st.integers(0, seats) if seats else st.integers(1, 11)),
                candidates=tuple(Candidate(one, draw(words)) for one in named),
            )  # fmt: skip
        case Form.CHOOSE_ONE:
            options = tuple(Option(one, draw(words)) for one in named)
            return Item(item_id, title, form, Matter.HIRE_MANAGER, limits, options=options)


@st.composite
def agendas(draw):
    opens_at, closes_at = sorted(draw(st.lists(seconds, min_size=2, max_size=2, unique=True)))
    window = draw(st.sampled_from([(opens_at, closes_at), (None, None), (None, closes_at)]))
    item_ids = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    repeat = draw(st.sampled_from(Repeat))
    limits = st.none() | st.integers(1, 99) if repeat is Repeat.LAST_VALID else st.none()
    return Agenda(
        draw(words),
        draw(st.just("") | words),
        *window,
        draw(st.dates(date(2007, 10, 1), date(2100, 1, 1))),
        draw(
            st.builds(
                Policies,
                silence=st.sampled_from(Silence),
                repeat=st.just(repeat),
                repeat_limit=limits,
                same_owner=st.sampled_from(SameOwner),
                void_item=st.sampled_from(VoidItem),
                ranking=st.sampled_from(Ranking),
                quorum=st.sampled_from(Quorum),
                follow=st.sampled_from(Follow),
                lot_seed=st.none() | words,
                short_or_even=st.sampled_from(ShortOrEven),
                candidates=st.sampled_from(Candidates),
                include_kinds=st.frozensets(st.sampled_from(Kind), min_size=1),
            )
        ),
        tuple(draw(items(item_id)) for item_id in item_ids),
    )


def test_a_later_policy_is_written_only_where_it_departs_from_its_default():
    """A notice that was published before the policy existed keeps its digest."""
    written = agenda_document(parse(WHOLE))["policies"]
    assert written.keys() == {
        *("silence", "repeat", "mixed_units", "blank_item"),
        *("void_ballot", "same_owner", "include_kinds"),
    }
    chosen = {
        "void_item": "abstain",
        "ranking": "sum_of_shares",
        "short_or_even": "supplementary_election",
        "candidates": "at_most_seats",
    }
    assert agenda_document(parse({**WHOLE, "policies": chosen}))["policies"] == written | chosen


@given(agendas())
def test_the_document_of_an_agenda_reads_back_as_the_agenda(agenda):
    written = canonical.encode(agenda_document(agenda))
    read = parse_agenda(written)

    assert read == agenda
    assert canonical.encode(agenda_document(read)) == written


def test_one_building_spelled_in_two_ways_of_unicode_is_named_twice():
    """U+F989 and U+9ECE (黎) are one letter: NFC makes them the same."""
    twice = with_item(electorate={"buildings": ["\u9ece", "\uf989"]})

    assert problems_of(twice) == [("/items/0/electorate/buildings/1", "duplicate-id")]


def test_the_schema_names_every_value_the_reader_accepts():
    schema = agenda_schema()
    item = schema["properties"]["items"]["items"]["properties"]

    assert item["matter"]["enum"] == [matter.value for matter in Matter]
    assert item["form"]["enum"] == [form.value for form in Form]
    assert (
        schema["properties"]["policies"]["properties"]["silence"]["default"] == "not_participating"
    )
    limit = schema["properties"]["policies"]["properties"]["repeat_limit"]
    assert (limit["type"], limit["minimum"]) == ("integer", 1)
    assert schema["properties"]["policies"]["properties"]["lot_seed"]["type"] == "string"
    json.dumps(schema)
