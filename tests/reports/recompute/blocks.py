"""What recording.json says, block by block, and what docs/ makes of it: which blocks are compared,
the figures of a variant, pairs of blocks and whether a difference counts."""
import copy
import math
import statistics

import ranks

WALL, CPU, SERVER_CPU = "wall time", "CPU time", "server's CPU time"


def seconds(ns):
    return ns * 1e-9


def cpu_ns(block):
    region = block.get("region") or {}
    if region.get("user_ns") is None or region.get("system_ns") is None:
        return None
    return region["user_ns"] + region["system_ns"]


def median_or_none(values):
    return statistics.median(values) if values else None


class Arm:
    def __init__(self, recording, name, label, blocks, profiles):
        self.recording, self.name, self.label = recording, name, label
        self.all_blocks = blocks  # of all passes, comparable ones
        self.blocks = [block for block in blocks if block["pass"] == "time"]
        self.profiles = profiles
        self.timed = timed = [block for block in self.blocks if self.wall(block)]
        walls = [[seconds(ns) for ns in block["iteration_wall_ns"]] for block in timed]
        self.iterations = sum(map(len, walls))
        self.medians = [self.wall(block) for block in timed]
        self.count = len(timed)
        self.total = math.fsum(map(math.fsum, walls))
        self.mean = self.total / self.iterations if timed else None
        self.median = median_or_none(self.medians)
        self.cpu = median_or_none([cpu for block in timed if (cpu := self.cpu_of(block)) is not None])
        self.cores_busy = median_or_none(
            [cpu_ns(block) / block["region"]["wall_ns"] for block in timed
             if cpu_ns(block) is not None and block["region"]["wall_ns"] > 0])

    @staticmethod
    def wall(block):
        ns = block["iteration_wall_ns"]
        return statistics.median(ns) * 1e-9 if ns and statistics.median(ns) > 0 else None

    @staticmethod
    def cpu_of(block):
        ns = cpu_ns(block)
        return None if ns is None else seconds(ns) / len(block["iteration_wall_ns"])

    @staticmethod
    def server_cpu(block):
        if not block.get("server"):
            return None
        return seconds(block["server"]["cpu_ns"]) / len(block["iteration_wall_ns"])

    def costs(self, measure):
        """By the block's index: what is better where it is less."""
        found = {}
        for block in self.blocks:
            if isinstance(measure, dict):
                figures = (block.get("metrics") or {}).get(measure["name"])
                figure = statistics.median(figures) if figures else None
                value = cost_of(measure, figure)
            elif not self.wall(block):
                continue
            elif measure == WALL:
                value = self.wall(block)
            else:
                value = self.cpu_of(block) if measure == CPU else self.server_cpu(block)
            if value is not None:
                found[block["index"]] = value
        return found

    def metric(self, about):
        """Per block the median, and all figures."""
        lists = [(block.get("metrics") or {}).get(about["name"]) for block in self.blocks]
        lists = [figures for figures in lists if figures]
        return ([statistics.median(figures) for figures in lists],
                [figure for figures in lists for figure in figures])


def cost_of(metric, figure):
    if figure is None or not figure > 0:
        return None
    return 1 / figure if metric["higher_is_better"] else figure


class Pairs:
    """Blocks of two arms with the same index: ratios are of costs, first / second."""

    def __init__(self, first, second, measure):
        before, after = first.costs(measure), second.costs(measure)
        both = sorted(set(before) & set(after))
        a, b = [before[index] for index in both], [after[index] for index in both]
        self.first, self.second, self.measure = first, second, measure
        self.pairs = len(both)
        equal = [abs(x - y) <= ranks.TIE * max(x, y) for x, y in zip(a, b)]
        self.ties = sum(equal)
        self.faster = sum(not tie and y < x for tie, x, y in zip(equal, a, b))
        self.slower = self.pairs - self.ties - self.faster
        self.logs = ranks.logarithms(a, b)
        self.ratio, self.low, self.high = ranks.hodges_lehmann(self.logs)
        self.p = ranks.signed_rank_p(self.logs)
        self.sign_p = ranks.sign_test_p(self.faster, self.slower)
        low, high = ranks.median_interval(self.logs)
        self.sign_low = None if low is None else math.exp(low)
        self.sign_high = None if high is None else math.exp(high)
        self.adjusted, self.comparisons, self.needed = 1.0, 1, 0
        self.conflict = self.within_bias = False
        self.evidence = "unproven"

    @property
    def identical(self):
        return self.pairs > 0 and self.ties == self.pairs

    @property
    def decided(self):
        return self.low is not None and (self.low > 1 + ranks.TIE or self.high < 1 - ranks.TIE)

    @property
    def skewed(self):
        if self.low is None or self.sign_low is None:
            return False
        return self.decided != (self.sign_low > 1 + ranks.TIE or self.sign_high < 1 - ranks.TIE)


def same_direction(ratio, before, after):
    if before is None or after is None or abs(before - after) <= ranks.TIE * max(before, after):
        return False
    return (ratio > 1) == (after < before)


class Recorded:
    def __init__(self, recording, same_work):
        self.json, self.same_work = recording, same_work
        self.holds = same_work in ("same", "not_checked")
        variants = sorted(recording["variants"],
                          key=lambda each: each["name"] != recording["baseline"])
        left_out, blocks = rounds_left_out(recording), recording["blocks"]
        labels = [each.get("label") or each["name"] for each in variants]

        def arm(name, label):
            mine = [block for block in blocks if block["variant"] == name and ok(block) and
                    not (block["pass"] == "time" and block["index"] in left_out)]
            return Arm(recording, name, label, mine, recording["profiles"].get(name, {}))

        self.arms = [arm(each["name"], label if labels.count(label) == 1
                         else f"{label} ({each['name']})")
                     for each, label in zip(variants, labels)]
        twin = recording.get("twin")
        self.twin = arm(twin, twin) if twin else None
        first = {block["index"]: [] for block in blocks
                 if block["pass"] == "time" and block.get("rerun_of") is None}
        for block in blocks:
            if block["pass"] == "time" and block.get("rerun_of") is None and block.get("disturbed"):
                first[block["index"]].append(block)
        self.rounds, self.disturbed = len(first), sum(map(bool, first.values()))
        self.metrics = recording.get("metrics") or []
        workload = recording["workload"]
        self.iteration = workload.get("iteration") or "iteration"
        self.item = workload.get("item") or ("item" if workload.get("items_per_iteration") else "")
        self.items = max(workload.get("items_per_iteration") or 0, 0)
        self.work = workload.get("work")
        self.twins, self.made = {}, {}

    def twin_pairs(self, measure):
        key = measure["name"] if isinstance(measure, dict) else measure
        if self.twin and key not in self.twins:
            self.twins[key] = Pairs(self.arms[0], self.twin, measure)
        return self.twins.get(key)

    def pairs_of(self, first, second, measure):
        """Unjudged, of a family of one."""
        key = first.name, second.name, measure["name"] if isinstance(measure, dict) else measure
        if key not in self.made:
            self.made[key] = Pairs(first, second, measure)
        return copy.copy(self.made[key])

    def bias(self, measure):
        """How far the A/A arm may lie from the baseline; 1: it does not differ."""
        twin = self.twin_pairs(measure)
        return max(twin.high, 1 / twin.low) if twin and twin.decided else 1

    def compared(self, matches, measure, void_too=True):
        """All matches, p adjusted over them; None of an arm with itself."""
        pairs = [self.pairs_of(a, b, measure) if a is not b else None for a, b in matches]
        tested = [each for each in pairs if each]
        for each, p in zip(tested, ranks.holm([each.p for each in tested])):
            each.adjusted, each.comparisons = p, len(tested)
            each.needed = ranks.pairs_needed(len(tested))
            self.judge(each)
            if void_too and not self.holds:
                each.evidence = "void"
        return pairs

    def judge(self, pairs):
        pairs.evidence = "noise"
        if pairs.pairs < pairs.needed or pairs.low is None:
            pairs.evidence = "unproven"
        elif pairs.adjusted <= ranks.LEVEL and pairs.decided:
            bias = self.bias(pairs.measure)
            pairs.conflict = not all(same_direction(pairs.ratio, *both)
                                     for both in self.read_cells(pairs))
            pairs.within_bias = bias > 1 and pairs.low <= bias and pairs.high >= 1 / bias
            if not pairs.conflict and not pairs.within_bias:
                pairs.evidence = "proven"

    @staticmethod
    def read_cells(pairs):
        """Mean and median of both, as a reader sees them."""
        a, b, measure = pairs.first, pairs.second, pairs.measure
        if measure == WALL:
            return [(a.median, b.median), (a.mean, b.mean)]
        if measure == CPU:
            return [(a.cpu, b.cpu)]
        if measure == SERVER_CPU:
            return [tuple(median_or_none(list(arm.costs(measure).values())) for arm in (a, b))]
        cells = []
        for figure in (median_or_none, lambda all_: sum(all_) / len(all_) if all_ else None):
            cells.append(tuple(
                cost_of(measure, figure(arm.metric(measure)[0 if figure is median_or_none else 1]))
                for arm in (a, b)))
        return cells

    def against_baseline(self, measure):
        return self.compared([(self.arms[0], arm) for arm in self.arms], measure)

    def noise(self):
        """The A/A arm by wall and by CPU time, one family."""
        both = [pairs for pairs in (self.twin_pairs(WALL), self.twin_pairs(CPU)) if pairs]
        told = [pairs for pairs in both if pairs.pairs]
        for pairs, p in zip(told, ranks.holm([pairs.p for pairs in told])):
            pairs.adjusted, pairs.comparisons = p, len(told)
        return both


def ok(block):
    return block.get("status", "ok") == "ok"


def rounds_left_out(recording):
    """docs/disturbances.md: a repetition takes its round's place if all of its blocks ended well and
    undisturbed, and for every variant it is the same choice."""
    rounds = {}
    for block in recording["blocks"]:
        if block["pass"] == "time":
            rounds.setdefault(block["index"], []).append(block)
    left_out = set()
    for index, blocks in rounds.items():
        again = next((block["rerun_of"] for block in blocks if block.get("rerun_of") is not None),
                     None)
        if again is None:
            continue
        good = all(ok(block) and not block.get("disturbed") for block in blocks)
        there = {block["variant"] for block in blocks if ok(block)}
        needed = {block["variant"] for block in rounds.get(again, []) if ok(block)}
        left_out.add(again if good and needed <= there else index)
    return left_out
