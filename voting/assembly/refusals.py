"""Refusals around an assembly's life."""

from voting.kernel.refusal import Refusal


class UnknownAssembly(Refusal):
    """No assembly has this id, or its notice is not published yet."""

    code = "unknown-assembly"


class WrongState(Refusal):
    """The assembly is not where this act belongs."""

    code = "wrong-state"


class NoticeTooShort(Refusal):
    """Fewer days between notice and opening than the law asks for."""

    code = "notice-too-short"


class TooEarly(Refusal):
    """The published time for this act has not come."""

    code = "too-early"


class AgendaDoesNotFit(Refusal):
    """The agenda names what the roster does not have, or lacks what a vote needs."""

    code = "agenda-does-not-fit"


class ClockWentBackwards(Refusal):
    """The machine's clock is behind what the log already says; nothing is opened or closed."""

    code = "clock-went-backwards"
