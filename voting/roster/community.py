"""One complex, one chain of versions: which of the names in use a name stands for.

A second spelling would begin a second chain beside the first: without its predecessor, its open
objections, its owners' numbers.
"""

import re
import unicodedata
from collections.abc import Iterable

from voting.kernel.refusal import Refusal
from voting.roster import spelling

_ENDING = re.compile(r"(?<=.)(?:住宅)?(?:小区|社区)$")
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")


class CommunityInDoubt(Refusal):
    """A complex of nearly this name is known, and nobody said that this is another one."""

    code = "community-in-doubt"


def settle(name: str, known: Iterable[str], *, another: bool) -> str:
    """Give the name under which a complex is kept.

    Parameters
    ----------
    name
        As somebody wrote it.
    known
        The names of all complexes, as they are kept.
    another
        Whether it is, on somebody's word, a complex of its own, however alike the names.

    Returns
    -------
    str
        The known name it is a spelling of, or its own spelling for a complex that is new.

    Raises
    ------
    CommunityInDoubt
        It is too much like a known name to begin a new one unasked; or it is said to be
        another complex and has the very name of a known one.
    """
    spelled = spelling.personal_name(name)
    alike = None
    for each in sorted(known):
        if spelling.place(each) == spelling.place(spelled):
            if another:
                raise CommunityInDoubt(
                    f"已有小区就叫“{each}”；确为另一个小区的，请写能够区分的名称，如加上所在街道",
                    community=each,
                )
            return each
        if _likeness(each) == _likeness(spelled):
            alike = alike or each
    if alike is not None and not another:
        raise CommunityInDoubt(
            f"已有小区“{alike}”，与所写的“{spelled}”相近：是同一个小区的，请照“{alike}”填写；"
            "确为另一个小区的，请注明后再导入（another_community）",
            community=alike,
        )
    return spelled


def _likeness(name: str) -> str:
    """Reduce a name to what tells complexes apart: 桂花园小区（一期） is 桂花园(1期)小区.

    For comparing only: NFKC also rewrites rare characters, so what is kept is not written so.
    """
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
    return _ENDING.sub("", plain).translate(_FIGURES)
