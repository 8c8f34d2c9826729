"""Outliers and modes of one variant's blocks, and what is recorded of them that goes with the time:
docs/statistics.md, "Outliers and modes". The cut of two modes is sought among all cuts."""
import math
import statistics

import ranks
from blocks import Arm, cpu_ns, seconds
from printed import Number

FEWEST, LEAST = 8, math.log(1.01)  # blocks; what is less than 1% apart is neither
OUTLIER_LIMITS = ((8, 8.4), (10, 7.1), (12, 6.4), (16, 5.7), (20, 5.3), (30, 4.9), (40, 4.7),
                  (60, 4.5), (100, 4.4))
MODE_LIMITS = ((8, 9.0), (10, 7.8), (12, 7.2), (14, 7.0), (16, 6.6), (18, 6.2), (20, 6.1), (24, 5.7),
               (30, 5.4), (40, 5.1), (60, 4.8), (100, 4.5))
MOST_TOLD = 6  # outliers of a variant, one by one
MOST_TICK_NS = 10_000_000
TENTH, POINT, SUPERIOR = 0.1, 1, 0.9
AT_END = ("An outlier lies farther from the median than any block of 99 in 100 calm runs does. Two "
          "modes are two groups, each of a fifth of the blocks or more, that lie farther apart than "
          "in 99 of 100 runs with one mode. Less than 1% apart is neither.")


def limit_for(limits, count):
    return [limit for fewest, limit in limits if count >= fewest][-1]


def scores(values, resolution):
    """Modified z-scores."""
    middle = statistics.median(values)
    distances = [abs(value - middle) for value in values]
    scale = max(statistics.median(distances), resolution)
    return [0 if distance == 0 else 0.6745 * distance / scale if scale > 0 else math.inf
            for distance in distances]


def far_out(values, resolution, least):
    if len(values) < FEWEST:
        return []
    middle, limit = statistics.median(values), limit_for(OUTLIER_LIMITS, len(values))
    return [at for at, score in enumerate(scores(values, resolution))
            if score > limit and abs(values[at] - middle) > least]


def fewest_of_mode(count):
    return max(3, math.ceil(count / 5))


def two_modes(values, places, resolution):
    """The places of the lower and of the upper one; none: there is one mode."""
    count = len(places)
    if count < FEWEST:
        return None
    places, fewest = sorted(places, key=lambda place: values[place]), fewest_of_mode(count)

    def squares(group):
        mean = math.fsum(group) / len(group)
        return math.fsum((value - mean) ** 2 for value in group)

    cuts = []
    for below in range(fewest, count - fewest + 1):
        lower, upper = ([values[place] for place in group]
                        for group in (places[:below], places[below:]))
        apart = math.fsum(upper) / len(upper) - math.fsum(lower) / len(lower)
        cuts.append((squares(lower) + squares(upper), below, apart))
    if not cuts:
        return None
    within, below, apart = min(cuts)
    scatter = max(math.sqrt(within / (count - 2)), resolution)
    if apart <= LEAST or apart <= limit_for(MODE_LIMITS, count) * scatter:
        return None
    return places[:below], places[below:]


# ---- what is recorded of a block besides its time -----------------------------------------------


def of_machine(key):
    return lambda block: (block.get("machine") or {}).get(key)


def of_region(key):
    def value(block):
        amount = (block.get("region") or {}).get(key)
        return None if amount is None else amount / len(block["iteration_wall_ns"])
    return value


def throttled(block):
    machine = block.get("machine") or {}
    if machine.get("throttled_ns") is None or not (machine.get("wall_s") or 0) > 0:
        return None
    return machine["throttled_ns"] * 1e-9 / machine["wall_s"] * 100


def kernel_s(block):
    ns = of_region("system_ns")(block)
    return None if ns is None else seconds(ns)


CORES, TIME = "percent of all cores", "percent of the time"
# Name, unit, the finest step, value.
FIGURES = (
    ("CPU time of other programs", CORES, 1, of_machine("other_cpu_percent")),
    ("time that the hypervisor took", CORES, 0.1, of_machine("steal_percent")),
    ("tasks waiting for a core (PSI)", TIME, 1, of_machine("psi_cpu_some_percent")),
    ("held back by the quota", TIME, 0.1, throttled),
    ("CPU time", "seconds", 0, Arm.cpu_of),
    ("CPU time in the kernel", "seconds", 0, kernel_s),
    ("CPU time of the server", "seconds", 0, Arm.server_cpu),
    ("minor page faults", "count", 1, of_region("minor_faults")),
    ("major page faults", "count", 1, of_region("major_faults")),
    ("voluntary context switches", "count", 1, of_region("voluntary_switches")),
    ("involuntary context switches", "count", 1, of_region("involuntary_switches")),
    ("migrations between cores", "count", 1, of_region("cpu_migrations")),
    ("peak memory", "bytes", 4096, lambda block: block.get("peak_rss_bytes")))


def least_of(unit, usual, excess_s):
    """What a figure has to differ by, to go with a time that is longer by so much."""
    if unit.startswith("percent"):
        return max(POINT, TENTH * abs(usual))
    return TENTH * abs(excess_s) if unit == "seconds" else TENTH * abs(usual)


def separates(slow, fast):
    more = math.fsum(1 if a > b else 0.5 if a == b else 0 for a in slow for b in fast)
    return more >= SUPERIOR * len(slow) * len(fast) and \
        ranks.mann_whitney_p(slow, fast) <= ranks.LEVEL


class Pattern:
    """`told`, what the JSON calls it, and `notes`, sentences as parts; `few`: too few blocks."""

    def __init__(self, arm, iteration):
        self.arm, self.iteration = arm, iteration
        self.blocks = sorted(arm.timed, key=lambda block: block["index"])
        self.seconds = [Arm.wall(block) for block in self.blocks]
        self.identical = len(self.blocks) > 1 and len(set(self.seconds)) == 1
        self.judged = len(self.blocks) >= FEWEST
        self.values = {name: values for name, _, _, value in FIGURES
                       if self.blocks and None not in (values := list(map(value, self.blocks)))}
        self.outliers, self.modes, self.notes = [], None, []
        if self.judged and not self.identical:
            self.seek()
        self.told = {"judged": self.judged, "identical": self.identical,
                     "outliers": self.outliers, "modes": self.modes}

    def seek(self):
        logs = [math.log(value) for value in self.seconds]
        tick = math.gcd(*(ns for block in self.blocks for ns in block["iteration_wall_ns"]))
        self.usual_s = statistics.median(self.seconds)
        resolution = seconds(min(tick, MOST_TICK_NS)) / self.usual_s
        far = far_out(logs, resolution, LEAST)
        many = len(far) >= fewest_of_mode(len(logs))
        places = [place for place in range(len(logs)) if many or place not in far]
        modes = two_modes(logs, places, resolution)
        if modes and many:
            far = []
        score_of = scores(logs, resolution)
        for place in far:
            self.outlier(place, score_of[place])
        if len(far) > MOST_TOLD:
            more = len(far) - MOST_TOLD
            self.notes = self.notes[:MOST_TOLD] + [
                [f"{self.arm.label}: {more} more outlier{'s' if more > 1 else ''}; the JSON report "
                 "lists all."]]
        if modes:
            self.two(*modes, bool(far))

    def goes_with(self, name, unit, value, usual):
        """The JSON's, and the words."""
        an = f" {'an' if self.iteration[0] in 'aeio' else 'a'} {self.iteration}"
        if unit.startswith("percent"):
            words = [Number(value, "%"), unit[len("percent"):], " instead of ", Number(usual, "%")]
        elif unit == "bytes":
            words = [Number(value / 1e6, "MB difference"), " instead of ",
                     Number(usual / 1e6, "MB difference")]
        else:
            kind = "s" if unit == "seconds" else "count"
            words = [Number(value, kind, True), an, " instead of ", Number(usual, kind, True)]
            unit += f"/{self.iteration}"
        return {"figure": name, "unit": unit, "value": value, "usual": usual}, [f"{name} "] + words

    def outlier(self, at, score):
        block, excess = self.blocks[at], self.seconds[at] - self.usual_s
        disturbed = block.get("disturbed") or ""
        others = sum(bool(each.get("disturbed")) for each in self.blocks if each is not block)
        differs, reasons = [], []
        if disturbed:
            reasons.append([f"disturbed: {disturbed}" + (
                f" (so were {others} of the other {len(self.blocks) - 1} blocks)" if others else "")])
        for name, unit, step, _ in FIGURES:
            if name not in self.values:
                continue
            values = self.values[name]
            usual = statistics.median(values)
            if at in far_out(values, step, least_of(unit, usual, excess)) and \
                    (values[at] > usual) == (excess > 0):
                told, words = self.goes_with(name, unit, values[at], usual)
                differs.append(told)
                reasons.append(words)
        if not differs and (not disturbed or 2 * others > len(self.blocks) - 1):
            reasons.append([f"nothing {'else ' if reasons else ''}recorded explains it"])
        self.outliers.append({
            "block": block["index"], "order": block["order"], "seconds": self.seconds[at],
            "usual_s": self.usual_s, "score": score if math.isfinite(score) else None,
            "disturbed": disturbed, "others_disturbed": others, "differs": differs})
        self.notes.append(
            [f"{self.arm.label}: block {block['index']} is an outlier: ",
             Number(self.seconds[at], "s", True), ", ", Number(self.seconds[at] / self.usual_s, "x"),
             " the median of ", Number(self.usual_s, "s", True), " (score ",
             Number(min(score, 1e6), "figure"), "): "] + joined(reasons) + ["."])

    def two(self, lower, upper, outliers):
        def of(places):
            return {"blocks": len(places), "share": len(places) / (len(lower) + len(upper)),
                    "median_s": statistics.median(self.seconds[place] for place in places)}

        def both(values):
            return [values[place] for place in upper], [values[place] for place in lower]

        fast, slow = of(lower), of(upper)
        found, reasons = [], []
        after, before = both([block["order"] for block in self.blocks])
        if (later := separates(after, before)) or separates(before, after):
            found.append({"figure": "order", "unit": "place in the run",
                          "value": statistics.median(after), "usual": statistics.median(before)})
            reasons.append([f"order: the slower ones ran {'later' if later else 'earlier'} (places "
                            f"{min(after)} to {max(after)} of the run, the faster ones "
                            f"{min(before)} to {max(before)})"])
        marked, calm = both([bool(block.get("disturbed")) for block in self.blocks])
        if separates(marked, calm):
            found.append({"figure": "disturbed", "unit": "share of the blocks",
                          "value": sum(marked) / len(marked), "usual": sum(calm) / len(calm)})
            reasons.append([f"disturbed: {sum(marked)} of {len(marked)} slower ones, {sum(calm)} of "
                            f"{len(calm)} faster ones"])
        for name, unit, step, _ in FIGURES:
            if name not in self.values:
                continue
            more, less = both(self.values[name])
            value, usual = statistics.median(more), statistics.median(less)
            least = max(step, least_of(unit, usual, slow["median_s"] - fast["median_s"]))
            if value - usual > least and separates(more, less):
                told, words = self.goes_with(name, unit, value, usual)
                found.append(told)
                reasons.append(words)
        self.modes = {"fast": fast, "slow": slow, "separated_by": found}
        share = math.floor(fast["share"] * 100 + 0.5)
        self.notes.append(
            [f"{self.arm.label}: two modes{' beside the outliers' if outliers else ''}: {share}% of "
             "the blocks at ", Number(fast["median_s"], "s", True), f", {100 - share}% at ",
             Number(slow["median_s"], "s", True), ". "] +
            (["With the slower one goes: "] + joined(reasons) if reasons else
             ["Nothing recorded separates them"]) + ["."])


def joined(all_words):
    return [part for at, words in enumerate(all_words) for part in (["; "] if at else []) + words]


def table_notes(patterns):
    """What stands below the heading: the lines of those that have too few blocks, and the notes."""
    notes, plain, few, looked_at = [], [], [], []
    for pattern in patterns:
        count, label = len(pattern.blocks), pattern.arm.label
        counted = f"{label} ({count} block{'' if count == 1 else 's'})"
        looked_at += [name for name, *_ in FIGURES
                      if name in pattern.values and name not in looked_at]
        if pattern.identical:
            notes.append([f"{label}: identical: all {count} blocks took the same time, to the last "
                          "digit."])
        elif count and not pattern.judged:
            few.append(counted)
        elif count and not pattern.notes:
            plain.append(counted)
        notes += pattern.notes
    found = any(pattern.notes for pattern in patterns)
    if plain:
        notes.append([f"No outlier and no two modes: {', '.join(plain)}."])
    if found:
        also = f"; where every block has it, {', '.join(looked_at)}" if looked_at else \
            "; nothing else is recorded of the blocks"
        notes.append(["Looked at, for what goes with a time: whether the block was disturbed, its "
                      f"place in the run{also}. The clock frequency is "
                      "not recorded."])
    if found or plain:
        notes.append([AT_END])
    return ([[f"{', '.join(few)}: unavailable: too few blocks, it takes {FEWEST}"]] if few else [],
            notes)
