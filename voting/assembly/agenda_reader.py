"""Reading the parts of an agenda file, and checking that they fit together."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

from tally.errors import TallyError
from tally.model import (
    MAX_OPTIONS,
    Agenda,
    Candidate,
    Electorate,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
    Repeat,
)
from tally.rules import JOINT_ITEMS, rule_for
from voting.assembly.bundling import bundled
from voting.assembly.json_reader import JsonReader
from voting.kernel.clock import BEIJING

RESERVED_OPTION_IDS = frozenset({"abstain", "blank", "none_of_these", "void"})
"""What a ballot says instead of an option; no option may bear these names."""

KEYS_OF_FORM: Mapping[str, Form] = {
    "seats": Form.ELECTION,
    "alternates": Form.ELECTION,
    "candidates": Form.ELECTION,
    "options": Form.CHOOSE_ONE,
}
"""Keys of an item that only one form has."""

_BEIJING_TEXT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", re.ASCII)
_OFFSET_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DATE_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# The number of an item alone: bj_5, （五）, 第五项.
_ITEM_NUMBER = re.compile(r"(?:bj[_-]?|第|[(（])?(\w+?)(?:项|[)）])?", re.IGNORECASE)

# BJ art. 34(2): members are elected or replaced. A replacement may be put as one resolution;
# an election of somebody else (supervisors, say) falls under "other".
_ELECTION_MATTERS = frozenset({Matter.ELECT_COMMITTEE, Matter.OTHER})


def parse_moment(text: str) -> datetime | None:
    """Read ISO 8601 with an offset or ``Z``, or ``YYYY-MM-DD HH:MM[:SS]`` as Beijing time.

    Returns
    -------
    datetime or None
        In UTC, whole seconds; None if the text is in any other form.
    """
    local = _BEIJING_TEXT.fullmatch(text) is not None
    if not local and _OFFSET_TEXT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=BEIJING) if local else moment.astimezone(BEIJING)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class AgendaReader(JsonReader):
    """The agenda's own parts, and what must fit together in them."""

    def agenda(self, document: object) -> Agenda | None:
        """Read the whole file; meaningless while there are problems."""
        whole = self.mapping(
            "",
            document,
            required=("title", "items"),
            optional=("convener", "opens_at", "closes_at", "decision_date", "policies"),
        )
        opens_at = self.moment(whole, "opens_at")
        closes_at = self.moment(whole, "closes_at")
        if opens_at is not None and closes_at is not None and closes_at <= opens_at:
            self.note("/closes_at", "window-reversed", "截止时间须晚于开始时间")
        title = self.text("/title", whole["title"]) if "title" in whole else ""
        convener = self.text("/convener", whole["convener"]) if "convener" in whole else ""
        policies = self.policies(whole.get("policies", {}))
        items = self.sequence("/items", whole["items"], self.item) if "items" in whole else ()
        self.check_alternates(items)
        decision_date = self.decision_date(whole, closes_at)
        if decision_date is None:
            return None
        return Agenda(title, convener, opens_at, closes_at, decision_date, policies, items)

    def moment(self, whole: Mapping[str, Any], name: str) -> datetime | None:
        """Read one end of the voting period, if it is given."""
        value = whole.get(name)
        if value is None:
            return None
        moment = parse_moment(value) if isinstance(value, str) else None
        if moment is None:
            message = "时间应写作 2026-11-01T09:00:00+08:00 或 2026-11-01 09:00（北京时间）"
            self.note(f"/{name}", "unreadable-time", message)
        return moment

    def decision_date(self, whole: Mapping[str, Any], closes_at: datetime | None) -> date | None:
        """Read the day whose law governs; by default the Beijing day of the close."""
        value = whole.get("decision_date")
        if value is None:
            if whole.get("closes_at") is None:
                message = "没有截止时间时须给出决定日期：适用的法律由它确定"
                self.note("/decision_date", "missing-key", message)
            day = closes_at.astimezone(BEIJING).date() if closes_at is not None else None
        else:
            day = _day(value)
            if day is None:
                self.note("/decision_date", "unreadable-date", "日期应写作 2026-11-20")
        if day is not None:
            try:
                rule_for(Matter.OTHER, day)
            except TallyError as error:
                self.note("/decision_date", "no-law-yet", str(error))
        return day

    def policies(self, value: object) -> Policies:
        """Read what the published rules choose where the law leaves room."""
        defaults = Policies()
        names = tuple(field.name for field in fields(Policies))
        chosen: dict[str, Any] = {}
        for name, text in self.mapping("/policies", value, (), names).items():
            if name == "include_kinds":
                chosen[name] = self.kinds("/policies/include_kinds", text)
            elif name == "repeat_limit":
                chosen[name] = self.count("/policies/repeat_limit", text, at_least=1)
            elif name == "lot_seed":
                chosen[name] = self.text("/policies/lot_seed", text)
            elif name in names:
                of_policy = type(getattr(defaults, name))
                chosen[name] = self.one_of(f"/policies/{name}", text, of_policy)
        policies = Policies(**chosen)
        if policies.repeat_limit is not None and policies.repeat is not Repeat.LAST_VALID:
            message = "改投次数的上限（repeat_limit）只在以最后有效票为准（last_valid）时适用"
            self.note("/policies/repeat_limit", "limit-without-change", message)
        return policies

    def kinds(self, at: str, value: object) -> frozenset[Kind]:
        """Read the kinds of unit that are let in."""
        return frozenset(
            self.sequence(at, value, lambda place, text: self.one_of(place, text, Kind))
        )

    def item(self, at: str, value: object) -> Item:
        """Read one agenda item with the parts that its form asks for."""
        given = self.mapping(
            at, value, ("id", "title", "form", "matter"), ("electorate", *KEYS_OF_FORM)
        )
        item_id = self.identifier(f"{at}/id", given["id"]) if "id" in given else ""
        title = self.text(f"{at}/title", given["title"]) if "title" in given else ""
        matter = self.matter(f"{at}/matter", given.get("matter", Matter.OTHER.value))
        electorate = self.electorate(f"{at}/electorate", given.get("electorate", {}))
        form = self.one_of(f"{at}/form", given.get("form", Form.RESOLUTION.value), Form)
        item = Item(item_id, title, form, matter, electorate)
        if given.get("form") != form.value:
            return item  # what the other keys should be cannot be said
        self.check_fit(at, item)
        for name, owner in KEYS_OF_FORM.items():
            if name in given and owner is not form:
                message = f"{name} 只用于 {owner.value} 事项"
                self.note(f"{at}/{name}", "key-not-for-form", message)
        match form:
            case Form.ELECTION:
                return self.election(at, given, item)
            case Form.CHOOSE_ONE:
                options = self.sequence(
                    f"{at}/options",
                    given.get("options"),
                    self.option,
                    at_least=2,
                    at_most=MAX_OPTIONS,
                )
                return replace(item, options=options)
            case Form.RESOLUTION:
                return item

    def matter(self, at: str, value: object) -> Matter:
        """Read what an item decides; the number of a Beijing item does not always say it."""
        numbered = _ITEM_NUMBER.fullmatch(value) if isinstance(value, str) else None
        for joint in JOINT_ITEMS:
            if numbered is not None and numbered[1] in joint.numerals:
                parts = "、".join(f"{part.value}（{said}）" for part, said in joint.parts.items())
                message = f"{joint.source}包含通过标准不同的事项，须写明是哪一种：{parts}"
                self.note(at, "joint-item", message)
                return Matter.OTHER
        return self.one_of(at, value, Matter)

    def check_fit(self, at: str, item: Item) -> None:
        """Check what the law lets stand together in one item."""
        if item.form is Form.ELECTION and item.matter not in _ELECTION_MATTERS:
            message = "选举事项的 matter 应为 elect_committee 或 other"
            self.note(f"{at}/matter", "matter-not-for-form", message)
        if item.form is Form.CHOOSE_ONE and item.matter is Matter.ELECT_COMMITTEE:
            message = "选举委员须对候选人逐一表决（election），不得用多选一"
            self.note(f"{at}/form", "matter-not-for-form", message)
        if item.form is not Form.RESOLUTION and item.matter is Matter.DWELLING_TO_BUSINESS:
            message = "住宅改变为经营性用房须由利害关系业主一致同意，只能用 resolution 表决"
            self.note(f"{at}/form", "matter-not-for-form", message)
        limits = item.electorate
        if item.matter is Matter.DWELLING_TO_BUSINESS and not (limits.units or limits.buildings):
            message = (
                "住宅改变为经营性用房由本栋的其他业主表决，须在 electorate 写明房屋（units，不含"
                "申请人自己的）或楼栋（buildings）（《民法典》第二百七十九条、"
                "《建筑物区分所有权司法解释》第十一条）"
            )
            self.note(f"{at}/electorate", "interested-owners-not-named", message)
        if (bundle := bundled(item)) is not None:
            self.note(f"{at}/title", *bundle)

    def election(self, at: str, given: Mapping[str, Any], item: Item) -> Item:
        """Add seats, alternates and candidates."""
        seats = self.count(f"{at}/seats", given.get("seats"), at_least=0)
        alternates = self.count(f"{at}/alternates", given.get("alternates", 0), at_least=0)
        if given.get("seats") == 0 == alternates:
            message = "名额不能为零；候补委员单列名单选举的，名额写 0，并写明候补人数（alternates）"
            self.note(f"{at}/seats", "no-places", message)
        if alternates > seats > 0:
            message = "候补委员人数不得超过委员人数（《北京市物业管理条例》第三十九条）"
            self.note(f"{at}/alternates", "too-many-alternates", message)
        candidates = self.sequence(
            f"{at}/candidates", given.get("candidates"), self.candidate, at_most=MAX_OPTIONS
        )
        return replace(item, seats=seats, alternates=alternates, candidates=candidates)

    def check_alternates(self, items: tuple[Item, ...]) -> None:
        """Compare alternates on a list of their own with the members elected beside them.

        Where no member is elected at the same meeting, the agenda does not know how many there
        are: then it is for the people to see to it.
        """
        elections = [item for item in items if item.form is Form.ELECTION]
        committee = [item for item in elections if item.matter is Matter.ELECT_COMMITTEE]
        members = sum(item.seats for item in committee)
        if not members or sum(item.alternates for item in committee) <= members:
            return
        for position, item in enumerate(items):
            if item in committee and not item.seats:
                message = (
                    f"候补委员合计不得超过委员人数 {members} 人（《北京市物业管理条例》第三十九条）"
                )
                self.note(f"/items/{position}/alternates", "too-many-alternates", message)

    def candidate(self, at: str, value: object) -> Candidate:
        """Read one candidate."""
        return Candidate(*self.named(at, value, "name"))

    def option(self, at: str, value: object) -> Option:
        """Read one option of a choose-one item."""
        option = Option(*self.named(at, value, "title"))
        if option.id in RESERVED_OPTION_IDS:
            self.note(f"{at}/id", "reserved-id", f"选项编号不能是 {option.id}")
        return option

    def named(self, at: str, value: object, label: str) -> tuple[str, str]:
        """Read an object of an id and one text."""
        given = self.mapping(at, value, ("id", label))
        return (
            self.identifier(f"{at}/id", given["id"]) if "id" in given else "",
            self.text(f"{at}/{label}", given[label]) if label in given else "",
        )

    def electorate(self, at: str, value: object) -> Electorate:
        """Read the units one item is put to."""
        given = self.mapping(at, value, (), ("include_kinds", "buildings", "units"))

        def names(key: str) -> frozenset[str] | None:
            return (
                frozenset(self.sequence(f"{at}/{key}", given[key], self.text))
                if key in given
                else None
            )

        kinds = given.get("include_kinds")
        return Electorate(
            include_kinds=None if kinds is None else self.kinds(f"{at}/include_kinds", kinds),
            buildings=names("buildings"),
            units=names("units"),
        )


def _day(value: object) -> date | None:
    if not isinstance(value, str) or _DATE_TEXT.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
