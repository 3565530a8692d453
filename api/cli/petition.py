"""The command that checks whether enough owners signed to ask for a meeting."""

from datetime import date
from pathlib import Path

from api.cli.files import BAD_INPUT, FAILED, OK, print_refusal, read_files, write_json
from tally.model import SameOwner
from tally.petition import Aim
from voting.count.petition import check_petition
from voting.count.refusals import InputsUnreadable
from voting.kernel.area import square_metres


def check_signers(
    roster: Path, signers: Path, aim: Aim, day: date, same_owner: SameOwner, out: Path | None
) -> int:
    """Print how the signatures compare; 1 if too few signed, 2 with every problem of the files."""
    contents = read_files((roster, signers))
    if contents is None:
        return BAD_INPUT
    try:
        told = check_petition(
            contents[0], roster.name, contents[1], signers.name,
            aim=aim, day=day, same_owner=same_owner,
        )  # fmt: skip
    except InputsUnreadable as refusal:
        return print_refusal(refusal)
    signed, everybody, needed = told["signers"], told["electorate"], told["needed"]
    print(f"依据{told['source']}，须达到全体的 {told['share'].split()[1]}：")
    heads, area = needed["heads"], needed.get("area")
    print(
        f"  联名人数 {signed['heads']} / {everybody['heads']}，"
        + (f"尚差 {heads}" if heads else "达到")
    )
    print(
        f"  联名面积（㎡） {square_metres(signed['area_cm2'])}"
        f" / {square_metres(everybody['area_cm2'])}，"
        + ("此项不看" if area is None else f"尚差 {square_metres(area)}" if area else "达到")
    )
    if told["outside"]:
        print(f"  用途不在计票范围、不计入的房屋：{'、'.join(told['outside'])}")
    print("联名达到法定要求。" if told["met"] else "联名未达到法定要求。")
    if out is not None:
        write_json(told, out)
    return OK if told["met"] else FAILED
