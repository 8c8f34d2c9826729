"""Recordings of runs that never were: all that a time pass can bring, from a seed."""
import random


def random_recording(seed):
    rng = random.Random(seed)
    names = [f"arm {letter}" for letter in "ABCDE"[:rng.choice((2, 2, 2, 3, 5))]]
    rounds = 120 if seed == 7 else rng.choice((3, 6, 8, 9, 10, 12, 14, 16, 20, 25, 33))
    twin = "again" if rng.random() < 0.8 else ""
    cores = rng.choice((1, 2, 4))
    run = Run(rng, cores, random.Random(seed + 1_000_000))
    slower = [1.0] + [rng.choice((1.0, 1.0, 1.02, 1.1, 0.9, 0.7, 1.6)) for _ in names[1:]]
    speeds = dict(zip(names, slower))
    if twin:  # sometimes the machine favours it
        speeds[twin] = 1.3 if rng.random() < 0.1 else 1.0
    metrics = [{"name": name, "pattern": f"{name}=(.*)", "higher_is_better": higher,
                "decides": False} for name, higher in (("rate", True), ("delay", False))
               if rng.random() < 0.4]
    if metrics and rng.random() < 0.5:
        metrics[0]["decides"] = True
    blocks = run.time_pass(speeds, rounds, metrics)
    workload = {"scenario": "made", "description": "", "items_per_iteration": 0, "threads": 0,
                "iterations_per_block": run.iterations, "blocks": rounds, "iteration": "run"}
    if rng.random() < 0.2:
        workload |= {"items_per_iteration": 32, "item": "text"}
    elif rng.random() < 0.5:
        workload["work"] = {"unit": "byte", "amount": rng.choice((3.0, 12.5, 4096.0, 2e9))}
    profiles, whole = {}, rng.random()
    for name in names:
        profiles[name] = run.profiles(speeds[name], accounts=whole < 0.3) if whole < 0.75 else {}
    if whole < 0.3:
        blocks += run.sync_pass(names, speeds)
    return {
        "schema": 2, "schema_minor": 1, "created": "2026-01-01T00:00:00Z", "winnow_version": "0.1.0",
        "commit": "", "status": "complete", "machine": [], "workload": workload, "baseline": names[0],
        "variants": [{"name": name, "summary": "", "label": name.title(), "advice": "", "program": "",
                      "persistent_threads": False, "command": ["prog", name],
                      "server": ["serve"] if run.server else []} for name in rng.sample(
                          names, len(names))],
        "twin": twin, "metrics": metrics, "blocks": blocks, "profiles": profiles, "missing": [],
        "warnings": []}


class Run:
    """One machine's habits: its clock, noise, neighbours and what it loses."""

    def __init__(self, rng, cores, more):
        self.rng, self.cores, self.more = rng, cores, more
        self.slow_share = more.choice((0, 0, 0.4))  # of blocks in a second, slower mode
        self.slow_later = more.random() < 0.3  # it begins in the middle of the run
        self.follows = more.random() < 0.7  # what is counted goes with the time
        self.counted = more.choice((0, 1, 1, 0.97))  # blocks that have the machine's figures
        self.iterations = rng.choice((1, 1, 2, 3, 4, 5))
        self.clock_ns = rng.choice((1, 1, 1000, 1_000_000, 10_000_000))
        self.base_ns = rng.choice((300_000, 4_000_000, 60_000_000, 900_000_000, 70_000_000_000))
        self.base_ns = max(self.base_ns, 12 * self.clock_ns)
        self.scatter = rng.choice((0.0, 0.005, 0.03, 0.1))
        self.spikes = rng.choice((0, 0, 0.05))
        self.lost, self.failed = rng.choice((0, 0, 0.05)), rng.choice((0, 0, 0.05))
        self.disturbed = rng.choice((0, 0.1, 0.5))
        self.uneven = rng.random() < 0.1  # blocks with other numbers of iterations
        self.no_cpu = rng.random() < 0.1
        self.server = rng.random() < 0.15
        self.busy = rng.choice((0, 0, 0.4))
        self.order = 0

    def ticks(self, ns):
        return max(0, round(ns / self.clock_ns)) * self.clock_ns

    def wall_ns(self, speed):
        ns = self.base_ns * speed * self.rng.lognormvariate(0, self.scatter)
        return self.ticks(ns * (self.rng.uniform(1.5, 5) if self.rng.random() < self.spikes else 1))

    def block(self, name, index, speed, which="time"):
        self.order += 1
        slow = self.more.random() < self.slow_share
        if self.slow_share and self.slow_later:
            slow = index >= 6
        speed *= 1.4 if slow else 1
        count = self.iterations + (self.rng.randrange(3) if self.uneven else 0)
        walls = [self.wall_ns(speed) for _ in range(count)]
        wall = sum(walls)
        cpu = self.ticks(wall * min(self.cores, 1.3) * self.rng.uniform(0.6, 0.95))
        idle = round(max(0, self.cores * wall - cpu) * self.rng.uniform(0.3, 1) * (1 - self.busy))
        others = round(max(0, self.cores * wall - cpu - idle) * self.rng.uniform(0.5, 1.05))
        region = {"wall_ns": wall, "user_ns": cpu * 3 // 4, "system_ns": cpu - cpu * 3 // 4,
                  "voluntary_switches": 3, "involuntary_switches": 2, "minor_faults": 100,
                  "major_faults": 0,
                  "cores_time": {"cores": self.cores, "idle_ns": idle, "busy_ns": cpu + others,
                                 "steal_ns": others // 50}}
        if self.no_cpu:
            del region["user_ns"]
        block = {"pass": which, "variant": name, "index": index, "order": self.order,
                 "status": "ok", "stderr_tail": "", "isa": "", "iteration_wall_ns": walls,
                 "region": region, "work": {}, "checksum": "", "raw_files": []}
        self.count_more(block, slow or max(walls) > 1.4 * self.base_ns * speed)
        if self.server and which == "time":
            block["server"] = {"cpu_ns": round(wall * self.rng.uniform(0.01, 0.1)),
                               "ready_ns": self.rng.randrange(1, 900_000_000),
                               "peak_rss_bytes": self.rng.randrange(1 << 30)}
        return block

    def count_more(self, block, slow):
        """The kernel's counts and the machine's figures, which may be larger in slow blocks."""
        more, region = self.more, block["region"]
        if self.counted == 0:
            return
        larger = lambda usual, scatter: round(usual * more.lognormvariate(0, scatter) *
                                              (3 if slow and self.follows else 1))
        region |= {"voluntary_switches": larger(3, 0.3), "involuntary_switches": larger(200, 0.1),
                   "minor_faults": larger(4000, 0.01), "major_faults": larger(0, 1),
                   "cpu_migrations": larger(12, 0.5)}
        if more.random() < self.counted:
            block["machine"] = {
                "wall_s": region["wall_ns"] * 1e-9, "load_1min": 0.5,
                "psi_cpu_some_percent": float(larger(9, 0.5)), "steal_percent": larger(5, 0.3) / 10,
                "other_cpu_percent": larger(100, 0.05) / 7,
                "throttled_ns": larger(region["wall_ns"] * 0.02, 0.2)}
            block["peak_rss_bytes"] = larger(5000, 0.01) * 4096

    def time_pass(self, speeds, rounds, metrics):
        rng, blocks, again, disturbed = self.rng, [], [], []
        whole = rng.random() < 0.5  # figures that are counts
        for index in range(rounds):
            made = self.round(speeds, index, metrics, whole)
            if rng.random() < self.disturbed:
                rng.choice(made)["disturbed"] = "other programs used 1.0 cores"
                disturbed.append(index)
            blocks += made
        for place, round_ in enumerate(disturbed[:rounds // 5]):
            made = self.round(speeds, rounds + place, metrics, whole)
            for block in made:
                block["rerun_of"] = round_
            if rng.random() < 0.3:
                rng.choice(made)["disturbed"] = "steal 3.0%"
            again += made
        kept = [block for block in blocks + again if rng.random() >= self.lost]
        for block in kept:
            if rng.random() < self.failed:
                block |= {"status": "exit status 3", "stderr_tail": "no\n"}
        return kept

    def round(self, speeds, index, metrics, whole):
        made = []
        for name in self.rng.sample(list(speeds), len(speeds)):
            block = self.block(name, index, speeds[name])
            figures = {}
            for about in metrics:
                if self.rng.random() < 0.97:
                    factor = speeds[name] ** (-1 if about["higher_is_better"] else 1)
                    values = [1234 * factor * self.rng.lognormvariate(0, 0.05)
                              for _ in block["iteration_wall_ns"]]
                    figures[about["name"]] = [float(round(each)) if whole else each / 300
                                              for each in values]
            made.append(block | ({"metrics": figures} if figures else {}))
        return made

    def sync_pass(self, names, speeds):
        return [self.block(name, index, speeds[name] * 1.1, "sync")
                for index in range(2) for name in names]

    def profiles(self, speed, accounts):
        rng = self.rng
        run_s = self.base_ns * 1e-9 * speed
        functions = []
        for name, category in (("parse", "text"), ("memcpy", "copying"), ("malloc", "memory"),
                               ("[kernel]", "kernel"), ("main", "other"),
                               ("pthread_mutex_lock", "scheduler"), ("crc", "hashing")):
            samples = rng.choice((0, 1, 4, 30, 400))
            functions.append({"name": name, "category": category, "flat_s": samples * 1e-3,
                              "cumulative_s": samples * 1e-3, "flat_samples": samples,
                              "cumulative_samples": samples})
        functions[4]["flat_samples"] += 1
        functions[4]["flat_s"] += 1e-3
        samples = sum(each["flat_samples"] for each in functions)
        trees = rng.choice((3, 5))
        tree = {"iterations": trees, "wall_s": run_s * trees, "cpu_s": run_s * trees * 0.9,
                "run_queue_s": run_s * trees * rng.uniform(0, 0.3),
                "voluntary_switches": rng.randrange(5000), "involuntary_switches": rng.randrange(50),
                "processes": rng.randrange(9), "threads": rng.randrange(9), "execs": trees,
                "most_threads_at_once": rng.randrange(1, 5),
                "peak_rss_bytes": rng.randrange(1, 1 << 33), "unseen_ends": 0,
                "programs": [{"name": name, "processes": trees, "threads": rng.randrange(4),
                              "cpu_s": run_s * trees * share, "run_queue_s": 0.0}
                             for name, share in (("prog", 0.6), ("helper", 0.3))]}
        heap_bytes = float(rng.randrange(1, 1 << rng.choice((12, 22, 33))))
        heap = {"iterations": rng.choice((1, 1, 2)), "region_bytes": heap_bytes,
                "region_objects": rng.randrange(1, 100000), "before_region": [],
                "region": [{"category": "Text", "bytes": heap_bytes * 0.75},
                           {"category": "Other", "bytes": heap_bytes * 0.25}]}
        found = {
            "cpu": {"clock": "cpu", "iterations": 20, "samples": samples, "period_s": 1e-3,
                    "sampled_s": samples * 1e-3, "total_s": samples * 1.1e-3, "functions": functions},
            "tree": tree, "heap": heap,
            "futex": {"iterations": 3, "waits": rng.randrange(9000), "wakes": rng.randrange(9000),
                      "requeues": rng.randrange(3), "others": rng.randrange(3)},
            "count": {"iterations": 2, "instructions": 2 * 10 ** 9 + rng.randrange(10 ** 6),
                      "fewest": 10 ** 9, "most": 10 ** 9 + 10 ** 6, "processes": 2}}
        if accounts:
            found["sync"] = self.sync(run_s)
            del found["tree"]
        return found

    def sync(self, run_s):
        rng, threads = self.rng, []
        iterations = 2 * self.iterations
        for name, count in (("main", 1), ("worker 1", 1), ("created in the region", 12)):
            cpu = {key: run_s * iterations * rng.uniform(0, 0.2) for key in
                   ("computing_s", "searching_s", "waiting_s", "signalling_s", "creating_s",
                    "other_s")}
            threads.append({"name": name, "thread_count": count, "wall_s": run_s * iterations,
                            "cpu_s": sum(cpu.values()), "run_queue_s": run_s * rng.uniform(0, 0.2),
                            "voluntary_switches": rng.randrange(900),
                            "involuntary_switches": rng.randrange(90), "computing_s": 0.01,
                            "searching_s": 0.0, "waiting_s": 0.02, "signalling_s": 0.0,
                            "cpu_by_state": cpu})

        def calls():
            return {"count": rng.choice((0, 5, 70_000)), "wall_s": run_s * rng.uniform(0, 0.3)}

        sync = {"iterations": iterations, "wall_s": run_s * iterations, "cores": self.cores,
                "threads": threads}
        for key in ("thread_create", "thread_join", "condition_wait", "condition_signal",
                    "condition_broadcast", "mutex_contended"):
            sync[key] = calls()
        if rng.random() < 0.5:
            for key in ("computing", "searching", "waiting", "signalling"):
                sync[key] = calls()
        return sync
