"""PostgreSQL: units of work that need the same rows go together, in one transaction with one commit.

In a rush a hundred neighbours order from one round. Each alone would hold the rows of its offers from the first of them
to the end of its commit, and the others would wait for that, one after the other. Those of one lane wait in line
instead; whoever comes first does what waits, for himself and for those behind him, and hands over to the next.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from models.turns import TooLate

T = TypeVar("T")
MOST_AT_ONCE = 8
Company = Sequence[tuple[Any, "Joint[Any]"]]  # who shares a transaction, each with its `Work`


class Alone(Exception):
    """Raised by a unit of work in company that may lock more than `hold` did: it wants a transaction to itself."""


@dataclass(frozen=True, slots=True)
class Joint(Generic[T]):
    """A unit of work that may share its transaction with others of its lane.

    `ahead` asks for what `do` reads first. `hold` is called before either where there is company: it locks, in the
    order that everybody keeps, what all of them are going to lock. Two with the same `member` never go together.
    """

    lane: Hashable
    member: Hashable
    hold: Callable[[Company], None]
    ahead: Callable[[Any], None]
    do: Callable[[Any], T]

    def whole(self, work: Any) -> T:
        """All of it, in a transaction of its own."""
        self.ahead(work)
        return self.do(work)


@dataclass(slots=True, eq=False)
class _Wanted:
    """One that stands in line."""

    joint: Joint[Any]
    until: float  # by the monotonic clock
    called: threading.Event = field(default_factory=threading.Event)
    leads: list[_Wanted] | None = None  # to be done by this one's thread, itself among them
    result: Any = None
    error: BaseException | None = field(default_factory=TooLate)  # until it is done


class Lanes:
    """`alone` does one, again where that helps; `together` does several in one transaction and gives their results.

    Both are told within how many seconds. Where several fail, for whatever reason, each is done alone: one that cannot
    be done takes nothing from the others. Only what waited in vain for the database is not tried again.
    """

    def __init__(
        self,
        alone: Callable[[Joint[Any], float], Any],
        together: Callable[[Sequence[Joint[Any]], float], Sequence[Any]],
        busy: type[Exception],
    ) -> None:
        self._alone, self._together, self._busy = alone, together, busy
        self.parted = 0  # how often several failed together
        self._lock = threading.Lock()
        self._lines: dict[Hashable, deque[_Wanted]] = {}  # of each lane that is being worked in

    def run(self, joint: Joint[T], most_s: float) -> T:
        """Have this done; raises what it raised, or TooLate when its turn did not come in so many seconds."""
        mine = _Wanted(joint, time.monotonic() + most_s)
        with self._lock:
            line = self._lines.get(joint.lane)
            if line is None:
                self._lines[joint.lane] = deque()
                mine.leads = [mine]
            else:
                line.append(mine)
        if mine.leads is None:
            self._wait(mine, most_s)
        if mine.leads is not None:
            self._lead(joint.lane, mine.leads)
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[no-any-return]

    @property
    def is_waited_in(self) -> bool:
        """Whether somebody stands in line."""
        return any(list(self._lines.values()))

    def _wait(self, mine: _Wanted, most_s: float) -> None:
        """Until it is done, or is to lead. Raises TooLate."""
        if mine.called.wait(most_s):
            return
        with self._lock:
            line = self._lines.get(mine.joint.lane, ())
            if mine in line:
                line.remove(mine)  # type: ignore[union-attr]
                raise TooLate
        mine.called.wait()  # it is being done, or its turn to lead came in the last moment

    def _lead(self, lane: Hashable, company: list[_Wanted]) -> None:
        mine = company[0]
        try:
            self._carry_out(company)
        finally:
            self._hand_over(lane)
            for one in company:
                if one is not mine:
                    one.called.set()

    def _hand_over(self, lane: Hashable) -> None:
        """The next in line leads, with as many of those behind him as may go together."""
        with self._lock:
            line = self._lines[lane]
            company: dict[Hashable, _Wanted] = {}
            for one in line:
                if len(company) < MOST_AT_ONCE:
                    company.setdefault(one.joint.member, one)
            if not company:
                del self._lines[lane]
                return
            for one in company.values():
                line.remove(one)
        first, *_ = company.values()
        first.leads = list(company.values())
        first.called.set()

    def _carry_out(self, company: list[_Wanted]) -> None:
        now = time.monotonic()
        if len(company) > 1:
            try:
                most_s = max(one.until for one in company) - now
                results = self._together([one.joint for one in company], most_s)
            except self._busy as error:
                for one in company:
                    one.error = error
                return
            except Exception:  # noqa: BLE001 - it shows again in the one that it belongs to
                self.parted += 1
            else:
                for one, result in zip(company, results, strict=True):
                    one.result, one.error = result, None
                return
        for one in company:
            self._do_alone(one)

    def _do_alone(self, one: _Wanted) -> None:
        left_s = one.until - time.monotonic()
        try:
            if left_s <= 0:
                raise TooLate
            one.result, one.error = self._alone(one.joint, left_s), None
        except Exception as error:  # noqa: BLE001 - its own thread raises it
            one.error = error
