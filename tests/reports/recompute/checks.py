"""One report, as JSON and as Markdown, held against what its recording says."""
import math

import ranks
import shapes
import tables
import verdicts
from blocks import CPU, WALL, Recorded
from printed import FACTOR_PERCENT, Difference, Markdown, Number, P, count_of, mismatch, relative
from tables import ratio_words

NEAR = 1e-9  # relative, of figures that are not rounded
# Tables of samples have no blocks; what they show is no statistic of any.
OF_SAMPLES = {"server_functions": ("Functions of the Server",),
              "scheduler": ("Scheduler Overhead", "Synchronisation"),
              "compute": ("Compute Functions", "Functions"), "kernels": ("Kernel Speed",),
              "cpu_total": ("CPU Time by Category",), "cumulative": ("Cumulative Time",),
              "wall": ("Wall Profile",), "dispatch": ("Dispatch Cost",)}
IN_MARKDOWN_ALONE = {"Conditions", "Thread Creations", "Threads", "Ranking"}
# Of the JSON: what is recomputed, and what is no statistic of blocks.
KEYS = {"schema", "winnow_version", "created", "commit", "status", "facts", "conditions", "same_work", "variants",
        "rounds", "smallest_detectable_effect", "smallest_effect_of_a_winner", "tables",
        "thread_analysis", "verdict", "alarms", "missing", "warnings", "metrics", "ranking",
        "verdicts_beside"}
VARIANT_KEYS = {"name", "label", "blocks", "iterations", "mean_iteration_s", "median_iteration_s",
                "cpu_s", "cores_busy", "pattern", "wall_against_baseline", "cpu_against_baseline",
                "work"}
VERDICT_KEYS = {"by", "outcome", "winner", "best", "maybe_as_good", "rival", "confidence", "doubts",
                "cpu_against_rival", "adjusted_ratio", "title", "sentence", "reasons",
                "recommendation"}
BEST_KEYS = {"name", "against_rival", "cpu_against_rival", "adjusted_ratio"}
RANK_KEYS = {"name", "median_iteration_s", "first_place", "last_place", "against_fastest"}
PEAK = "Share of the int8 peak"  # of counted multiply-accumulates


class Check:
    """What does not agree stands in `problems`; `figures` and `cells` count what was compared.
    Without Markdown the JSON alone is held against the recording. `recorded`: what an earlier check
    of the same recording has computed."""

    def __init__(self, name, recording, report, markdown, detectable, recorded=None):
        self.name, self.report = name, report
        self.markdown = Markdown(markdown) if markdown else None
        self.recorded = recorded or Recorded(recording, report["same_work"]["status"])
        self.detectable, self.problems, self.figures, self.cells = detectable, [], 0, 0
        self.rounding = 0.0  # what is left where figures of binary fractions cancel
        self.labels = [arm.label for arm in self.recorded.arms]
        self.ledger = tables.Ledger(self.recorded)
        self.keys()
        self.variants()
        self.noise()
        self.all_tables()
        self.metrics()
        verdicts.VerdictCheck(self)
        verdicts.ranking(self)
        if self.markdown:
            self.notes()
            self.threads()

    # ---- comparing --------------------------------------------------------------------------

    def problem(self, where, what):
        self.problems.append(f"{where}: {what}")

    def same(self, where, told, found):
        """A figure of the JSON that is not rounded."""
        self.figures += 1
        if told is None or found is None or isinstance(found, (str, bool, list)):
            right = told == found
        else:
            right = math.isclose(told, found, rel_tol=NEAR, abs_tol=self.rounding)
        if not right:
            self.problem(where, f"the report says {told!r}, recomputed {found!r}")

    def reads(self, where, text, parts):
        self.cells += 1
        if wrong := mismatch(text, parts):
            self.problem(where, wrong)

    def one_of(self, where, texts, beginning, parts):
        """The one text that begins so."""
        found = [text for text in texts if text.startswith(beginning)]
        if len(found) != 1:
            self.problem(where, f"{len(found)} lines begin with \"{beginning}\"")
        else:
            self.reads(where, found[0], parts)

    def keys(self):
        """What the JSON has that nobody recomputes is told, or it would never be."""
        verdict = self.report["verdict"]
        parts = (("report", KEYS, [self.report]), ("variant", VARIANT_KEYS, self.report["variants"]),
                 ("verdict", VERDICT_KEYS, [verdict]), ("best", BEST_KEYS, verdict["best"]),
                 ("rank", RANK_KEYS, self.report.get("ranking", [])))
        for what, known, objects in parts:
            for key in set().union(*objects) - known:
                self.problem(f"{what}: {key}", "no one recomputes this")

    # ---- figures of variants and pairs ------------------------------------------------------

    def pairs(self, where, told, pairs):
        self.same(f"{where}: pairs", told["pairs"], pairs.pairs)
        for key in ("faster", "slower", "ties", "ratio", "low", "high", "p", "evidence"):
            self.same(f"{where}: {key}", told[key], getattr(pairs, key))
        self.same(f"{where}: adjusted_p", told["adjusted_p"], pairs.adjusted)

    def variants(self):
        recorded = self.recorded
        self.wall, self.cpu = recorded.against_baseline(WALL), recorded.against_baseline(CPU)
        self.same("rounds", self.report["rounds"]["all"], recorded.rounds)
        self.same("disturbed rounds", self.report["rounds"]["disturbed"], recorded.disturbed)
        rates = tables.throughputs(recorded)
        for at, (arm, told) in enumerate(zip(recorded.arms, self.report["variants"])):
            where = f"variant {arm.label}"
            for key, value in (("label", arm.label), ("blocks", arm.count),
                               ("iterations", arm.iterations), ("mean_iteration_s", arm.mean),
                               ("median_iteration_s", arm.median), ("cpu_s", arm.cpu),
                               ("cores_busy", arm.cores_busy)):
                self.same(f"{where}: {key}", told[key], value)
            if at > 0:
                self.pairs(f"{where}: wall", told["wall_against_baseline"], self.wall[at])
                self.pairs(f"{where}: CPU", told["cpu_against_baseline"], self.cpu[at])
            if recorded.work:
                rate = tables.median_or_none(rates[at])
                low, high = ranks.median_interval(rates[at])
                for key, value in (("per_second", rate), ("per_second_low", low),
                                   ("per_second_high", high)):
                    self.same(f"{where}: {key}", told["work"][key], value)
                for key, value in (("", rate), ("_low", high), ("_high", low)):
                    self.same(f"{where}: seconds_per_unit{key}",
                              told["work"]["seconds_per_unit" + key], value and 1 / value)

    def effect(self, measure, winner=False):
        recorded, twin = self.recorded, self.recorded.twin_pairs(measure)
        if not twin or winner and len(recorded.arms) < 3:
            return None
        return self.detectable.effect(twin.logs, winner, len(recorded.arms))

    def noise(self):
        """The A/A arm: the smallest effects, the sentence and the alarm."""
        recorded = self.recorded
        both, least = recorded.noise(), self.effect(WALL)
        winner = self.effect(WALL, True)
        self.same("smallest effect", self.report["smallest_detectable_effect"], least)
        self.same("smallest effect of a winner", self.report["smallest_effect_of_a_winner"], winner)
        alarms = [text for text in self.report["alarms"]
                  if text.startswith("THE A/A ARM DIFFERS: ")]
        alarms_wanted = []
        if both:
            self.reads("smallest effect", self.report["facts"]["Smallest detectable effect"],
                       self.noise_words(both, winner))
            where = []
            for pairs, of in zip(both, ("wall time: ", "CPU time: ")):
                if pairs.decided and pairs.adjusted <= ranks.LEVEL:
                    where += (["; "] if where else []) + [of] + ratio_words(pairs) + [
                        f" ({count_of(pairs.pairs, 'pair')}, ", P(pairs.adjusted),
                        " over both)" if pairs.comparisons > 1 else ")"]
            if where:
                alarms_wanted.append([f"THE A/A ARM DIFFERS: {self.labels[0]} and its A/A arm "
                                      "differ in "] + where + [
                    ". What made them differ may have made the variants differ: no difference up to "
                    "that size counts. Measure again on a quieter machine."])
        for about in recorded.metrics:
            twin = recorded.twin_pairs(about)
            if twin and twin.decided:
                alarms_wanted.append(
                    [f"THE A/A ARM DIFFERS: {self.labels[0]} and its A/A arm differ in "
                     f"{about['name']}: "] + ratio_words(twin) +
                    [f" ({count_of(twin.pairs, 'pair')}). No difference up to that size counts."])
        self.same("alarms of the A/A arm", len(alarms), len(alarms_wanted))
        for text, parts in zip(alarms, alarms_wanted):
            self.reads("alarm of the A/A arm", text, parts)
            if self.markdown and f"WARNING: {text}" not in self.markdown.warnings():
                self.problem("alarm of the A/A arm", "the Markdown does not have it")

    def noise_words(self, both, winner):
        parts = []
        for pairs, measure in zip(both, (WALL, CPU)):
            effect = self.effect(measure)
            if not pairs.pairs:
                parts.append(f"unavailable in {measure} (no pairs of the A/A arm); ")
                continue
            arm = ["A/A arm "] + ratio_words(pairs) + [f", {count_of(pairs.pairs, 'pair')}"]
            if effect is None:
                parts += [f"unavailable in {measure} ("] + arm + [": too few); "]
            else:
                parts += [Number(effect * 100, "%"), f" in {measure} ("] + arm + ["); "]
        parts.append("at 99% confidence")
        count = len(self.labels)
        if count > 2:
            parts.append(f" over {count - 1} comparisons")
        parts.append(" and 90% power")
        if count > 2 and both[0].pairs:
            parts.append(f"; a winner among {count} variants: ")
            parts += ["unavailable (too few pairs)"] if winner is None else [
                Number(winner * 100, "%"), " in wall time"]
        return parts

    # ---- outliers and modes -----------------------------------------------------------------

    def pattern(self, table):
        patterns = [shapes.Pattern(arm, self.recorded.iteration) for arm in self.recorded.arms]
        for arm, pattern, told in zip(self.recorded.arms, patterns, self.report["variants"]):
            self.all_same(f"pattern of {arm.label}", told["pattern"], pattern.told)
        unavailable, notes = shapes.table_notes(patterns)
        self.same("pattern: rows", len(table["rows"]), 0)
        if self.markdown:
            self.same("pattern: lines", self.markdown.lists.get(table["heading"], []),
                      [plain_spaces(line) for line in table["unavailable"] + table["notes"]])
        for what, told, found in (("unavailable", table["unavailable"], unavailable),
                                  ("notes", table["notes"], notes)):
            self.same(f"pattern: {what}", len(told), len(found))
            for line, parts in zip(told, found):
                self.reads(f"pattern: {what}", line, parts)

    def all_same(self, where, told, found):
        """Figures in objects and lists; a figure too many or too few is one that differs."""
        if isinstance(told, dict) and isinstance(found, dict):
            self.same(f"{where}: keys", ", ".join(sorted(told)), ", ".join(sorted(found)))
            for key in told.keys() & found.keys():
                self.all_same(f"{where}: {key}", told[key], found[key])
        elif isinstance(told, list) and isinstance(found, list):
            self.same(f"{where}: count", len(told), len(found))
            for at, (one, other) in enumerate(zip(told, found)):
                self.all_same(f"{where}: {at}", one, other)
        elif isinstance(told, (dict, list)) or isinstance(found, (dict, list)):
            self.problem(where, f"the report says {told!r}, recomputed {found!r}")
        else:
            self.same(where, told, found)

    # ---- tables -----------------------------------------------------------------------------

    def all_tables(self):
        makers = {"performance": tables.performance, "metrics": tables.metrics,
                  "servers": tables.servers, "memory": tables.memory,
                  "processes": tables.processes, "counts": tables.counts,
                  "scheduler_metrics": tables.calls, "ledger": lambda _: self.ledger.rows()}
        headings = {heading for each in OF_SAMPLES.values() for heading in each} | IN_MARKDOWN_ALONE
        for table in self.report["tables"]:
            headings.add(table["heading"])
            if table["id"] in OF_SAMPLES:
                continue
            if table["id"] == "pattern":
                self.pattern(table)
                continue
            if table["id"] not in makers:
                self.problem(table["id"], "no one recomputes this table")
                continue
            self.table(table, makers[table["id"]](self.recorded))
        for heading in self.markdown.tables if self.markdown else ():
            if heading not in headings and not heading.startswith("Where the Time Between "):
                self.problem(heading, "no one recomputes this table")

    def table(self, table, wanted):
        if table["id"] in ("ledger", "memory"):  # where lines are what others leave
            amounts = [figure.value for row in wanted for figure in row.figures
                       if figure.value and row.unit != "count"]
            self.rounding = 1e-14 * max(map(abs, amounts), default=0)
        self.rows_of(table, wanted)
        self.rounding = 0.0

    def rows_of(self, table, wanted):
        wanted = {row.name: row for row in wanted}
        lines = self.markdown.rows(table["heading"]) if self.markdown else \
            [[row["name"]] for row in table["rows"]]
        self.same(f"{table['heading']}: rows", len(lines), len(table["rows"]))
        for told, cells in zip(table["rows"], lines):
            where = f"{table['heading']}: {told['name']}"
            if told["name"] == PEAK:
                continue
            if told["name"] not in wanted:
                self.problem(where, "no one recomputes this row")
                continue
            self.same(f"{where}: name", cells[0], told["name"])
            self.row(where, told, cells[1:], wanted.pop(told["name"]))
        for row in wanted.values():  # what has a figure above 0 has a row
            if table["rows"] and any(figure.value and abs(figure.value) > 1e-9
                                     for figure in row.figures) and row.name != "In no category":
                self.problem(f"{table['heading']}: {row.name}", "the report has no such row")

    def row(self, where, told, cells, row):
        unit = row.json_unit or tables.JSON_UNITS.get(row.unit)
        self.same(f"{where}: unit", told["unit"], unit if row.name != "Run-queue delay" or
                  row.unit != "total s" else "seconds")
        for at, (figure, json_figure) in enumerate(zip(row.figures, told["figures"])):
            here = f"{where}: {self.labels[at]}"
            self.same(here, json_figure["value"], figure.value)
            self.same(f"{here}: share", json_figure.get("share"), figure.share)
            self.same(f"{here}: estimate", json_figure.get("estimate", False), figure.estimate)
            if at > 0 and told["evidence"]:
                self.same(f"{here}: evidence", told["evidence"][at], row.evidence_of(at))
            if at > 0 and told["remarks"] and told["remarks"][at]:
                self.reads(f"{here}: remark", told["remarks"][at], row.remark_of(at))
            if at > 0 and ("ratios" in told or row.ratios):
                self.reads(f"{here}: ratio", told.get("ratios", [""] * len(self.labels))[at],
                           row.ratio_of(at))
        if not cells:
            return
        figure_cells = [cells[0]] + cells[1::2]
        self.same(f"{where}: cells", len(cells), 2 * len(row.figures) - 1)
        for at, cell in enumerate(figure_cells):
            self.reads(f"{where}: {self.labels[at]}", cell, self.figure_parts(row, row.figures[at]))
        for at, cell in enumerate(cells[2::2], 1):
            self.reads(f"{where}: difference of {self.labels[at]}", cell,
                       self.difference_parts(row, at, figure_cells, cell))

    @staticmethod
    def figure_parts(row, figure):
        if figure.value is None:
            return ["unavailable"]
        unit = row.printed_unit()
        parts = ["~" if figure.estimate else ""]
        # A nought has no digits that could be told apart.
        parts.append(Number(figure.value, unit, three=True))
        if figure.share is not None:
            parts += [" (", Number(figure.share * 100, "%"), ")"]
        return parts

    @staticmethod
    def difference_parts(row, at, figure_cells, cell):
        evidence, unit = row.evidence_of(at), row.printed_unit()
        first, second = row.figures[0].value, row.figures[at].value
        if evidence == "void":
            return ["void"]
        if first is None or second is None:
            return ["unavailable"]
        difference = second - first
        if abs(difference) <= 1e-12 * max(abs(first), abs(second)):
            difference = 0.0
        absolute = "same" if difference == 0 else Difference(
            difference, "MB difference" if unit == "MB" else unit)
        remark = row.remark_of(at)
        behind = [", "] + remark if remark else []
        mark = "~ " if evidence in ("noise", "unproven") else ""
        if ratio := row.ratio_of(at):
            return [mark] + ratio + [" (", absolute] + behind + [")"]
        zero = first == 0 or reads_as_zero(figure_cells[0])
        percent = None if zero else difference / abs(first) * 100
        if not row.words or percent is None:
            silent = percent is None or row.no_percent or difference == 0
            told = [] if silent or cell.removeprefix("~ ").startswith("under ") else relative(percent)
            inner = told + (behind if told else remark)
            return [mark, absolute] + ([" ("] + inner + [")"] if inner else [])
        if difference == 0:
            return ["identical"] + ([" ("] + remark + [")"] if remark else [])
        words = relative(percent, signed=False) + [
            row.words[0 if percent < 0 else 2 if percent >= FACTOR_PERCENT else 1]]
        return [mark] + words + [" (", absolute] + (behind if evidence != "none" else []) + [")"]

    # ---- sentences below the tables -----------------------------------------------------------

    def test_words(self, pairs):
        if pairs.identical:
            return ["against the baseline "] + ratio_words(pairs)
        parts = [
            f"{pairs.faster} of {count_of(pairs.pairs, 'pair')} "
            f"{'was' if pairs.pairs == 1 else 'were'} faster: "] + ratio_words(pairs) + [
            " (signed ranks, ", P(pairs.p)]
        if pairs.comparisons > 1:
            parts += [f", over {pairs.comparisons} comparisons ", P(pairs.adjusted)]
        parts.append("); sign test ")
        if pairs.sign_low is None:
            return parts + [P(pairs.sign_p)]
        parts += [Number(pairs.sign_low, "x"), " to ", Number(pairs.sign_high, "x"), " (",
                  P(pairs.sign_p), ")"]
        if pairs.skewed:
            does, not_ = ("not show", "") if pairs.decided else ("show", " not")
            parts.append(f", which does {does} a difference where signed ranks do{not_}: skewed "
                         "differences")
        return parts

    def notes(self):
        lines = self.markdown.lists.get("Performance Summary", [])
        plural = self.plural()
        rates = tables.throughputs(self.recorded)
        for at, arm in enumerate(self.recorded.arms):
            if not arm.count:
                continue
            parts = [f"{arm.label}: {count_of(arm.count, 'block')}, ",
                     Number(arm.iterations, "count"),
                     f" {plural if arm.iterations != 1 else self.recorded.iteration} in all; block "
                     "medians ranged ", Number(min(arm.medians), "s", True), " to ",
                     Number(max(arm.medians), "s", True)]
            pairs = self.wall[at]
            if pairs and pairs.pairs and pairs.evidence != "void":
                parts += ["; "] + self.test_words(pairs)
            self.one_of(f"note of {arm.label}", lines,
                        f"{arm.label}: {count_of(arm.count, 'block')}, ", parts + ["."])
            if self.recorded.work and not self.recorded.item and rates[at]:
                self.work_note(arm, rates, at, lines)

    def work_note(self, arm, rates, at, lines):
        unit = self.recorded.work["unit"]
        largest = max(tables.median_or_none(each) or 0 for each in rates)
        divisor, scale = tables.scale_of(largest)
        tiny = 1 / largest < 1e-6
        each = lambda rate: Number((1e9 if tiny else 1) / rate, "ns" if tiny else "s", True)
        by = lambda rate: Number(rate / divisor, f" {scale}{unit}/sec", True)
        rate = tables.median_or_none(rates[at])
        low, high = ranks.median_interval(rates[at])
        parts = [f"{arm.label}: ", each(rate), " a unit"]
        if low is None:
            parts += ["; ", by(rate), "; too few blocks for intervals."]
        else:
            parts += [", 99% CI ", each(high), " to ", each(low), "; ", by(rate), ", 99% CI ",
                      by(low), " to ", by(high), "."]
        found = [line for line in lines if line.startswith(f"{arm.label}: ") and " a unit" in line]
        self.one_of(f"work of {arm.label}", found, arm.label, parts)

    def plural(self):
        return self.recorded.iteration + "s"

    def metrics(self):
        recorded = self.recorded
        for about, told in zip(recorded.metrics, self.report.get("metrics", [])):
            effect, winner = self.effect(about), self.effect(about, True)
            self.same(f"{about['name']}: effect", told["smallest_detectable_effect"], effect)
            self.same(f"{about['name']}: winner", told["smallest_effect_of_a_winner"], winner)
            against = recorded.against_baseline(about)
            for at, (arm, each) in enumerate(zip(recorded.arms, told["variants"])):
                where = f"{about['name']} of {arm.label}"
                medians, figures = arm.metric(about)
                low, high = ranks.median_interval(medians)
                median = tables.median_or_none(medians)
                mean = math.fsum(figures) / len(figures) if figures else None
                for key, value in (("blocks", len(medians)), ("iterations", len(figures)),
                                   ("mean", mean), ("median", median), ("median_low", low),
                                   ("median_high", high)):
                    self.same(f"{where}: {key}", each[key], value)
                if at > 0:
                    self.pairs(where, each["against_baseline"], against[at])
                if not self.markdown:
                    continue
                parts = [f"{arm.label}, {about['name']}: "]
                if median is None:
                    parts.append("unavailable: no block of the time pass has it.")
                else:
                    parts.append(Number(median, "figure", True))
                    parts += [", too few blocks for an interval"] if low is None else [
                        ", 99% CI ", Number(low, "figure", True), " to ",
                        Number(high, "figure", True)]
                    plural = self.plural() if len(figures) != 1 else recorded.iteration
                    parts += ["; mean ", Number(mean, "figure", True),
                              f"; {count_of(len(medians), 'block')}, ",
                              Number(len(figures), "count"), f" {plural} in all."]
                self.one_of(where, self.markdown.lists.get("Metrics", []), parts[0], parts)
            if not self.markdown:
                continue
            twin = recorded.twin_pairs(about)
            parts = [f"{about['name']}: taken from the output by {about['pattern']}; "]
            if not twin or not twin.pairs:
                parts.append("the A/A arm has no figures.")
            elif effect is None:
                parts += ["A/A arm "] + ratio_words(twin) + [
                    "; smallest detectable effect unavailable: too few pairs."]
            else:
                parts += ["A/A arm "] + ratio_words(twin) + ["; smallest detectable effect ",
                                                            Number(effect * 100, "%")]
                parts += ([", of a winner ", Number(winner * 100, "%")] if winner is not None
                          else []) + ["."]
            self.one_of(f"{about['name']}: noise", self.markdown.lists.get("Metrics", []), parts[0],
                        parts)

    def threads(self):
        lines, wanted = self.markdown.rows("Thread Creations"), tables.creations(self.recorded)
        if not lines and all(total is None for _, total in wanted):
            wanted = []  # nobody asked for the passes that count them
        self.same("rows of Thread Creations", len(lines), len(wanted))
        for label, cells, figures in zip(self.labels, lines, wanted):
            for cell, parts in zip(cells, [[label]] + [cell_of(each, "count") for each in figures]):
                self.reads(f"threads that {label} creates", cell, parts)
        lines, wanted = self.markdown.rows("Threads"), tables.threads(self.recorded)
        self.same("rows of Threads", len(lines), len(wanted))
        units = ("count", "s", "s", "s", "count", "count", "s", "s", "s", "s")
        for cells, row in zip(lines, wanted):
            parts = [[row[0]], [row[1]]] + [cell_of(each, unit)
                                            for each, unit in zip(row[2:], units)]
            for cell, each in zip(cells, parts):
                self.reads(f"thread {row[1]} of {row[0]}", cell, each)

    # ---- the verdict's part of the ledger -----------------------------------------------------

    def where_it_went(self, best, rival, difference, places):
        heading = f"Where the Time Between {rival.label} and {best.label} Went"
        if not difference:
            return
        cores, saved, parts = difference
        lines = self.markdown.rows(heading)
        amounts = {name: [self.ledger.lines[name].get(place, 0.0) for place in places]
                   if name in self.ledger.lines else [-self.ledger.excess[place] for place in places]
                   for name in parts}
        for cells in lines[:-1]:
            where = f"{heading}: {cells[0]}"
            if cells[0] not in parts:
                self.problem(where, "no one recomputes this row")
                continue
            core, error = parts.pop(cells[0])
            mark = "" if error is not None and abs(core / cores) > error else "~ "
            self.reads(where, cells[1], [mark, Number(core, "s")])
            self.reads(where, cells[2], [mark, Number(core / cores, "s")])
            self.reads(where, cells[3], ["unavailable"] if error is None else [
                "± ", Number(error, "s", True)])
        for name in parts:
            if max(map(abs, amounts[name])) > 1e-9:
                self.problem(heading, f"the report has no row of {name}")
        if lines:
            self.reads(f"{heading}: all", lines[-1][2], [Number(saved, "s", True)])


PERCENTILES = (50, 90, 99)


def percentile_problems(recorded, markdown):
    """What the detailed report says of the runs' percentiles against the blocks."""
    found = Markdown(markdown)
    heading = next((each for each in found.tables if each.startswith("Latency of ")), "")
    arms = [arm for arm in recorded.arms if any(block["iteration_wall_ns"] for block in arm.blocks)]
    rows, problems = found.rows(heading), []
    if len(rows) != len(arms):
        problems.append(f"percentiles: {len(rows)} rows of {len(arms)}")
    for arm, cells in zip(arms, rows):
        runs = [[ns * 1e-9 for ns in block["iteration_wall_ns"]] for block in arm.blocks
                if block["iteration_wall_ns"]]
        n = sum(map(len, runs))
        wanted = [[arm.label], [Number(n, "count")], [Number(len(runs), "count")]]
        for percent in PERCENTILES:
            needed = 1 if percent == 50 else 100 // (100 - percent)
            if n < needed:
                wanted.append([f"unavailable: takes {needed} {recorded.iteration}s"])
                continue
            value, independent, interval = ranks.percentile(runs, percent / 100)
            takes = math.ceil(math.log(0.025) / math.log(percent / 100))
            wanted.append([Number(value, "s", True)] + (
                [" (", Number(interval[0], "s", True), " to ", Number(interval[1], "s", True), ")"]
                if interval else [f" (no interval: takes {takes} independent {recorded.iteration}s, "
                                  f"here {independent})"]))
        problems += [f"percentiles of {arm.label}: {wrong}" for cell, parts in zip(cells, wanted)
                     if (wrong := mismatch(cell, parts))]
    return problems


def side_by_side_problems(first, second, report):
    """Two arms of different runs: what the JSON says of their blocks, which are no pairs."""
    problems, told = [], report["variants"][1]
    for measure, key in ((WALL, "wall_against_baseline"), (CPU, "cpu_against_baseline")):
        a, b = (list(arm.costs(measure).values()) for arm in (first, second))
        if not a or not b:
            continue
        p, ratio, low, high = ranks.mann_whitney(a, b)
        for name, value in (("pairs", min(len(a), len(b))), ("p", p), ("ratio", ratio), ("low", low),
                            ("high", high)):
            if value is None or told[key][name] is None:
                right = value == told[key][name]
            else:
                right = math.isclose(told[key][name], value, rel_tol=NEAR)
            if not right:
                problems.append(f"{measure} of different runs: {name}: the report says "
                                f"{told[key][name]!r}, recomputed {value!r}")
    return problems


def plain_spaces(text):
    return " ".join(text.split())


def cell_of(value, unit):
    return ["unavailable"] if value is None else [Number(value, unit, True)]


def reads_as_zero(cell):
    """A first figure that is printed as nought has no percentage."""
    number = cell.lstrip("~").split(" ")[0]
    digits = "".join(each for each in number if each.isdigit())
    return number.startswith(("<", ">-")) or set(digits) <= {"0"}
