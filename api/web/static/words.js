// The law and the rules of an assembly in plain words for owners.

const GENERAL = {
  name: "一般事项",
  rule: "面积和人数各有三分之二以上参与，参与者中双双超过一半同意，才算通过。",
};
const SPECIAL = {
  name: "重大事项",
  rule: "面积和人数各有三分之二以上参与，参与者中双双达到四分之三同意，才算通过。",
};
const UNANIMOUS = {
  name: "须全体同意",
  rule: "有利害关系的业主必须一致同意，有一户不同意或不表态都不算通过。",
};

const MATTERS = {
  rules_of_procedure: ["业主大会议事规则", GENERAL],
  covenant: ["管理规约", GENERAL],
  elect_committee: ["选举业主委员会", GENERAL],
  hire_manager: ["选聘或解聘物业服务人", GENERAL],
  service_terms: ["物业服务内容与收费", GENERAL],
  use_fund: ["使用维修资金", GENERAL],
  manage_fund: ["管理维修资金", GENERAL],
  use_common_income: ["使用公共收益", GENERAL],
  committee_allowance: ["业主委员会津贴", GENERAL],
  override_committee: ["改变业主委员会的决定", GENERAL],
  other: ["其他共同管理事项", GENERAL],
  raise_fund: ["筹集维修资金", SPECIAL],
  rebuild: ["改建、重建", SPECIAL],
  change_common_use: ["改变共有部分用途", SPECIAL],
  operate_common_parts: ["利用共有部分经营", SPECIAL],
  dwelling_to_business: ["住宅改为经营性用房", UNANIMOUS],
};

/** What an item decides and which majority the law asks for (Civil Code, art. 278 and 279). */
export function legalClass(matter) {
  const [subject, law] = MATTERS[matter] ?? MATTERS.other;
  return { subject, ...law };
}

export const CHOICES = { approve: "同意", oppose: "反对", abstain: "弃权" };
export const NONE_OF_THESE = "none_of_these";

export const STATES = {
  draft: "起草中",
  noticed: "公示中，尚未开始",
  open: "正在投票",
  closed: "投票已结束",
  certified: "结果已确认",
};

/** What each policy says to an owner, by its value; `plain` is said where the agenda is silent. */
const RULES = {
  same_owner: {
    plain: "一位业主有多套房，按一人计算人数，面积合计。",
    any_common_owner: "有任一共同产权人的房屋合并按一人计算人数，面积合计。",
    each_title: "一人独有的多套房按一人计算人数；共有的房屋每套各按一人计算。",
    household: "清册登记为同一合户编号的房屋合并按一人计算人数，其余按产权人，面积合计。",
  },
  repeat: {
    plain: "每位业主以第一张有效的票为准，投出后不能更改。",
    last_valid: "截止前可以重新投票，以最后一张有效的票为准。",
    paper_first: "纸质票与手机票都有效的，以纸质票为准；否则以第一张有效的票为准，投出后不能更改。",
    phone_first: "纸质票与手机票都有效的，以手机票为准；否则以第一张有效的票为准，投出后不能更改。",
  },
  mixed_units: {
    last_ballot: "同一业主各房屋意见不同的，以最后一张票的意见为准。",
    refuse_different: "同一业主各房屋的选择必须一致，后一张与先投的不同的不予收下。",
  },
  silence: {
    plain: "不投票的业主不算参与表决。",
    abstain: "不投票的业主算参与表决，按弃权计算。",
    follow_majority: "已投票的达到法定参与比例后，不投票的按多数意见计算。",
    delivered_follows: "表决票送达后不投票的，按多数意见计算。",
  },
  follow: { each_measure: "选“随多数”的，人数随人数多的意见，面积随面积多的意见。" },
  co_owners: {
    plain: "共有的房屋一套一票，推选了表决人的由他投，没有推选的以先到的有效票为准；其他共有人可在截止前提出异议，异议记入日志并公布件数。",
    abstain: "共有的房屋，其他共有人在截止前对已投的票提出异议的，这套房屋按弃权计算。",
    void: "共有的房屋，其他共有人在截止前对已投的票提出异议的，这套房屋的票作废。",
  },
  blank_item: { abstain: "纸质票上漏填的事项，按弃权计算。" },
  void_item: { abstain: "有效票上划错的事项，按弃权计算。" },
  void_ballot: { participating: "无效票算参与表决，不计入任何意见。" },
  quorum: { per_ballot: "参与比例按全部有效表决票计算，漏填某项的也算到会。" },
  candidates: {
    at_most_seats: "选举时同意的人数不得超过名额，超过的该项作废；只同意部分人的，其余视为弃权。",
  },
  ranking: {
    area_then_heads: "当选名次先看同意面积，再看同意人数。",
    sum_of_shares: "当选名次按同意人数占比与同意面积占比之和排列。",
  },
  short_or_even: {
    lowest_becomes_alternate: "当选人数为双数的，末位转为候补。",
    supplementary_election: "当选人数不足或为双数的，另行补选。",
  },
};

const DEFAULT_KINDS = ["住宅", "商业", "办公", "其他"];

/** What a policy says to an owner; undefined where nothing need be said. */
export function rule(name, policies = {}) {
  return RULES[name][policies[name]] ?? RULES[name].plain;
}

/** The published rules of one assembly, one sentence each. */
export function rulesInWords(policies = {}) {
  const kinds = policies.include_kinds ?? DEFAULT_KINDS;
  return [
    `计入表决的房屋用途：${kinds.join("、")}。事项另有说明的除外。`,
    ...Object.keys(RULES).map((name) => rule(name, policies)),
    policies.repeat_limit && `每套房屋最多改投 ${policies.repeat_limit} 次。`,
    policies.lot_seed && `得票相同而位置不够的，以种子“${policies.lot_seed}”抽签。`,
    "弃权也算参与表决。",
  ].filter(Boolean);
}

export const POLICIES = {
  silence: "不投票的如何计算",
  repeat: "重复投票以哪张为准",
  repeat_limit: "最多可以改投几次",
  mixed_units: "同一业主各房屋意见不同时如何计算",
  blank_item: "空白项如何计算",
  co_owners: "共有人提出异议时如何计算",
  void_ballot: "废票如何计算",
  same_owner: "如何认定同一业主",
  include_kinds: "哪些用途的房屋计入",
  void_item: "有效票上划错的事项如何计算",
  ranking: "当选名次如何排列",
  quorum: "参与比例按什么计算",
  follow: "随多数的如何计算",
  short_or_even: "当选人数不足或为双数时如何处理",
  candidates: "选举时最多可以同意几人",
  lot_seed: "得票相同时如何抽签",
};

/** What an election or a choice leaves to people, by reason. */
export const NEEDS = {
  tie: "得票相同，名次未定",
  too_few: "当选人数不足",
  even: "当选人数为双数",
  supplementary_election: "须另行补选",
};

/** How many candidates one ballot may approve, or null where the rules set no limit. */
export function mostTicks(item, policies) {
  if (item.form !== "election" || policies?.candidates !== "at_most_seats") return null;
  return item.seats || item.alternates;
}

/** The same in a sentence; empty without a limit. */
export function ticksInWords(item, policies) {
  const most = mostTicks(item, policies);
  return most === null ? "" : `最多同意 ${most} 人，多选的本项作废。`;
}

/** How many people an election fills which places with. */
export function placesInWords({ seats, alternates }) {
  if (seats === 0) return `候补委员单列名单，应选候补 ${alternates} 人。`;
  return `应选 ${seats} 人${alternates ? `，候补 ${alternates} 人` : ""}。`;
}

/** The units that count unless an item says otherwise; parking and storage do only if stated. */
export function counted(policies, units) {
  const kinds = policies?.include_kinds ?? DEFAULT_KINDS;
  return units.filter(({ kind }) => kinds.includes(kind));
}

/** Whether any of these units belongs to the electorate of `item`. */
export function concerns(item, policies, units) {
  const electorate = item.electorate ?? {};
  // A list of units is taken exactly as published, parking included.
  const usual = electorate.units ? null : (policies?.include_kinds ?? DEFAULT_KINDS);
  const kinds = electorate.include_kinds ?? usual;
  return units.some(
    ({ unit, kind }) =>
      (!kinds || kinds.includes(kind)) &&
      (!electorate.buildings || electorate.buildings.some((name) => unit.startsWith(`${name}-`))) &&
      (!electorate.units || electorate.units.includes(unit)),
  );
}
