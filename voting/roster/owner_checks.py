"""Questions about owners that do not keep a roster out, yet may move its heads.

Who is one person decides how many heads there are (JI art. 9), and who may vote for an owner that
cannot (Civil Code art. 13 to 28, 230) decides whether a ballot stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from voting.roster import spelling
from voting.roster.agency import USUAL
from voting.roster.cells import Fault, entries, one_separator
from voting.roster.identity_numbers import PROVINCES, infer_type, organisation_check_differs
from voting.roster.listed import listed
from voting.roster.mandate import OF_AGE, STATES, state_of
from voting.roster.model import IdType, OwnerRecord, OwnerState, UnitRecord
from voting.roster.owners import NAME, NUMBER, NUMBER_TWO_TYPES, TYPE, Titles
from voting.roster.refusals import Grade
from voting.roster.representatives import REPRESENTATIVE, STATE, VOTER

PHONE = "联系电话"

_VERY_OLD = 110
_SHARED_PHONE = 4
Question = tuple[Grade, int | None, str | None, Fault]
"""Grade, row as Excel counts, column, and what is asked."""


@dataclass(frozen=True, slots=True)
class People:
    """What is known about the owners of a sheet.

    Parameters
    ----------
    units
        Units in the order of the sheet.
    titles
        What the columns of the owners say, with its rows counted from 0; ``numbers`` turns them
        into rows of Excel.
    represented, states
        Under their rows, who acts for an owner, and the words for the states of the owners, where
        given; without any blank.
    names_voters
        Whether the sheet has a column for the co-owner who votes.
    """

    units: Sequence[UnitRecord]
    titles: Titles
    numbers: Sequence[int]
    represented: Mapping[int, Sequence[str]]
    states: Mapping[int, Sequence[str]]
    names_voters: bool


def owner_questions(people: People, on: date | None) -> Iterator[Question]:
    """Ask everything there is to ask about owners.

    Parameters
    ----------
    on
        Day on which the owners' ages are looked at; without it nobody is found to be a minor.
    """
    yield from _spellings(people)
    yield from _papers(people)
    yield from _namesakes(people)
    yield from _voters(people)
    yield from _ages(people, on)
    yield from _states(people)
    yield from _representatives(people)
    yield from _agents(people, on)
    yield from _phones(people)


def _spellings(people: People) -> Iterator[Question]:
    """One identity written in two ways: with 15 digits and with 18."""
    legacy = {identity for _, identity in people.titles.legacy}
    if not legacy:
        return
    rows = dict.fromkeys(row for row, _ in people.titles.legacy)
    also = {
        owner.identity: number
        for row, number in reversed(list(enumerate(people.numbers)))
        if row not in rows
        for owner in people.titles.owners[row] or ()
        if owner.identity in legacy
    }
    for row, identity in people.titles.legacy:
        if identity in also:
            message = f"与第 {also[identity]} 行是同一人：一处写 15 位旧号，一处写 18 位，按一人计"
            fault = Fault("identity-two-spellings", message)
            yield Grade.WARNING, people.numbers[row], NUMBER, fault
        else:
            fault = Fault("legacy-number", "15 位旧身份证号，已按国家标准换算成 18 位")
            yield Grade.HINT, people.numbers[row], NUMBER, fault


def _papers(people: People) -> Iterator[Question]:
    owners = people.titles.people.values()
    if len({owner.id_number for owner in owners}) < len(owners):
        count = Counter(owner.id_number for owner in owners)
        twice = {owner.identity for owner in owners if count[owner.id_number] > 1}
        for row, owner in _first_rows(people, twice):
            if infer_type(owner.id_number) is None:  # otherwise it is an error already
                yield Grade.WARNING, row, TYPE, NUMBER_TWO_TYPES
    odd = {
        owner.identity
        for owner in owners
        if owner.id_type is IdType.CREDIT_CODE and organisation_check_differs(owner.id_number)
    }
    for row, _ in _first_rows(people, odd):
        message = "统一社会信用代码中第 9 至 17 位的组织机构代码校验不符，请核对执照"
        yield Grade.HINT, row, NUMBER, Fault("organisation-check", message)
    begin = Counter([owner.id_number[:2] for owner in owners if owner.id_type is IdType.RESIDENT])
    foreign = {province for province in begin if province not in PROVINCES}
    if foreign:
        first = next(
            owner
            for owner in owners
            if owner.id_type is IdType.RESIDENT and owner.id_number[:2] in foreign
        )
        found = sum(begin[province] for province in foreign)
        message = f"有 {found} 个身份证号的前两位不是省级行政区代码，请抽查"
        row, _ = next(_first_rows(people, {first.identity}))
        yield Grade.HINT, row, NUMBER, Fault("unknown-province", message)


def _namesakes(people: People) -> Iterator[Question]:
    """One name under two identities: two people, or one who would count as two heads."""
    count = Counter([owner.name for owner in people.titles.people.values()])
    if len(count) == len(people.titles.people):
        return
    rows: defaultdict[str, list[tuple[int, OwnerRecord]]] = defaultdict(list)
    alike = {key for key, owner in people.titles.people.items() if count[owner.name] > 1}
    for row, owner in _first_rows(people, alike):
        rows[owner.name].append((row, owner))
    for found in rows.values():
        (first, owner), (second, _) = found[0], found[1] if len(found) > 1 else found[0]
        if first == second:
            continue
        others = listed([row for row, _ in found])
        if owner.id_type is IdType.CREDIT_CODE:
            message = f"同名单位在第 {others} 行的证件号码不同：若是同一单位，人数会多计"
            yield Grade.WARNING, second, NAME, Fault("organisation-two-identities", message)
        else:
            message = f"同一姓名在第 {others} 行的证件号码不同：若是同一人，人数会多计"
            yield Grade.HINT, second, NAME, Fault("name-two-identities", message)


def _voters(people: People) -> Iterator[Question]:
    """Co-owners have one voter and count as one head (domain W-9)."""
    shared = [unit for unit in people.units if len(unit.owners) > 1 and not unit.developer_stock]
    silent = [unit.row for unit in shared if unit.voter is None]
    if silent and not people.names_voters:
        message = (
            f"没有“表决人”一列，{len(silent)} 套共有房屋未写明由谁表决："
            "默认以先到的有效票为准，建议由共有人书面推选一人"
        )
        yield Grade.HINT, None, VOTER, Fault("no-named-voter", message)
    elif silent:
        message = (
            f"{len(silent)} 套共有房屋未写明由谁表决：默认以先到的有效票为准，"
            f"建议由共有人书面推选一人：第 {listed(silent)} 行"
        )
        yield Grade.HINT, silent[0], VOTER, Fault("no-named-voter", message)
    for unit in people.units:
        if unit.voter is not None:
            fault = _voter_fault(unit, unit.voter, people.represented.get(unit.row, ()))
            if fault is not None:
                yield Grade.WARNING, unit.row, VOTER, fault


def _voter_fault(unit: UnitRecord, voter: str, acting: Sequence[str]) -> Fault | None:
    """Say why nobody can be told to be the voter, and who may vote therefore."""
    (named,) = one_separator([voter])
    several = len(entries(named)) > 1
    among = [owner.name for owner in unit.owners].count(voter)
    if several or (not among and spelling.compact(voter) not in acting):
        if len(unit.owners) == 1:
            effect = "不起作用，仍由业主本人投票；委托他人的，请写明代理人及其证件号码"
        else:
            effect = "在居委会登记表决人之前，这套房屋无人可以用手机投票；请按推选书改写"
        if several:
            return Fault("several-voters", f"表决人只能写一人：{effect}")
        return Fault("voter-not-owner", f"表决人不是本行的业主，也不是写明的代理人：{effect}")
    if among > 1:
        message = "有同名的共有人，分不清表决人是哪一位：他们都可以投票，以先到的有效票为准"
        return Fault("voter-of-one-name", message)
    return None


def _ages(people: People, on: date | None) -> Iterator[Question]:
    if on is None:
        return
    # Dates of birth as the number has them, so that they compare as text.
    today, of_age, very_old = (
        f"{on.year - years:04d}{on:%m%d}" for years in (0, OF_AGE, _VERY_OLD)
    )
    born = {
        identity: day
        for identity, owner in people.titles.people.items()
        if owner.id_type is IdType.RESIDENT
        and not very_old < (day := owner.id_number[6:14]) <= of_age
    }
    if not born:
        return
    young = {identity for identity, day in born.items() if day > of_age}
    old = born.keys() - young
    for unit in people.units:
        identities = {owner.identity for owner in unit.owners}
        if any(born[identity] > today for identity in identities & young):
            message = f"身份证号中的出生日期在 {on:%Y-%m-%d} 之后，请核对原件"
            yield Grade.WARNING, unit.row, NUMBER, Fault("born-later", message)
        elif identities & young and unit.row not in people.represented:
            message = (
                f"有业主在 {on:%Y-%m-%d} 未满 18 周岁，由法定代理人表决（民法典第十九条、"
                "第二十三条），请在“代理人”一列写明"
            )
            yield Grade.WARNING, unit.row, NUMBER, Fault("minor-owner", message)
        if identities & old:
            message = f"有业主已满 {_VERY_OLD} 周岁，请核对是否在世"
            yield Grade.HINT, unit.row, NUMBER, Fault("very-old-owner", message)


def _states(people: People) -> Iterator[Question]:
    for row, words in people.states.items():
        states = {word: state_of(word) for word in words}
        if any(state is not None and word not in STATES for word, state in states.items()):
            message = "此处的写法按“已故”理解；业主若健在，请改写为“正常”"
            yield Grade.WARNING, row, STATE, Fault("state-guessed", message)
        if OwnerState.DECEASED in states.values() and row not in people.represented:
            message = (
                "业主已故：房屋仍计入人数与面积，由继承人共有（民法典第二百三十条），"
                "请写明继承人代表或遗产管理人，核实前不能表决"
            )
            yield Grade.WARNING, row, STATE, Fault("deceased-owner", message)
        if OwnerState.UNABLE in states.values() and row not in people.represented:
            message = "业主不能独立表决，由法定代理人表决，请在“代理人”一列写明"
            yield Grade.WARNING, row, STATE, Fault("owner-needs-guardian", message)


def _representatives(people: People) -> Iterator[Question]:
    """Who has no paper on the sheet cannot prove himself on a phone."""
    for unit in people.units:
        if unit.row in people.represented and not unit.representatives:
            message = (
                "没有写明代理人的证件号码，他不能用手机登记和投票，只能用纸质表决票；"
                "请在“代理人证件号码”一列写明"
            )
            yield Grade.HINT, unit.row, REPRESENTATIVE, Fault("representative-no-paper", message)


def _agents(people: People, on: date | None) -> Iterator[Question]:
    """One agent for many owners who could vote themselves (domain W-12)."""
    today = None if on is None else f"{on.year - OF_AGE:04d}{on:%m%d}"
    principals: defaultdict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for unit in people.units:
        if any(state is not OwnerState.ORDINARY for state in unit.states) or any(
            today is not None and owner.id_type is IdType.RESIDENT and owner.id_number[6:14] > today
            for owner in (unit.owners if unit.representatives else ())
        ):
            continue  # a guardian or an heir: the law, not the owner, has chosen him
        for agent in unit.representatives:
            if agent.identity not in unit.identities:
                principals[agent.identity].setdefault(unit.identities, unit.row)
    for rows in principals.values():
        if len(rows) > USUAL.most:
            message = (
                f"同一人代理 {len(rows)} 组业主（第 {listed(list(rows.values()))} 行），"
                f"通常以 {USUAL.most} 人为限（{USUAL.source}）：请逐份核对书面委托"
            )
            fault = Fault("agent-of-many", message)
            yield Grade.WARNING, min(rows.values()), REPRESENTATIVE, fault


def _phones(people: People) -> Iterator[Question]:
    """One telephone for many owners: often that of whoever sold them, never proof."""
    count = Counter([phone for unit in people.units for phone in unit.phones])
    if not count or max(count.values()) < _SHARED_PHONE:
        return
    holders: defaultdict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for unit in people.units:
        for phone in unit.phones:
            if count[phone] >= _SHARED_PHONE:
                holders[phone].setdefault(unit.identities, unit.row)
    for rows in holders.values():
        if len(rows) >= _SHARED_PHONE:
            message = f"{len(rows)} 组不同业主留同一电话：第 {listed(list(rows.values()))} 行"
            row = min(rows.values())
            yield Grade.HINT, row, PHONE, Fault("shared-phone", message)


def _first_rows(people: People, wanted: set[str]) -> Iterator[tuple[int, OwnerRecord]]:
    """Row in which each wanted identity stands first."""
    left = set(wanted)
    for row, owners in zip(people.numbers, people.titles.owners, strict=True):
        if not left:
            return
        for owner in owners or ():
            if owner.identity in left:
                left.remove(owner.identity)
                yield row, owner
