"""The tables of a report as docs/ define them, recomputed: of blocks, of exact counts, the ledger."""
import dataclasses
import math
import statistics

import scipy.stats

from blocks import CPU, SERVER_CPU, WALL, Arm, cpu_ns, median_or_none, ok, seconds
from printed import Number, P

JSON_UNITS = {"s": "seconds/iteration", "total s": "seconds", "ms": "milliseconds",
              "MB": "megabytes", "count": "count", "cores": "cores", "ns": "nanoseconds"}
FREE, OVERHEAD = ("other programs", "taken by the hypervisor"), ("searching_s", "waiting_s",
                                                                "signalling_s", "creating_s")


@dataclasses.dataclass
class Figure:
    value: float = None
    share: float = None
    estimate: bool = False


@dataclasses.dataclass
class Row:
    name: str
    unit: str  # of printed.SUFFIXES, or " texts/sec"
    figures: list
    words: tuple = ()  # of a difference: of less, of more and of a factor
    evidence: list = None
    remarks: list = None
    json_unit: str = ""
    ratios: list = None  # per variant: in the place of a percentage; empty: it has none
    no_percent: bool = False

    def evidence_of(self, variant):
        return self.evidence[variant] if self.evidence else "none"

    def remark_of(self, variant):
        return self.remarks[variant] if self.remarks else []

    def ratio_of(self, variant):
        return self.ratios[variant] if self.ratios else []

    def printed_unit(self):
        return "s" if self.unit == "total s" else self.unit


FASTER = (" faster", " slower", " as long")
INCREASE = (" decrease", " increase", " as much")
IDENTICAL = "identical in all pairs of blocks"


def ratio_words(pairs):
    if pairs.ratio is None:
        return ["ratio unavailable: no pairs of blocks"]
    if pairs.identical:
        return [IDENTICAL]
    if pairs.low is None:
        return [Number(pairs.ratio, "x"), ", too few pairs for an interval"]
    return [Number(pairs.ratio, "x"), ", 99% CI ", Number(pairs.low, "x"), " to ",
            Number(pairs.high, "x")]


def remark(pairs):
    if pairs.evidence == "proven":
        return []
    if pairs.evidence == "unproven":
        return [f"unproven, {pairs.pairs} pairs"]
    return ([P(pairs.adjusted)] +
            ([", but mean, median and pairs do not point the same way"] if pairs.conflict else []) +
            ([", but no more than the A/A arm differs"] if pairs.within_bias else []))


def judged(name, unit, values, tests, words=(), ratios=False, json_unit=""):
    """A row whose differences are tested over pairs; with `ratios` the pairs' ratio is their size:
    but of pairs that all tie, of which nothing is to be told."""
    row = Row(name, unit, [Figure(value) for value in values], words, [], [], json_unit,
              [] if ratios else None)
    for pairs in tests:
        row.evidence.append(pairs.evidence if pairs else "")
        row.remarks.append(remark(pairs) if pairs and not (ratios and pairs.identical) else [])
        if ratios:
            told = pairs and pairs.pairs and not pairs.identical
            row.ratios.append(ratio_words(pairs) if told else [])
    return row


def titled(word):
    return word[:1].upper() + word[1:]


def scale_of(largest):
    return (1e9, "billion ") if largest >= 1e12 else (1e6, "million ") if largest >= 1e6 else (1, "")


def throughputs(recorded):
    """Per variant: units of work a second by each block's median."""
    amount = (recorded.work or {}).get("amount", 0) if not recorded.item else recorded.items
    return [[amount / median for median in arm.medians] if amount > 0 else []
            for arm in recorded.arms]


def performance(recorded):
    arms, wall = recorded.arms, recorded.against_baseline(WALL)
    title = titled(recorded.iteration)
    rows = []
    if len({arm.iterations for arm in arms}) == 1:
        rows.append(judged("Total Duration", "total s", [arm.total if arm.count else None
                                                         for arm in arms], wall, FASTER))
    rows.append(judged(f"Avg Time/{title}", "s", [arm.mean for arm in arms], wall, FASTER))
    if recorded.item:
        items = recorded.items
        each = [arm.mean / items if items and arm.count else None for arm in arms]
        plural = recorded.item + "s"
        rows.append(judged(f"Avg Time/{titled(recorded.item)}", "ms",
                           [value and value * 1000 for value in each], wall, FASTER))
        rows.append(judged("Throughput", f" {plural}/sec", [value and 1 / value for value in each],
                           wall, INCREASE, json_unit=f"{plural}/second"))
    rows.append(judged(f"Median Time/{title}", "s", [arm.median for arm in arms], wall, FASTER, True))
    rates = [median_or_none(each) for each in throughputs(recorded)]
    if recorded.work and not recorded.item and any(rates):
        unit, largest = recorded.work["unit"], max(rate or 0 for rate in rates)
        tiny, (divisor, scale) = 1 / largest < 1e-6, scale_of(largest)
        rows.append(judged(f"Time/Unit ({unit})", "ns" if tiny else "s",
                           [rate and (1e9 if tiny else 1) / rate for rate in rates], wall,
                           ratios=True))
        rows.append(judged("Throughput (median)", f" {scale}{unit}/sec",
                           [rate and rate / divisor for rate in rates], wall, ratios=True,
                           json_unit=f"{scale}{unit}/second"))
    rows.append(judged(f"CPU Time/{title}", "s", [arm.cpu for arm in arms],
                       recorded.against_baseline(CPU), ratios=True))
    rows.append(Row("Cores Busy", "cores", [Figure(arm.cores_busy) for arm in arms],
                    evidence=None if recorded.holds else ["void"] * len(arms), no_percent=True))
    return rows


def voided(rows, recorded):
    for row in rows:
        if not recorded.holds:
            row.evidence = ["void"] * len(row.figures)
    return rows


def metrics(recorded):
    rows = []
    for about in recorded.metrics:
        better = "higher" if about["higher_is_better"] else "lower"
        rows.append(judged(f"{about['name']} ({better} is better)", "figure",
                           [median_or_none(arm.metric(about)[0]) for arm in recorded.arms],
                           recorded.against_baseline(about), ratios=recorded.holds,
                           json_unit=f"metric {about['name']}"))
    return voided(rows, recorded)


def servers(recorded):
    if not any(block.get("server") for arm in recorded.arms for block in arm.blocks):
        return []

    def over(value):
        return [median_or_none([each for block in arm.blocks if block.get("server")
                                if (each := value(block)) is not None]) for arm in recorded.arms]

    def cores(block):
        wall = (block.get("region") or {}).get("wall_ns", 0)
        return block["server"]["cpu_ns"] / wall if wall > 0 else None

    def peak(block):
        peak_bytes = block["server"].get("peak_rss_bytes")
        return None if peak_bytes is None else peak_bytes / 1e6

    title = titled(recorded.iteration)
    rows = [
        judged(f"Server CPU Time/{title}", "s", over(lambda block: Arm.server_cpu(block)
                                                      if Arm.wall(block) else None),
               recorded.against_baseline(SERVER_CPU), ratios=True),
        judged(f"Load CPU Time/{title}", "s", [arm.cpu for arm in recorded.arms],
               recorded.against_baseline(CPU), ratios=True)]
    for name, unit, value in (
            ("Server cores busy", "cores", cores),
            ("Time until the server is ready", "s",
             lambda block: seconds(block["server"]["ready_ns"])),
            ("Peak memory of the server (MB)", "MB", peak)):
        rows.append(Row(name, unit, [Figure(each) for each in over(value)]))
    return voided(rows, recorded)


# ---- what was counted, not sampled: sums over the iterations of a pass --------------------------


def divisors(recorded, kind):
    """What a figure of the pass is divided by: 1 where all variants ran as many iterations."""
    counts = [(arm.profiles.get(kind) or {}).get("iterations", 0) for arm in recorded.arms]
    return counts if len({count for count in counts if count > 0}) > 1 else [1] * len(counts)


def memory(recorded):
    heaps, over = [arm.profiles.get("heap") for arm in recorded.arms], divisors(recorded, "heap")
    if not any(heaps):
        return []

    def row(name, value, unit="MB", shares=False):
        figures = []
        for heap, divisor in zip(heaps, over):
            found = value(heap) if heap and divisor else None
            figures.append(Figure() if found is None else Figure(
                found / divisor, value(heap) / heap["region_bytes"] * 1e6
                if shares and heap["region_bytes"] > 0 else None))
        return Row(name, unit, figures)

    def of(category):
        return lambda heap: sum(each["bytes"] for each in heap["region"]
                                if each["category"] == category) / 1e6

    rows = [row("Total Allocation", lambda heap: heap["region_bytes"] / 1e6)]
    for category in {each["category"] for heap in heaps if heap for each in heap["region"]}:
        rows.append(row(category, of(category), shares=True))
    rows.append(row("In no category", lambda heap: (
        heap["region_bytes"] - sum(each["bytes"] for each in heap["region"])) / 1e6, shares=True))
    rows.append(row("Objects allocated (count)", lambda heap: heap.get("region_objects"), "count"))
    return voided(rows, recorded)


def processes(recorded):
    trees = [arm.profiles.get("tree") for arm in recorded.arms]
    trees = [tree if tree and tree["iterations"] > 0 else None for tree in trees]

    def row(name, unit, value, mean=True):
        return Row(name, unit, [Figure(value(tree) / (tree["iterations"] if mean else 1) or
                                       (0 if mean else None)) if tree else Figure()
                                for tree in trees])

    rows = [row("Processes started", "count", lambda tree: tree["iterations"] + tree["processes"]),
            row("Most threads at once", "count", lambda tree: tree["most_threads_at_once"], False),
            row("Peak memory of the largest process (MB)", "MB",
                lambda tree: tree["peak_rss_bytes"] / 1e6, False)]
    for name, unit, key in (
            ("Programs executed", "count", "execs"), ("Threads created", "count", "threads"),
            ("CPU time", "s", "cpu_s"), ("Run-queue delay", "s", "run_queue_s"),
            ("Voluntary context switches", "count", "voluntary_switches"),
            ("Involuntary context switches", "count", "involuntary_switches")):
        rows.append(row(name, unit, lambda tree, key=key: tree[key]))
    names = {each["name"] for tree in trees if tree for each in tree["programs"]}
    for name in names if len(names) > 1 else []:
        def of(tree, key, name=name):
            return sum(each[key] for each in tree["programs"] if each["name"] == name)
        for what, key in (("processes", "processes"), ("threads created", "threads")):
            rows.append(row(f"{name}: {what}", "count", lambda tree, key=key, of=of: of(tree, key)))
        rows.append(row(f"{name}: CPU time", "s", lambda tree, of=of: of(tree, "cpu_s")))
        for figure, tree in zip(rows[-1].figures, trees):
            if tree and tree["cpu_s"] > 0:
                figure.share = of(tree, "cpu_s") / tree["cpu_s"]
    return voided(rows, recorded)


def counts(recorded):
    rows = []
    for name, kind, value in (
            ("Futex waits", "futex", lambda each: each["waits"]),
            ("Futex wakes", "futex", lambda each: each["wakes"]),
            ("Futex requeues", "futex", lambda each: each["requeues"]),
            ("Other futex calls", "futex", lambda each: each["others"]),
            ("All futex calls", "futex", lambda each: each["waits"] + each["wakes"] +
             each["requeues"] + each["others"]),
            ("Instructions", "count", lambda each: each["instructions"]),
            ("Processes counted", "count", lambda each: each["processes"])):
        found = [arm.profiles.get(kind) for arm in recorded.arms]
        rows.append(Row(name, "count", [
            Figure(value(each) / each["iterations"]) if each and each["iterations"] > 0
            else Figure() for each in found]))
    return voided(rows, recorded)


CALLS = (("thread_create", "Thread creations", "Thread creation time"),
         ("thread_join", "Thread joins", "Thread join time"),
         ("condition_wait", "Condition waits", "Condition wait time"),
         ("condition_signal", "Condition signals", "Condition signal time"),
         ("condition_broadcast", "Condition broadcasts", "Condition broadcast time"),
         ("mutex_contended", "Contended mutex locks", "Contended mutex time"),
         ("futex_wait", "Futex waits through syscall()", "Time in futex waits through syscall()"),
         ("futex_wake", "Futex wakes through syscall()", "Time in futex wakes through syscall()"),
         ("yield", "Calls of sched_yield()", "Time in sched_yield()"),
         ("searching", "", "Work search time (searching)"),
         ("waiting", "", "Wait time (waiting)"), ("signalling", "", "Signal time (signalling)"),
         ("computing", "", "Compute time (computing)"))


def calls(recorded):
    """The table of the sync pass: thread-seconds with their share of cores × wall, and counts."""
    syncs, over = [arm.profiles.get("sync") for arm in recorded.arms], divisors(recorded, "sync")

    def row(name, unit, value):
        figures = []
        for sync, divisor in zip(syncs, over):
            found = value(sync) if sync and divisor else None
            whole = sync["cores"] * sync["wall_s"] if sync else 0
            figures.append(Figure() if found is None else Figure(
                found / divisor, found / whole if unit == "total s" and whole > 0 else None))
        return Row(name, unit, figures)

    def summed(key):
        def value(sync):
            each = [thread.get(key) for thread in sync["threads"]]
            return None if None in each or not each else math.fsum(each)
        return value

    rows = []
    for key, name, time_name in CALLS:
        count = row(name, "count", lambda sync, key=key: (sync.get(key) or {}).get("count"))
        rows += [count] if name else []
        if not name or any(figure.value for figure in count.figures):
            rows.append(row(time_name, "total s",
                            lambda sync, key=key: (sync.get(key) or {}).get("wall_s")))
    for name, unit, key in (("Run-queue delay", "total s", "run_queue_s"),
                            ("Voluntary context switches", "count", "voluntary_switches"),
                            ("Involuntary context switches", "count", "involuntary_switches")):
        rows.append(row(name, unit, summed(key)))
    return voided(rows, recorded)


def creations(recorded):
    """Of each variant: threads created an iteration and in all, by the tree pass, else the agent."""
    found = []
    for arm in recorded.arms:
        tree, sync = arm.profiles.get("tree"), arm.profiles.get("sync")
        tree = tree if tree and tree["iterations"] > 0 else None
        total = tree["threads"] if tree else ((sync or {}).get("thread_create") or {}).get("count")
        over = tree["iterations"] if tree else (sync or {}).get("iterations", 0)
        found.append((total / over if total is not None and over else None, total))
    return found


MOST_THREADS = 12


def threads(recorded):
    """Rows of the table of threads: label, name, count, then seconds and switches of the pass."""
    rows = []
    for arm in recorded.arms:
        sync = arm.profiles.get("sync") or {"threads": []}
        marked = any(sync.get(key) for key in ("computing", "searching", "waiting", "signalling"))
        states = ("computing_s", "searching_s", "waiting_s", "signalling_s")
        told = [[thread.get("thread_count", 1)] + [thread.get(key) for key in (
            "wall_s", "cpu_s", "run_queue_s", "voluntary_switches", "involuntary_switches")] +
            [thread.get(key) if marked else None for key in states] for thread in sync["threads"]]
        names = [thread["name"] for thread in sync["threads"]]
        if len(told) > MOST_THREADS:
            rest = [None if None in column else math.fsum(column)
                    for column in zip(*told[MOST_THREADS - 1:])]
            told = told[:MOST_THREADS - 1] + [rest]
            names = names[:MOST_THREADS - 1] + ["further threads"]
        rows += [[arm.label, name] + figures for name, figures in zip(names, told)]
    return rows


# ---- the ledger (reports/ledger/ledger.h says which source a line has) --------------------------


def mean_and_errors(values):
    """The mean over blocks; at 95% the error of the mean, and of one block."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, None, None
    t = scipy.stats.t.ppf(0.975, len(values) - 1)
    one = t * statistics.stdev(values)
    return mean, one / math.sqrt(len(values)), one


def together(*errors):
    return None if None in errors else math.hypot(*errors)


class Ledger:
    def __init__(self, recorded):
        self.recorded, self.lines, self.errors = recorded, {}, {}
        self.wall, self.cores, self.excess = {}, {}, {}
        syncs = [arm.profiles.get("sync") for arm in recorded.arms]
        whole = [sync is not None and self.whole_tree(sync) for sync in syncs]
        functions = [each for arm in recorded.arms
                     for each in (arm.profiles.get("cpu") or {}).get("functions", [])]
        computes = bool(recorded.json.get("model")) or any(
            each["category"] == "compute" for profiles in recorded.json["profiles"].values()
            for kind in ("cpu", "wall") for each in (profiles.get(kind) or {}).get("functions", []))
        of_command = any(sync and sync.get("seen") for sync in syncs)
        self.accounts = all(whole) if of_command else computes or any(whole)
        self.scheduler = "scheduler" if computes else "synchronisation"
        self.kernels = sorted({kernel for block in recorded.json["blocks"]
                               if ok(block) for kernel in block.get("kernel_macs") or {}})
        sampled = {each["category"] for each in functions if (each.get("flat_s") or 0) > 0}
        self.own = sampled - {"scheduler", "compute", "memory", "kernel", "other"}
        self.memory = ("memory: allocation, mapping" if "copying" in sampled
                       else "memory: allocation, zeroing, copying")
        for variant, arm in enumerate(recorded.arms):
            self.add(variant, arm)

    @staticmethod
    def whole_tree(sync):
        seen = sync.get("seen")
        return not seen or seen["tree_cpu_s"] <= 0 or \
            seen["seen_cpu_s"] / seen["tree_cpu_s"] >= 0.95

    def known(self, variant):
        return variant in self.wall

    def region_blocks(self, arm):
        for name in ("time", "sync"):
            found = [block for block in arm.all_blocks if block["pass"] == name and
                     cpu_ns(block) is not None and block["iteration_wall_ns"] and
                     (block["region"].get("cores_time") or {}).get("cores", 0) > 0]
            if found:
                return found
        return []

    def line_of(self, function):
        unqualified = function["name"].split("(")[0].split("::")[-1]
        for kernel in self.kernels:
            if unqualified == kernel or unqualified.startswith(kernel + "_"):
                return f"compute: {kernel}"
        category = function["category"]
        if category == "compute":
            return "compute: other operators"
        if category in self.own:
            return category
        return {"memory": self.memory, "kernel": "kernel functions"}.get(category, "other functions")

    def sampled(self, cpu):
        """Seconds by line, those of the scheduler, and the samples that the lines stand for."""
        lines, scheduler, samples = {}, 0.0, 0
        for function in cpu["functions"]:
            if function.get("flat_s") is None:
                continue
            if function["category"] == "scheduler":
                scheduler += function["flat_s"]
                continue
            line = self.line_of(function)
            lines[line] = lines.get(line, 0) + function["flat_s"]
            count = function.get("flat_samples")
            samples = None if samples is None or count is None else samples + count
        if cpu.get("unseen_kernel_s") is not None:
            lines["kernel functions"] = lines.get("kernel functions", 0) + cpu["unseen_kernel_s"]
        return lines, scheduler, samples

    def states(self, arm, region_cpu):
        """CPU seconds of an iteration by what threads did, reconciled with the region's, with what
        that leaves unsure (relative), and the run-queue delay."""
        sync = arm.profiles.get("sync")
        if not sync or sync["iterations"] <= 0 or not sync["threads"] or \
                any(not thread.get("cpu_by_state") for thread in sync["threads"]):
            return None
        threads, iterations = sync["threads"], sync["iterations"]
        states = {key: math.fsum(thread["cpu_by_state"][key] for thread in threads) / iterations
                  for key in ("computing_s",) + OVERHEAD}
        states["starting_s"] = states["other_s"] = 0.0
        for thread in threads:
            of_ended = thread["thread_count"] > 1 and thread["cpu_by_state"]["computing_s"] > 0
            states["starting_s" if of_ended else "other_s"] += \
                thread["cpu_by_state"]["other_s"] / iterations
        blocks = [block for block in arm.all_blocks if block["pass"] == "sync"]
        told = bool(blocks) and all(cpu_ns(block) is not None for block in blocks)
        sync_cpu = math.fsum(seconds(cpu_ns(block)) for block in blocks) if told else 0
        ended = sum(thread["thread_count"] for thread in threads if thread["thread_count"] > 1)
        if ended and told:
            beyond = sync_cpu - math.fsum(thread["cpu_s"] for thread in threads)
            states["starting_s"] += min(max(beyond, 0), ended * 50e-6) / iterations
        queue = [thread.get("run_queue_s") for thread in threads]
        queue = None if None in queue else math.fsum(queue) / iterations
        taken = sum(len(block["iteration_wall_ns"]) for block in blocks)
        unsure = 0.0, 0.0
        if told and sync_cpu > 0 and region_cpu > 0:
            work = states["computing_s"] + states["other_s"]
            other = math.fsum(states[key] for key in OVERHEAD + ("starting_s",))
            goal = region_cpu if sync.get("seen") else (work + other) / (sync_cpu / taken /
                                                                        region_cpu)
            factors, unsure = reconciled(work, other, goal)
            for key in states:
                states[key] *= factors[0 if key in ("computing_s", "other_s") else 1]
        return states, unsure, queue, sync.get("computing") is not None

    def add(self, variant, arm):
        blocks, cpu = self.region_blocks(arm), arm.profiles.get("cpu")
        if not blocks or not cpu:
            return
        cores = {block["region"]["cores_time"]["cores"] for block in blocks}
        sampled, scheduler, samples = self.sampled(cpu)
        work_s = math.fsum(sampled.values())
        if len(cores) != 1 or work_s <= 0:
            return

        def over(ns):
            return mean_and_errors([seconds(ns(block["region"])) / len(block["iteration_wall_ns"])
                                    for block in blocks])

        cores = cores.pop()
        cpu_of = lambda region: region["user_ns"] + region["system_ns"]
        wall = over(lambda region: region["wall_ns"])[0]
        used, used_error, used_one = over(cpu_of)
        idle, idle_error, _ = over(lambda region: region["cores_time"]["idle_ns"])
        busy = over(lambda region: region["cores_time"]["busy_ns"])[0]
        steal = over(lambda region: region["cores_time"]["steal_ns"])[0]
        others_error = over(lambda region: region["cores_time"]["busy_ns"] - cpu_of(region))[1]
        server, server_error, _ = mean_and_errors(
            [seconds((block.get("server") or {}).get("cpu_ns", 0)) /
             len(block["iteration_wall_ns"]) for block in blocks])
        split = None if used_one is None or used <= 0 else used_one / used
        if self.accounts:
            found = self.states(arm, used)
            if not found:
                return
            states, unsure, queue, marked = found
        else:
            tree = arm.profiles.get("tree")
            states = dict.fromkeys(("computing_s", "starting_s") + OVERHEAD, 0.0) | {"other_s": used}
            unsure, marked = (0.0, 0.0), False
            queue = tree["run_queue_s"] / tree["iterations"] if tree and tree["iterations"] else None
            split = None if used_error is None or used <= 0 else used_error / used
        self.wall[variant], self.cores[variant] = wall, cores

        accounted = math.fsum(states.values())
        work = states["computing_s"] + states["other_s"]
        called = math.fsum(states[key] for key in OVERHEAD + ("starting_s",))
        share = scheduler / (scheduler + work_s)
        unmarked = 0 if marked else min(max(share * accounted - called, 0), work)

        def error(core_s, relative=0.0):
            return None if split is None else core_s * math.hypot(split, relative)

        def sampling(core_s, part, count):
            return core_s * 1.96 * math.sqrt(part * (1 - part) / count) if count else None

        def put(name, core_s, error_s):
            self.lines.setdefault(name, {})[variant] = core_s
            self.errors.setdefault(name, {})[variant] = error_s

        names = {f"compute: {kernel}" for kernel in self.kernels} | self.own | {
            "compute: other operators", self.memory, "kernel functions", "other functions"}
        for name in names:
            part = sampled.get(name, 0) / work_s
            put(name, (work - unmarked) * part,
                together(error((work - unmarked) * part, unsure[0]),
                         sampling(work - unmarked, part, samples)))
        if self.accounts:
            for what, core_s in (
                    ("searching and spinning", states["searching_s"]),
                    ("waiting", states["waiting_s"]), ("signalling", states["signalling_s"]),
                    ("creating and joining threads", states["creating_s"]),
                    ("threads starting and ending", states["starting_s"]),
                    ("seen by samples only", unmarked)):
                put(f"{self.scheduler}: {what}", core_s, error(core_s, unsure[1]))
        else:
            put(self.scheduler, unmarked, together(error(unmarked), sampling(
                accounted, share, samples / (1 - share) if samples is not None else None)))
        rest = cores * wall - used - idle - steal
        served = min(max(server, 0), max(0, rest))
        others = min(max(busy - used - served, 0), max(0, rest - served))
        waiting = min(max((queue or 0) - others, 0), idle)
        put("waiting for a core", waiting, idle_error)
        put("idle cores", idle - waiting, idle_error)
        put("server", served, server_error)
        put("other programs", others, others_error)
        put("taken by the hypervisor", steal, others_error)
        open_s = [value for value in (rest - served - others, used - accounted) if abs(value) > 1e-10]
        put("unexplained", math.fsum(value for value in open_s if value > 0), None)
        self.excess[variant] = -math.fsum(value for value in open_s if value < 0)

    def rows(self):
        variants = range(len(self.recorded.arms))
        rows = []
        for name, amounts in self.lines.items():
            estimate = name not in ("idle cores", "server", "taken by the hypervisor",
                                    "unexplained") and \
                (not name.startswith(self.scheduler + ": ") or name.endswith("seen by samples only"))
            needs_some = name in ("waiting for a core", "other programs")
            row = Row(name, "s", [Figure() for _ in variants], evidence=["none"])
            for variant in variants:
                if self.known(variant):
                    value = amounts.get(variant, 0.0)
                    row.figures[variant] = Figure(value, value / self.capacity(variant),
                                                  estimate and (value > 0 or not needs_some))
            for variant in list(variants)[1:]:
                error = together(self.errors[name].get(0), self.errors[name].get(variant))
                difference = abs(amounts.get(0, 0) - amounts.get(variant, 0))
                row.evidence.append("none" if error is not None and difference > error else "noise")
            rows.append(row)
        for name, value in (("overlap between sources (subtracted)", self.excess.get),
                            ("cores × wall", self.capacity)):
            rows.append(Row(name, "s", [
                Figure(value(variant), value(variant) / self.capacity(variant))
                if self.known(variant) else Figure() for variant in variants]))
        return voided(rows, self.recorded)

    def capacity(self, variant):
        return self.cores[variant] * self.wall[variant]

    def difference(self, before, after):
        """What of the wall time saved each line explains, with its error; None: not comparable."""
        if not self.known(before) or not self.known(after) or \
                self.cores[before] != self.cores[after]:
            return None
        cores = self.cores[before]
        parts = {}
        for name, amounts in self.lines.items():
            error = together(self.errors[name].get(before), self.errors[name].get(after))
            parts[name] = (amounts[before] - amounts[after], error and error / cores)
        if self.excess[before] != self.excess[after]:
            parts["overlap between sources (subtracted)"] = (self.excess[after] - self.excess[before], None)
        return cores, self.wall[before] - self.wall[after], parts

    def others_saved(self, before, after):
        cores, _, parts = self.difference(before, after)
        return math.fsum(parts[name][0] for name in FREE if name in parts) / cores

    def adjusted(self, before, after):
        """Wall times less what others took, of both; None: not known."""
        walls = []
        for variant in (before, after):
            if not self.known(variant):
                return None
            others = math.fsum(self.lines[name].get(variant, 0) for name in FREE)
            walls.append(self.wall[variant] - others / self.cores[variant])
        return walls if min(walls) > 0 else None


def reconciled(work, other, goal):
    """Weighted least squares: relative corrections of standard deviation 2% and 30% that make the
    two add up to the goal; what each leaves unsure at 95%."""
    total = work + other
    if total <= 0:
        return (1, 1), (0, 0)
    variances = (0.02 * work) ** 2, (0.3 * other) ** 2
    surplus, unsure = total - goal, 1.96 * math.sqrt(variances[0] * variances[1] / sum(variances))
    factors, errors = [1.0, 1.0], [0.0, 0.0]
    for at, (part, variance) in enumerate(zip((work, other), variances)):
        if part > 0:
            factors[at] = 1 - surplus * variance / sum(variances) / part
            errors[at] = unsure / part
    return (factors, errors) if min(factors) >= 0 else ((goal / total,) * 2, (1, 1))
