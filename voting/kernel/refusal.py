"""The rules say no: an answer, not a bug."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - the domain's word; a refusal is not an error
    """A request that the rules turn down.

    Leaf classes carry a stable ``code`` that outsiders may rely on. ``detail`` says in Chinese
    what is wrong and what to do; ``facts`` are machine-readable values without personal data.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts
