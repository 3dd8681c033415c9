"""Month by month, in all replicas at once: which policy acts when.

Policies are asked in the order of the document. What a decision changes (who is there, what is
launched) is seen by those asked later; the physical life of a station is that of its replica and
does not depend on it.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.plugins import answer
from stationkeeper.lifetime.deciding.rules import ENDINGS, number
from stationkeeper.lifetime.deciding.seen import seen_by
from stationkeeper.lifetime.deciding.stage import Stage
from stationkeeper.lifetime.deciding.view import NEVER
from stationkeeper.lifetime.deciding.world import World
from stationkeeper.programme.deciding import Parameter, Policy
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

ASKED_BEFORE: Final = 3_653.0  # [d] our choice: replacing is asked from ten years before the end


def decide(
    stage: Stage, *, limit: tuple[str, float] | None = None, measure: str | None = None
) -> Decisions:
    """Ask all policies, month by month.

    Parameters
    ----------
    stage : Stage
        What decisions read.
    limit : (str, float), optional
        A policy, and the limit that takes the place of its ``yearly_risk_at_most``; certification
        is then set aside for it, so that the limit alone tells the day, and nothing is replaced.
        [1/year]
    measure : str, optional
        What that limit holds, in the place of the policy's ``measures``.

    Returns
    -------
    Decisions

    Raises
    ------
    InputError
        If a rule raises or answers anything but one true or false for each replica.
    """
    return _Deciding(stage, limit, measure).run()


class _Deciding:
    """The policies, and the world they decide about."""

    def __init__(self, stage: Stage, limit: tuple[str, float] | None, measure: str | None) -> None:
        self.stage = stage
        self.world = World(stage)
        self.made = self.world.made
        self.policies = stage.programme.policy
        self.parameters: dict[str, dict[str, Parameter]] = {
            key: dict(policy.parameters) for key, policy in self.policies.items()
        }
        if limit is not None:
            key, value = limit
            self.parameters[key] |= {"yearly_risk_at_most": value, "certified": False}
            if measure is not None:
                self.parameters[key]["measures"] = measure
        self.guards = [key for key, policy in self.policies.items() if policy.act == "guard"]
        self.acting = [key for key, policy in self.policies.items() if policy.act != "guard"]
        for key in self.acting:
            self.made.acted[key] = np.full(stage.size, NEVER)
        if limit is not None:  # what is replaced changes neither risk nor gap
            self.acting = [key for key in self.acting if self.policies[key].act != "replace"]
        self.held_since: dict[tuple[str, str], Array] = {}
        self.launched_by = {
            key: [
                place
                for place, one in enumerate(stage.launches.plan)
                if policy.station in (one.station, stage.launches.home[place])
            ]
            for key, policy in self.policies.items()
            if policy.act == "launch"
        }
        decided = {place for places in self.launched_by.values() for place in places}
        self.undecided = [n for n in range(len(stage.launches.plan)) if n not in decided]
        self.separated_by = {p.own_station for p in self.policies.values() if p.act == "separate"}
        self.growing_old = {
            policy.station: self.world.modules_of(policy.station)
            for policy in self.policies.values()
            if policy.act == "replace"
        }

    def run(self) -> Decisions:
        """Go through the months and return what was decided."""
        acts = {
            "launch": self._launch,
            "separate": self._separate,
            "leave": self._leave,
            "end": self._end,
            "replace": self._replace,
        }
        world = self.world
        for month in range(self.stage.first, self.stage.months):
            world.turn(month)
            self._carry_on()
            for key in self.acting:
                policy = self.policies[key]
                if self._in_force(policy):
                    acts[policy.act](key, policy)
        world.close()
        end = self.stage.edges[-1]
        for (key, guard), since in self.held_since.items():
            until = np.minimum(self.made.acted[key], end)
            self.made.held[key, guard] = np.where(np.isfinite(since), until - since, np.nan)
        return self.made

    def _in_force(self, policy: Policy) -> bool:
        """Return whether the first day of the month lies within the days of a policy."""
        first, last, day = policy.since, policy.until, self.world.begin
        begun = first is None or days_since_2000(first) <= day
        return begun and (last is None or days_since_2000(last) >= day)

    def _carry_on(self) -> None:
        """Let happen what the document plans and no policy decides."""
        world = self.world
        for place in self.undecided:
            if world.waiting(place) and (rows := world.can_go(place)).size:
                world.launch(place, rows)
        for station, event in world.separations.items():
            if station is not None and station not in self.separated_by:
                ready = world.separation_ready(event.station, station)
                if float(days_since_2000(event.date)) < world.next and ready.any():
                    world.part(station, ready)

    # ---- the acts

    def _launch(self, key: str, policy: Policy) -> None:
        world, made = self.world, self.made
        for place in self.launched_by[key]:
            if not world.waiting(place):
                continue
            rows = world.can_go(place)
            if not rows.size:
                continue
            if policy.rule != "all-ready":  # which says just that
                can = np.zeros(self.stage.size, np.bool_)
                can[rows] = True
                module = self.stage.launches.plan[place].module
                yes = self._agreed(key, policy, can, module=module, module_ready=can)
                rows = np.flatnonzero(yes)
            if rows.size:
                world.launch(place, rows)
                acted = made.acted[key]
                acted[rows] = np.minimum(acted[rows], made.launched[place, rows])

    def _separate(self, key: str, policy: Policy) -> None:
        own = policy.own_station
        if own is None:
            return
        ready = self.world.separation_ready(policy.station, own)
        if not ready.any():
            return
        yes = self._agreed(key, policy, ready, separation_ready=ready)
        if yes.any():
            self.world.part(own, yes)
            self.made.acted[key][yes] = self.world.begin

    def _leave(self, key: str, policy: Policy) -> None:
        world, made, partner, station = self.world, self.made, policy.partner, policy.station
        if partner is None:
            return
        notice, left = made.notice[partner, station], made.left[partner, station]
        words = self.stage.words[partner, station]
        days = number(self.parameters[key], "notice_days", words.notice_days)
        there = world.there(station) & (left == NEVER)
        silent = there & (notice == NEVER)
        if policy.rule == "own-station-crewed" and policy.own_station is not None:
            silent = silent & world.own_ready(policy.own_station)  # which says just that
        if silent.any():
            notice[self._said(key, policy) & silent] = world.begin
        said = words.announced.get("leave", (-NEVER, NEVER))[0]
        bound = max(words.committed_until + 1.0, said if np.isfinite(said) else -NEVER)
        due = np.maximum(notice + days, max(bound, float(self.stage.edges[self.stage.first])))
        goes = there & (due < world.next)
        if goes.any():
            goes = self._guarded(key, policy, goes)
            day = np.minimum(np.maximum(due, world.begin), world.next - 1.0)
            left[goes] = day[goes]
            made.acted[key][goes] = day[goes]

    def _end(self, key: str, policy: Policy) -> None:
        world, made, station = self.world, self.made, policy.station
        ending = policy.rule in ENDINGS
        decided = made.decided[station]
        asked = world.there(station)
        asked = asked & ((decided <= world.begin) if ending else (decided == NEVER))
        if not asked.any():
            return
        yes = self._agreed(key, policy, asked)
        if not yes.any():
            return
        made.acted[key][yes] = world.begin
        if not ending:
            decided[yes] = world.begin
        if ending or station not in world.endings:
            world.come_down(station, yes)

    def _replace(self, key: str, policy: Policy) -> None:
        world, station = self.world, policy.station
        there = world.there(station)
        if not there.any():
            return
        lead = number(self.parameters[key], "lead_days", 0.0)
        for module in self.growing_old[station]:
            ends = world.life_ends(module)
            if ends.min() - ASKED_BEFORE >= world.begin:
                continue
            asked = there & world.part_of(module, station)
            if policy.rule == "at-end-of-life":  # the first half of what it asks
                asked &= ends - lead < world.next
            if not asked.any():
                continue
            seen = {"module": module, "module_life_ends": ends, "launches_in_year": world.in_year()}
            yes = self._agreed(key, policy, asked, **seen)
            if yes.any():
                day = np.where(yes, np.maximum(world.begin + lead, ends), NEVER)
                world.order(key, module, day, yes)

    # ---- asking

    def _said(self, key: str, policy: Policy, **seen: Any) -> Flags:
        """Return what the rule of a policy says."""
        parameters = self.parameters[key]
        view = seen_by(self.world, policy.rule, policy, parameters, **seen)
        return answer(key, policy.rule, self.stage.rules[key], view, parameters)

    def _agreed(self, key: str, policy: Policy, asked: Flags, **seen: Any) -> Flags:
        """Return where a policy says yes and no guard holds it back."""
        yes = self._said(key, policy, **seen) & asked
        return self._guarded(key, policy, yes, **seen) if yes.any() else yes

    def _guarded(self, key: str, policy: Policy, yes: Flags, **seen: Any) -> Flags:
        """Return where no guard of the station holds an act back, and note where one does."""
        for guard in self.guards:
            one = self.policies[guard]
            if one.station != policy.station or policy.act in ("launch", "replace"):
                continue
            if not self._in_force(one):
                continue
            view = seen_by(self.world, one.rule, policy, self.parameters[key], **seen)
            let = answer(guard, one.rule, self.stage.rules[guard], view, self.parameters[guard])
            held = yes & ~let
            if held.any():
                since = self.held_since.setdefault((key, guard), np.full(self.stage.size, NEVER))
                np.minimum(since, self.world.begin, out=since, where=held)
            yes = yes & let
        return yes
