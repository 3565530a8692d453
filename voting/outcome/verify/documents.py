"""Checks 6 and 7: notice and roster, and what corrects the roster."""

from voting.kernel.periods import day_of
from voting.outcome import bundle
from voting.outcome.evidence import Evidence
from voting.outcome.verify.finding import Problems


def notice(evidence: Evidence) -> Problems:
    """Check 6: the notice is the one that the log begins with."""
    first = evidence.entries[0]
    if first["notice"] != evidence.poll.notice_digest:
        yield "会议通知与日志第 0 条所固定的不符"
    if evidence.notice.assembly_id != evidence.assembly_id:
        yield "会议通知属于另一次业主大会"
    if first["roster"] != evidence.notice.roster_digest:
        yield "日志第 0 条与会议通知所固定的业主清册不同"
    # By its day the law is chosen (T-7): nobody is to choose it himself.
    if evidence.notice.agenda.decision_date < day_of(evidence.poll.closes_at):
        yield "会议通知所写的决定日期早于投票截止之日"


def roster(evidence: Evidence) -> Problems:
    """Check 7: the roster is the one that the notice pins, with its sums."""
    roster, notice = evidence.roster, evidence.notice
    if not roster.units:
        yield "业主清册中没有房屋"
    if roster.digest != notice.roster_digest:
        yield "业主清册与会议通知所固定的摘要不符"
    if roster.community != notice.community:
        yield "业主清册属于另一个小区"
    totals = (len(roster.units), roster.heads, roster.area_cm2)
    if totals != (notice.units, notice.heads, notice.area_cm2):
        yield "业主清册的套数、人数或面积合计与会议通知不符"
    if roster.regrouped() != roster:
        yield "业主清册中的产权组合与产权人不符"
    holds = bundle.CORRECTIONS in evidence.files
    if (holds or evidence.is_open) and bool(evidence.corrections) != holds:
        yield "审计包中的更正文件与日志所记的更正不符：有更正才应有，有更正就应有"
