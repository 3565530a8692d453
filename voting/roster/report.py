"""What the check of a roster sheet found, as plain values for JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from voting.kernel import canonical
from voting.roster.denominators import Denominator
from voting.roster.examination import Examination
from voting.roster.explanation import Comparison, Explanation, Group
from voting.roster.refusals import Grade

FORMAT = "yezhu-roster-check/1"


def report(
    data: bytes,
    name: str,
    examination: Examination,
    comparisons: Sequence[Comparison],
    denominators: Sequence[Denominator],
) -> dict[str, Any]:
    """Write everything down; areas in cm², rows and cells as Excel names them.

    What comes after the findings is there only if the sheet has no error. Nobody is
    named: units stand for their owners.
    """
    return {
        "format": FORMAT,
        "file": name,
        "sha256": canonical.digest(data),
        "reading": asdict(examination.table.reading) if examination.table is not None else None,
        "counts": {grade.value: len(examination.of_grade(grade)) for grade in Grade},
        "findings": [
            {**finding.document(), "cell": examination.cell(finding)}
            for finding in examination.findings
        ],
        "groups": _groups(examination.explanation) if examination.explanation is not None else None,
        "other_rules": [
            {
                "rule": comparison.rule.value,
                "heads": comparison.heads,
                "joined": [_group(group) for group in comparison.joined],
                "parted": [_group(group) for group in comparison.parted],
            }
            for comparison in comparisons
        ],
        "denominators": [
            {
                "name": total.name,
                "units": total.units,
                "area_cm2": total.area_cm2,
                "heads": {rule.value: heads for rule, heads in total.heads.items()},
                "without_area": total.without_area,
            }
            for total in denominators
        ],
    }


def _groups(explanation: Explanation) -> dict[str, Any]:
    return {
        "rule": explanation.rule.value,
        "before": asdict(explanation.before),
        "after": asdict(explanation.after),
        "developer_stock": explanation.stock,
        "several_units": [_group(group) for group in explanation.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.number,
        "area_cm2": group.area_cm2,
        "units": [
            {
                "unit": line.unit_key,
                "row": line.row,
                "area_cm2": line.area_cm2,
                "reason": line.reason,
            }
            for line in group.lines
        ],
    }
