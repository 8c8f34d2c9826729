"""Who is proven better than whom by wall time or a metric: docs/statistics.md, "Three variants and
more" and "Clear and probable winners"."""
import dataclasses
import math

import ranks
from blocks import CPU, WALL, cost_of, median_or_none

WINNER, TIE, NO_CLEAR_WINNER, UNPROVEN = "winner", "tie", "no clear winner", "unproven"


class Standings:
    """Every two of `order`, the better mean first, as one family; of equal evidence both ways."""

    def __init__(self, recorded, measure, order):
        self.order = order
        matches = [(later, earlier) for at, earlier in enumerate(order) for later in order[at + 1:]]
        found = recorded.compared(matches, measure, void_too=False)
        self.of = {(earlier, later): pairs for (later, earlier), pairs in zip(matches, found)}
        self.proven = {(earlier, later) if pairs.ratio > 1 else (later, earlier)
                       for (earlier, later), pairs in self.of.items() if pairs.evidence == "proven"}
        self.better = set(self.proven)  # and what follows from it
        while more := {(a, d) for a, b in self.better for c, d in self.better if b is c} - \
                self.better:
            self.better |= more

    def pairs(self, first, second):
        """The second's blocks against the first's, of which the first stands before it."""
        return self.of[first, second]

    def unbeaten(self):
        return [arm for arm in self.order if all(worse is not arm for _, worse in self.proven)]

    def places(self, arm):
        return (1 + sum((other, arm) in self.better for other in self.order),
                len(self.order) - sum((arm, other) in self.better for other in self.order))


@dataclasses.dataclass
class Lead:
    arm: object
    pairs: object
    cpu: object
    adjusted: tuple


@dataclasses.dataclass
class Doubt:
    kind: str
    about: object  # the one of the best that it is said of; None: of the run
    amounts: tuple = ()


class Contest:
    """What the blocks say of one contest; `told` names equals in the order that the report takes."""

    def __init__(self, recorded, ledger, effect, metric, told):
        self.recorded, self.ledger, self.metric = recorded, ledger, metric
        self.measure = metric or WALL
        self.by = metric["name"] if metric else WALL
        self.costs = {}
        for arm in recorded.arms:
            means = (arm.mean, arm.median)
            if metric:
                medians, figures = arm.metric(metric)
                means = tuple(cost_of(metric, each) for each in (
                    math.fsum(figures) / len(figures),
                    median_or_none(medians))) if figures else (None, None)
            self.costs[arm] = means
        self.entered = [arm for arm, both in self.costs.items() if None not in both]
        self.leads, self.near, self.rival, self.doubts = [], [], None, []
        self.outcome = self.refused()
        if self.outcome:
            return
        # Of equal means any may be the first.
        self.order = sorted(self.entered, key=lambda arm: (float(f"{self.costs[arm][0]:.11e}"),
                                                           told(arm)))
        self.standings = Standings(recorded, self.measure, self.order)
        self.front()
        if self.rival is None:
            first, *_ = self.order
            open_ = [self.standings.pairs(first, other) for other in self.order[1:]]
            self.outcome = UNPROVEN if any(pairs.evidence == "unproven" for pairs in open_) else \
                NO_CLEAR_WINNER
        else:
            self.outcome = TIE if len(self.leads) + len(self.near) > 1 else WINNER
        self.doubt(effect)

    def refused(self):
        if not self.recorded.holds:
            return "void"
        quick = any(each["pass"] == "verdict" for each in self.recorded.json["missing"])
        return "unavailable" if quick or len(self.entered) < 2 else ""

    def front(self):
        standings, top = self.standings, self.standings.unbeaten()
        beaten = {arm: by for arm in self.order
                  if (by := sum((each, arm) in standings.proven for each in top))}
        if not beaten:
            return
        baseline = self.recorded.arms[0]
        self.rival = baseline if baseline in beaten else max(beaten, key=beaten.get)
        for arm in top:
            if (arm, self.rival) in standings.better and \
                    standings.pairs(arm, self.rival).ratio is not None:
                self.leads.append(Lead(arm, standings.pairs(arm, self.rival), self.cpu(arm),
                                       self.adjusted(arm)))
            else:
                self.near.append(arm)

    def cpu(self, arm):
        entered = [each for each in self.recorded.arms if each.cpu is not None]
        if arm not in entered or self.rival not in entered:
            return None
        others = [each for each in entered if each is not self.rival]
        pairs = Standings(self.recorded, CPU, others + [self.rival]).pairs(arm, self.rival)
        return pairs if pairs.ratio is not None else None

    def places(self, arm):
        return self.recorded.arms.index(self.rival), self.recorded.arms.index(arm)

    def adjusted(self, arm):
        return self.ledger.adjusted(*self.places(arm))

    def doubt(self, effect):
        recorded = self.recorded
        if recorded.disturbed * 5 > recorded.rounds:
            self.doubts.append(Doubt("disturbed", None))
        least = effect(self.measure, len(recorded.arms) > 2)
        for lead in self.leads:
            if least is not None and lead.pairs.ratio - 1 <= least:
                self.doubts.append(Doubt("not detectable", lead.arm, (lead.pairs.ratio, 1 + least)))
        for lead in self.leads:
            difference = self.ledger.difference(*self.places(lead.arm))
            if self.metric or not difference or difference[1] <= 0:
                continue
            others = self.ledger.others_saved(*self.places(lead.arm))
            if others > difference[1] / 2:
                self.doubts.append(Doubt("time of others", lead.arm, (others, difference[1])))

    @property
    def decided(self):
        return self.outcome in (WINNER, TIE)

    @property
    def confidence(self):
        return ("probable" if self.doubts else "clear") if self.decided else None

    @property
    def machine_state(self):
        busy = any(doubt.kind != "not detectable" for doubt in self.doubts)
        return ", on a busy machine" if busy else ""


def favoured(contest, first, second, at):
    """By the mean (0) or the median (1): whose cost is less; None: they tie."""
    a, b = contest.costs[first][at], contest.costs[second][at]
    if abs(a - b) <= ranks.TIE * max(a, b):
        return None
    return first if a < b else second
