"""Clauses over booleans that may be known already, and chains of booleans that only ever rise.

A literal is True, False or a boolean of the solver. Clauses with a true literal are never posted,
false literals are left out, so that a model can be written day by day without special cases at the
ends of its windows.
"""

from collections.abc import Callable, Iterable
from typing import Any

Literal = Any
"""True, False, or a boolean variable of the solver or its negation."""


def negated(literal: Literal) -> Literal:
    """Opposite of a literal."""
    return (not literal) if isinstance(literal, bool) else ~literal


def key_of(literal: Literal) -> int:
    """A number that is equal for equal literals."""
    if isinstance(literal, bool):
        return 10**9 if literal else -(10**9)
    return int(literal.index)


def number(literal: Literal) -> Any:
    """A literal as a term of a sum."""
    return int(literal) if isinstance(literal, bool) else literal


class Sheet:
    """A solver model with clauses that can be grouped under names.

    Parameters
    ----------
    named : bool
        Each clause or sum posted under a name holds only if the boolean of that name is true. Used
        to find out which names conflict; otherwise names cost nothing.
    """

    def __init__(self, named: bool = False) -> None:
        from ortools.sat.python import cp_model

        self.model = cp_model.CpModel()
        self.named = named
        self._posted: list[int] | None = None
        self.names: dict[str, Literal] = {}

    def new(self) -> Literal:
        """A new boolean."""
        return self.model.new_bool_var("")

    @property
    def size(self) -> int:
        """Variables so far."""
        return len(self.model.proto.variables)

    def _guard(self, name: str | None) -> list[Literal]:
        if not self.named or name is None:
            return []
        if name not in self.names:
            self.names[name] = self.new()
        return [self.names[name]]

    def clause(self, *literals: Literal, name: str | None = None) -> None:
        """At least one of these is true."""
        free = []
        for literal in literals:
            if literal is True:
                return
            if literal is not False:
                free.append(literal)
        posted = [*free, *(~guard for guard in self._guard(name))]
        signature = [literal.index for literal in posted]
        if signature != self._posted:  # rules are posted day by day, and often say the same
            self._posted = signature
            self.model.add_bool_or(posted)

    def add(self, bounded: Any, name: str | None = None) -> None:
        """A linear sum within bounds; a plain bool is taken as it is."""
        constraint = self.model.add(bounded) if not isinstance(bounded, bool) else None
        if constraint is None:
            if not bounded:
                self.clause(name=name)
            return
        for guard in self._guard(name):
            constraint.only_enforce_if(guard)

    def any_of(self, literals: Iterable[Literal]) -> Literal:
        """A literal that is true exactly if one or more of these are."""
        free = []
        for literal in literals:
            if literal is True:
                return True
            if literal is not False:
                free.append(literal)
        if not free:
            return False
        if len(free) == 1:
            return free[0]
        either = self.new()
        self.clause(*free, ~either)
        for literal in free:
            self.clause(~literal, either)
        return either


class Chain:
    """Has something happened by day t: false before its first day, then rising, then its end.

    Parameters
    ----------
    sheet : Sheet
        Where its booleans live.
    first, last : int
        Days on which it may happen, both included.
    end : Literal
        Whether it happens at all.
    open_on : callable
        Whether it may happen on a day.
    """

    def __init__(
        self,
        sheet: Sheet,
        first: int,
        last: int,
        end: Literal,
        open_on: Callable[[int], bool] = lambda day: True,
    ) -> None:
        self.first, self.last, self.end = first, last, end
        days = [day for day in range(first, last + 1) if open_on(day)]
        final = days[-1] if days else last
        literals: list[Literal] = []
        literal: Literal = False
        for day in range(first, last + 1):
            if day >= final and days:
                now: Literal = end
            elif open_on(day):
                now = sheet.new()
            else:
                now = literal
            if now is not literal and literal is not False:
                sheet.clause(negated(literal), now)
            literals.append(now)
            literal = now
        if not days:
            sheet.clause(negated(end))
        # The end may be a boolean of its own: what happened by the last day but one needs it.
        self.literals = literals

    def by(self, day: int) -> Literal:
        """Whether it has happened by a day (that day included)."""
        if day < self.first:
            return False
        if day > self.last:
            return self.end
        return self.literals[day - self.first]
