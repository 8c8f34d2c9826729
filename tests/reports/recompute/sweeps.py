"""A random sweep, and its report held against docs/sweep-report.md: throughputs, latencies, the
recommendation, efficiency and the scalability law. Its intervals of 1,000 resampled fits are not
recomputed."""
import random
import statistics

import numpy
import scipy.optimize

import ranks
from printed import Markdown, Number, mismatch

BATCHES, THREADS = (1, 3, 16), (1, 2, 4)


def random_sweep(seed):
    rng = random.Random(seed)
    names, cells = ["arm A", "arm B", "arm C"], []
    scatter, clock = rng.choice((0.01, 0.05)), rng.choice((1, 100_000))
    for batch in BATCHES:
        for threads in THREADS:
            count = rng.choice((3, 6, 8, 12))
            for place, name in enumerate(names):
                blocks = []
                for order in range(count):
                    ns = batch * 40e6 * (1 + 0.05 * place * rng.choice((0, 1))) * (
                        0.1 * place + (1 - 0.1 * place) / threads + 0.01 * threads)
                    walls = [round(ns * rng.lognormvariate(0, scatter) / clock) * clock
                             for _ in range(rng.choice((1, 2, 3)))]
                    blocks.append({"order": order,
                                   "status": "ok" if rng.random() < 0.95 else "signal 6",
                                   "stderr_tail": "", "iteration_wall_ns": walls, "cpu_ns": 1,
                                   "tokens": batch * len(walls), "macs": batch * len(walls),
                                   "isa": "any", "checksum": "c"})
                cells.append({"variant": name, "blocks": blocks, "unavailable": "",
                              "condition": {"batch": batch, "threads": threads, "mix": "made",
                                            "neighbours": 0, "neighbours_pinned": False}})
    return {"schema": 2, "schema_minor": 1, "created": "2026-01-01T00:00:00Z",
            "winnow_version": "0.1.0", "commit": "", "status": "complete", "name": "made",
            "description": "", "cores": max(THREADS), "machine": [], "mixes": [
                {"name": "made", "description": ""}], "cells": cells, "warnings": [],
            "variants": [{"name": name, "summary": "", "label": name.title(), "advice": "",
                          "program": "", "persistent_threads": False} for name in names]}


def estimate(value, low, high, unit="figure"):
    if value is None:
        return ["unavailable"]
    if low is None:
        return ["~", Number(value, unit, True)]
    return [Number(value, unit, True), " [", Number(low, unit), ", ", Number(high, unit), "]"]


class SweepCheck:
    def __init__(self, sweep, markdown):
        self.markdown, self.problems, self.cells = Markdown(markdown), [], 0
        self.labels = {each["name"]: each["label"] for each in sweep["variants"]}
        self.rates = {}  # by variant, batch and threads: texts a second by the block's place
        for cell in sweep["cells"]:
            at, rates = cell["condition"], {}
            for place, block in enumerate(cell["blocks"]):
                middle = statistics.median(block["iteration_wall_ns"]) * 1e-9
                if block["status"] == "ok" and middle > 0:
                    rates[place] = at["batch"] / middle
            self.rates[cell["variant"], at["batch"], at["threads"]] = rates
        most = max(THREADS)
        self.grid("Throughput (texts/s): mix made", [(batch, most) for batch in BATCHES], False)
        self.grid("Latency (ms a batch): mix made", [(batch, most) for batch in BATCHES], True)
        self.recommended(most)
        for batch in BATCHES:
            where, points = f": mix made, batch {batch}", [(batch, each) for each in THREADS]
            self.grid("Throughput by threads (texts/s)" + where, points, False)
            self.grid("Latency by threads (ms a batch)" + where, points, True)
            self.efficiency("Efficiency" + where, batch)
            self.law("Universal Scalability Law" + where, batch)

    def reads(self, where, cell, parts):
        self.cells += 1
        if wrong := mismatch(cell, parts):
            self.problems.append(f"{where}: {wrong}")

    def rows(self, heading):
        rows = self.markdown.rows(heading)
        if not rows:
            self.problems.append(f"{heading}: there is no such table")
        return rows

    def grid(self, heading, points, latency):
        for (name, label), cells in zip(self.labels.items(), self.rows(heading)):
            self.reads(heading, cells[0], [label])
            for (batch, threads), cell in zip(points, cells[1:]):
                values = list(self.rates[name, batch, threads].values())
                if latency:
                    values = [1000 * batch / value for value in values]
                low, high = ranks.median_interval(values, ranks.TAIL_95)
                middle = statistics.median(values) if values else None
                self.reads(f"{heading}: {label}", cell, estimate(middle, low, high))

    def ratio(self, first, second, batch, threads):
        a, b = (self.rates[name, batch, threads] for name in (first, second))
        both = sorted(set(a) & set(b))
        logs = ranks.logarithms([a[each] for each in both], [b[each] for each in both])
        return len(logs), *ranks.hodges_lehmann(logs, ranks.TAIL_95)

    def recommended(self, threads):
        heading = f"Recommendation: mix made, {threads} threads"
        for batch, cells in zip(BATCHES, self.rows(heading)):
            values = {name: list(self.rates[name, batch, threads].values()) for name in self.labels}
            best = max(values, key=lambda name: statistics.median(values[name]))
            rivals = sorted(((self.ratio(best, name, batch, threads), name) for name in self.labels
                             if name != best), key=lambda each: each[0][1])
            (pairs, ratio, low, high), second = rivals[0]
            near = [self.labels[name] for (_, _, least, _), name in rivals
                    if least is None or not least > 1]
            equals = ", ".join([self.labels[best], *near[:-1]])
            words = f"~ {equals} or {near[-1]}" if near else self.labels[best]
            interval = ranks.median_interval(values[best], ranks.TAIL_95)
            for cell, parts in zip(cells, (
                    [str(batch)], [words],
                    estimate(ratio, low, high, "x") + [f" of {self.labels[second]}"],
                    estimate(statistics.median(values[best]), *interval), [str(pairs)])):
                self.reads(heading, cell, parts)

    def efficiency(self, heading, batch):
        for (name, label), cells in zip(self.labels.items(), self.rows(heading)):
            one = list(self.rates[name, batch, 1].values())
            for threads, cell in zip(THREADS, cells[1:]):
                many = list(self.rates[name, batch, threads].values())
                ends = (1, 1, 1) if threads == 1 else ranks.mann_whitney(many, one,
                                                                         ranks.TAIL_95)[1:]
                shares = [end if end is None else 100 * end / threads if threads > 1 else 100
                          for end in ends]
                self.reads(f"{heading}: {label}", cell, estimate(*shares, unit="%"))

    def law(self, heading, batch):
        for (name, label), cells in zip(self.labels.items(), self.rows(heading)):
            middle = [statistics.median(self.rates[name, batch, each].values()) for each in THREADS]
            n = numpy.array(THREADS[1:], float)
            cost = n * middle[0] / numpy.array(middle[1:])
            found, _ = scipy.optimize.nnls(numpy.stack([(n - 1) / cost, n * (n - 1) / cost], axis=1),
                                           1 - 1 / cost)
            for value, cell in zip(found, cells[1:3]):
                self.reads(f"{heading}: {label}", cell.split(" [")[0].lstrip("~"),
                           [Number(value if value > 1e-12 else 0, "figure", True)])
