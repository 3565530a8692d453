"""The same question from many sides at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local

from voting.infra.throttle import Throttle
from voting.kernel.refusal import Refusal

AT_ONCE = 12


class AllAtOnce(Throttle):
    """Lets nobody go on from his first look at its counts before everybody has looked."""

    def __init__(self, purpose, redis_url=None):
        super().__init__(redis_url)
        self._purpose, self._together, self._looked = purpose, Barrier(AT_ONCE), local()

    def require(self, purpose, *limit):
        super().require(purpose, *limit)
        if purpose == self._purpose and not hasattr(self._looked, "once"):
            self._looked.once = True
            self._together.wait(30)


def outcomes(act):
    """Do it that many times at once; give what each gave, or the type of its refusal."""

    def attempt(number):
        try:
            return act(number)
        except Refusal as refusal:
            return type(refusal)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(attempt, range(AT_ONCE)))
