"""The verdict of a report, in JSON and in words, held against the contest of its blocks. Of causes
the CPU time is recomputed, and the figures of counts."""
import re

import causes
import tables
from blocks import CPU
from printed import FACTOR_PERCENT, Anything, Number, P, Range, count_of, mismatch, relative
from standings import NO_CLEAR_WINNER, TIE, UNPROVEN, WINNER, Contest, Standings, favoured
from tables import ratio_words

SKEWED = "; the sign test alone shows no difference: the differences are skewed"
CPU_CAUSE = "'s, from the kernel, median over blocks of the time pass)"


def listed(arms, last="and"):
    names = [arm.label for arm in arms]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def is_or_are(arms):
    return "is" if len(arms) == 1 else "are"


def certainty(pairs):
    return [P(pairs.adjusted), f" over {count_of(pairs.pairs, 'pair')} of blocks"] + (
        [f" and {pairs.comparisons} comparisons"] if pairs.comparisons > 1 else [])


def skew(pairs):
    return [SKEWED] if pairs.skewed else []


class Words:
    """What is said of a contest, as parts."""

    def __init__(self, contest):
        self.contest, self.recorded = contest, contest.recorded
        iteration = self.recorded.iteration
        self.an = f"{'an' if iteration[0] in 'aeio' else 'a'} {iteration}"

    def advantage(self, pairs):
        metric = self.contest.metric
        if pairs.ratio is None:
            return [f"{metric['name'] if metric else 'speed'}: unavailable"]
        if pairs.identical:
            return ratio_words(pairs)
        better = not metric or pairs.ratio >= 1
        invert = (lambda value: value) if better else (lambda value: 1 / value)
        words = " as fast"
        if metric:
            way = "higher" if metric["higher_is_better"] == better else "lower"
            words = f" {'better' if better else 'worse'} ({way} {metric['name']})"
        parts = [Number(invert(pairs.ratio), "x"), f"{words} by Hodges-Lehmann"]
        if pairs.low is not None:
            ends = sorted((invert(pairs.low), invert(pairs.high)))
            parts += [", 99% CI ", Number(ends[0], "x"), " to ", Number(ends[1], "x")]
        return parts

    def size(self, pairs):
        return self.advantage(pairs) + ["; signed ranks: "] + certainty(pairs) + skew(pairs)

    def sizes(self, lead):
        """One line; of a probable winner by wall time three, the CPU time first."""
        if not self.contest.doubts or self.contest.metric:
            return [self.size(lead.pairs)]
        rival, cpu = self.contest.rival.label, lead.cpu
        adjusted = "adjusted, wall time less the time that others took: "
        return [
            ["ratio of CPU times: unavailable: not recorded in the time pass"] if not cpu else
            [f"CPU time of {rival} against that of {lead.arm.label}: "
             f"{'' if cpu.evidence == 'proven' or cpu.identical else '~ '}"] + ratio_words(cpu) +
            ["; signed ranks: "] + certainty(cpu) + skew(cpu),
            ["wall time: "] + self.size(lead.pairs),
            [f"{adjusted}unavailable: ", Anything()] if not lead.adjusted else
            [adjusted, Number(lead.adjusted[0] / lead.adjusted[1], "x"), " as fast, ",
             Number(lead.adjusted[1], "s", True), " instead of ",
             Number(lead.adjusted[0], "s", True),
             f" {self.an} (means of the ledger, without an interval)"]]

    def question(self, first, second):
        """Why no difference is proven between the two."""
        contest = self.contest
        if contest.order.index(second) < contest.order.index(first):
            first, second = second, first
        pairs = contest.standings.pairs(first, second)
        parts = [f"{first.label} against {second.label}: "]
        if pairs.identical:
            return parts + ratio_words(pairs)
        if pairs.evidence == "unproven":
            return parts + ["point estimate "] + self.advantage(pairs) + [
                f", unproven: {count_of(pairs.pairs, 'pair')} of blocks, at least {pairs.needed} are "
                "needed"]
        if pairs.conflict:
            mean, median = (by.label if (by := favoured(contest, first, second, at)) else "neither"
                            for at in (0, 1))
            by = first if pairs.faster > pairs.slower else second
            return parts + [f"the mean favours {mean}, the median {median}, "
                            f"{max(pairs.faster, pairs.slower)} of {count_of(pairs.pairs, 'pair')} "
                            f"{by.label} (",
                            P(pairs.adjusted), "): a winner needs all of them"]
        if pairs.within_bias:
            twin = self.recorded.twin_pairs(contest.measure)
            return parts + self.advantage(pairs) + [
                f", no more than {self.recorded.arms[0].label} and its A/A arm differ ("
            ] + ratio_words(twin) + [")"]
        return parts + self.advantage(pairs) + [
            ": proven by itself, but not among so many comparisons" if pairs.decided
            else ": not proven",
            f": {pairs.faster} of {pairs.pairs} were {'better' if contest.metric else 'faster'}, "
        ] + certainty(pairs)

    def than(self):
        return "better than" if self.contest.metric else "as fast as"

    def tie(self):
        contest, best = self.contest, [lead.arm for lead in self.contest.leads]
        verb = " is" if len(best) == 1 else f" tie; {'both' if len(best) == 2 else 'all'} are"
        parts = [f"{listed(best)}{verb}{' probably' if contest.doubts else ''} ",
                 Range([lead.pairs.ratio for lead in contest.leads]),
                 f" {self.than()} {contest.rival.label}"]
        if contest.near:
            parts.append(f"; {listed(contest.near)} cannot be told apart from {self.any_of()}")
        return parts

    def any_of(self):
        return "either" if len(self.contest.leads) == 1 else "any of them"

    def beaten(self, arm):
        """Who is proven better than this one, that is neither the rival nor among the best."""
        standings, best = self.contest.standings, [lead.arm for lead in self.contest.leads]
        better = [each for each in best if (each, arm) in standings.proven]
        follows = [each for each in best if each not in better and (each, arm) in standings.better]
        unknown = [each for each in best if each not in better and each not in follows]
        better = better or [each for each in self.contest.order if (each, arm) in standings.proven]
        parts = [f"{listed(better)} {is_or_are(better)} ",
                 Range([standings.pairs(each, arm).ratio for each in better]),
                 f" {self.than()} {arm.label}"]
        if follows:
            parts.append(f"; so {listed(follows)} {is_or_are(follows)} "
                         f"{'better' if self.contest.metric else 'faster'} than {arm.label}, too")
        if unknown:
            parts.append(f"; {listed(unknown)} cannot be told apart from {arm.label}")
        return parts

    def doubt(self, doubt):
        """In the title, and as a sentence."""
        which = [f" ({doubt.about.label})"] if doubt.about and self.contest.outcome == TIE else []
        if doubt.kind == "disturbed":
            rounds = f"{self.recorded.disturbed} of {self.recorded.rounds} rounds"
            return ([f"{rounds} disturbed"], [f"a busy machine disturbed {rounds} of the time pass, "
                                              "more than a fifth"])
        if doubt.kind == "not detectable":
            effect, least = (Number(each, "x") for each in doubt.amounts)
            return ([effect, " is within the ", least, " that this run may miss"] + which,
                    ["the effect, ", effect, ", is no larger than the smallest that this run could "
                     "have detected, ", least] + which)
        others, saved = (Number(each, "s", True) for each in doubt.amounts)
        return (["others took ", others, " of ", saved, " saved"] + which,
                ["most of the ", saved, f" saved {self.an} is time that others took: ", others,
                 f" less beside {doubt.about.label}"] + which)

    def beside(self):
        contest = self.contest
        start = f"By {contest.by}, "
        if contest.outcome == WINNER:
            lead, = contest.leads
            return [f"{start}{lead.arm.label} {'probably ' if contest.doubts else ''}wins against "
                    f"{contest.rival.label}{contest.machine_state}: "] + self.size(lead.pairs)
        if contest.outcome == TIE:
            weakest = max(contest.leads, key=lambda lead: lead.pairs.adjusted)
            return [start] + self.tie() + [f"{contest.machine_state}: "] + certainty(weakest.pairs)
        if contest.outcome in (UNPROVEN, NO_CLEAR_WINNER):
            more = len(contest.order) - 2
            return [f"{start}no clear winner: "] + self.questions()[0] + (
                [f"; and {more} more"] if more else [])
        return [f"By {contest.by}: ", Anything()]

    def questions(self):
        contest = self.contest
        if not contest.decided:
            # The others in the recording's order.
            return [self.question(contest.order[0], other) for other in contest.entered
                    if other is not contest.order[0]]
        first, *others = [lead.arm for lead in contest.leads]
        asked = [(first, other) for other in others]
        for other in contest.near:
            asked += [(first, other), (other, contest.rival)]
        return [self.question(*both) for both in asked]


class VerdictCheck:
    def __init__(self, check):
        self.check, self.recorded = check, check.recorded
        report, self.told = check.report, check.report["verdict"]
        metrics = self.recorded.metrics
        deciding = next((each for each in metrics if each["decides"]), None)
        contest = self.contest_of(deciding, self.told["best"], self.told["reasons"])
        self.same_contest("verdict", self.told, contest)
        self.confidence("verdict", self.told, contest)
        if contest.outcome not in ("void", "unavailable"):
            self.in_words(contest, Words(contest))
        others = ([None] if deciding else []) + [each for each in metrics if each is not deciding]
        beside = report.get("verdicts_beside", [])
        check.same("verdicts beside", len(beside), len(others))
        for told, metric in zip(beside, others):
            other = self.contest_of(metric, [{"name": name} for name in told["best"]],
                                    [told["sentence"].partition(": ")[2]])
            self.same_contest(f"verdict by {other.by}", told, other)
            check.reads(f"verdict by {other.by}", told["sentence"], Words(other).beside())
            check.same(f"verdict by {other.by}: confidence", told["confidence"], other.confidence)

    def contest_of(self, metric, best, texts):
        names = [each["name"] for each in best]

        def told(arm):
            if arm.name in names:
                return names.index(arm.name)
            return 0 if any(text.startswith(f"{arm.label} against ") for text in texts) else 99

        return Contest(self.recorded, self.check.ledger, self.check.effect, metric, told)

    def same_contest(self, where, told, contest):
        same = self.check.same
        same(f"{where}: by", told["by"], contest.by)
        same(f"{where}: outcome", told["outcome"], contest.outcome)
        winner = contest.leads[0].arm.name if contest.outcome == WINNER else None
        same(f"{where}: winner", told["winner"], winner)
        best = [each["name"] if isinstance(each, dict) else each for each in told["best"]]
        same(f"{where}: best", best, [lead.arm.name for lead in contest.leads])

    def confidence(self, where, told, contest):
        check = self.check
        check.same(f"{where}: rival", told["rival"], contest.rival and contest.rival.name)
        check.same(f"{where}: maybe as good", told["maybe_as_good"],
                   [arm.name for arm in contest.near])
        check.same(f"{where}: confidence", told["confidence"], contest.confidence)
        check.same(f"{where}: doubts", [each["kind"] for each in told["doubts"]],
                   [doubt.kind for doubt in contest.doubts])
        for each, lead in zip(told["best"], contest.leads):
            here = f"{where}: {lead.arm.label}"
            check.pairs(f"{here} against the rival", each["against_rival"], lead.pairs)
            self.of_rival(here, each, lead)
        self.of_rival(where, told, contest.leads[0] if contest.outcome == WINNER else None)

    def of_rival(self, where, told, lead):
        cpu, adjusted = (lead.cpu, lead.adjusted) if lead else (None, None)
        if cpu and told["cpu_against_rival"]:
            self.check.pairs(f"{where}: CPU time", told["cpu_against_rival"], cpu)
        else:
            self.check.same(f"{where}: CPU time", told["cpu_against_rival"], cpu)
        self.check.same(f"{where}: adjusted ratio", told["adjusted_ratio"],
                        adjusted and adjusted[0] / adjusted[1])

    # ---- sentences ----------------------------------------------------------------------------

    def in_words(self, contest, words):
        check, told = self.check, self.told
        doubts = [words.doubt(doubt) for doubt in contest.doubts]
        for each, (_, sentence) in zip(told["doubts"], doubts):
            check.reads("doubt", each["sentence"], sentence)
        wanted = []
        for lead in contest.leads if contest.decided else ():
            start = "" if contest.outcome == WINNER else f"{lead.arm.label}: " if contest.doubts \
                else f"{lead.arm.label} against {contest.rival.label}: "
            wanted += [[start] + line for line in words.sizes(lead)]
        sentences = [sentence for _, sentence in doubts]
        noise = [["smallest effect that this run could have detected: " +
                  check.report["facts"]["Smallest detectable effect"]]]
        if contest.outcome == WINNER:
            wanted += sentences + self.beaten(contest, words)
        elif contest.outcome == TIE:
            wanted += sentences + words.questions() + self.beaten(contest, words) + noise
        else:
            wanted += words.questions() + noise + sentences
        for text, parts in zip(told["reasons"], wanted):
            check.reads("reason", text, parts)
        if len(told["reasons"]) < len(wanted):
            check.problem("reasons", f"{len(told['reasons'])} of at least {len(wanted)}")
        for each in check.report.get("verdicts_beside", []):
            check.same("reason beside", each["sentence"] in told["reasons"], True)
        self.title(contest, words, doubts)
        self.sentence(contest)
        self.cpu_causes(contest, words)
        self.counts(contest, words)
        if check.markdown:
            self.shown(contest)

    @staticmethod
    def beaten(contest, words):
        top = contest.standings.unbeaten()
        if contest.outcome == WINNER:
            arms = [arm for arm in contest.order
                    if arm not in top and (top[0], arm) not in contest.standings.proven]
        else:
            arms = [arm for arm in contest.order if arm not in top and arm is not contest.rival]
        return [words.beaten(arm) for arm in arms]

    def reads_one_of(self, where, text, choices):
        """Where what decides between them is no statistic of blocks."""
        wrong = [mismatch(text, parts) for parts in choices]
        self.check.reads(where, text, choices[wrong.index("") if "" in wrong else 0])

    def title(self, contest, words, doubts):
        text = self.told["title"]
        brief = [contest.machine_state, ": "] + doubts[0][0] if doubts else []
        if not contest.decided:
            names = [arm.label for arm in contest.entered]
            alike = f"{', '.join(names[:-1])} and {names[-1]} behave identically"
            self.reads_one_of("title", text, [["no clear winner (~)"] + brief, [alike] + brief])
            return
        by = f" (by {contest.by})" if contest.metric else ""
        without = " (without a cause)"
        if contest.outcome == WINNER:
            name = ("probably " if doubts else "") + contest.leads[0].arm.label
            self.reads_one_of("title", text, [[name + by] + brief, [name + without + by] + brief])
            return
        best = words.tie() + [by]
        choices = [best + brief, best + [without] + brief]
        if not doubts and len(contest.leads) > 1 and not contest.near:
            choices.insert(0, best + [": use either" if len(contest.leads) == 2 else ": use any"])
        self.reads_one_of("title", text, choices)

    def sentence(self, contest):
        rival = contest.rival and contest.rival.label + contest.machine_state
        if contest.outcome == WINNER:
            name = contest.leads[0].arm.label
            by = f" by {contest.by}" if contest.metric else ""
            sure = "probably the" if contest.doubts else "the clear"
            choices = [[Anything(), f", {name} is {sure} winner{by} against {rival}:"],
                       [f"{name} measured faster than {contest.rival.label}, but nothing that it "
                        "does differs:"]]
        elif contest.outcome == TIE:
            best = [lead.arm for lead in contest.leads]
            text = f", {listed(best)} {is_or_are(best)} " \
                f"{'probably' if contest.doubts else 'clearly'} " \
                f"{f'better by {contest.by}' if contest.metric else 'faster'} than {rival}"
            if len(best) > 1:
                text += "; these runs do not tell them apart from each other"
            if contest.near:
                text += f"; these runs do not tell {listed(contest.near)} apart from " \
                    f"{'either' if len(best) == 1 else 'any of them'}"
            choices = [[Anything(), text + ":"]]
        else:
            what = f"better by {contest.by}" if contest.metric else "faster"
            choices = [[Anything(), f", these runs do not show which variant is {what}:"]]
        self.reads_one_of("sentence", self.told["sentence"], choices)

    def cpu_causes(self, contest, words):
        """CPU time as a cause of each of the best; without a winner what each variant takes."""
        check, arms = self.check, self.recorded.arms
        against = self.recorded.against_baseline(CPU)
        told = [text for text in self.told["reasons"] if text.endswith(CPU_CAUSE)]
        takes = [text for text in self.told["reasons"]
                 if " takes " in text and " less CPU time " in text]
        if not contest.decided:
            wanted = []
            for arm, pairs in list(zip(arms, against))[1:]:
                if pairs.evidence != "proven":
                    continue
                cheap, dear = (arm, arms[0]) if arm.cpu < arms[0].cpu else (arms[0], arm)
                wanted.append([f"{cheap.label} takes ", Number(dear.cpu - cheap.cpu, "s", True),
                               f" less CPU time {words.an} than {dear.label} (",
                               Number(cheap.cpu, "s", True), " and ", Number(dear.cpu, "s", True),
                               f"; {arms[0].label} against {arm.label}: "] + ratio_words(pairs) +
                              [", signed ranks: ", P(pairs.adjusted), ")"])
            check.same("reasons of CPU time", len(takes), len(wanted))
            for text, parts in zip(takes, wanted):
                check.reads("reason of CPU time", text, parts)
            return
        wanted = []
        for lead in contest.leads:
            from_, to = contest.rival, lead.arm
            if arms[0] in (from_, to):
                pairs = against[arms.index(to if from_ is arms[0] else from_)]
            else:
                pairs, = self.recorded.compared([(from_, to)], CPU, void_too=False)
            if None in (from_.cpu, to.cpu) or pairs.evidence != "proven":
                continue
            percent = (to.cpu - from_.cpu) / from_.cpu * 100
            more = "as much" if percent >= FACTOR_PERCENT else "more"
            start = f"{to.label}: " if contest.outcome == TIE else ""
            wanted.append([start, *relative(percent, signed=False),
                           f" {'less' if to.cpu < from_.cpu else more} CPU time ({words.an}"
                           f"{CPU_CAUSE}"])
        # Of more than three equals, and of one without a cause, none is told.
        if len(contest.leads) <= 3 and "without a cause" not in self.told["title"]:
            check.same("CPU times as causes", len(told), len(wanted))
        for text in told:
            self.reads_one_of("CPU time as a cause", text, wanted or [["none"]])

    def counts(self, contest, words):
        """The figures of counts that are causes: from the rival to one of the best; without a winner
        from who takes more CPU time to who takes less."""
        labels = {arm.label: arm for arm in self.recorded.arms}
        slow, fast = contest.rival, contest.leads[0].arm if contest.outcome == WINNER else None
        for text in self.told["reasons"]:
            if not contest.decided and (took := re.match(
                    rf"(.*) takes .* less CPU time {words.an} than (.*?) \(", text)):
                fast, slow = (labels.get(name) for name in took.groups())
            elif contest.outcome == TIE:
                name, _, rest = text.partition(": ")
                fast, text = (labels[name], rest) if name in labels else (None, text)
            if not slow or not fast:
                continue
            text, idle, rest = text.partition(causes.IDLE)
            parts = causes.parts_of(text, slow, fast, words.an)
            if parts:
                self.check.reads("count as a cause", text, parts)
            if idle:
                places = [self.recorded.arms.index(arm) for arm in (slow, fast)]
                cores, saved, lines = self.check.ledger.difference(*places)
                self.check.reads("idle cores as a cause", rest, [
                    Number(lines["idle cores"][0] / cores, "s", True), " of the ",
                    Number(saved, "s", True), f" saved {words.an}"])

    def shown(self, contest):
        """The Markdown has the same lines."""
        heading = f"Winner: {self.told['title']}"
        spaced = lambda text: " ".join(text.split())
        shown = next((lines for each, lines in self.check.markdown.lists.items()
                      if spaced(each) == spaced(heading)), None)
        self.check.same("reasons in Markdown", shown and list(map(spaced, shown)),
                        list(map(spaced, self.told["reasons"])))
        if contest.decided:
            for lead in contest.leads[:1]:
                self.check.where_it_went(lead.arm, contest.rival,
                                         self.check.ledger.difference(*contest.places(lead.arm)),
                                         contest.places(lead.arm))


def ranking(check):
    """The table, the JSON's list, and who stands between two that differ."""
    recorded, report = check.recorded, check.report
    arms = {arm.name: arm for arm in recorded.arms}
    timed = [arm for arm in recorded.arms if arm.median is not None]
    told = report.get("ranking", [])
    lines = check.markdown.rows("Ranking") if check.markdown else None
    wanted = len(timed) if len(timed) >= 3 and recorded.holds else 0
    check.same("rows of the ranking", len(told), wanted)
    if lines is not None:
        check.same("rows of the ranking in Markdown", len(lines), wanted)
    if not wanted or len(told) != wanted:
        return
    order = [arms[each["name"]] for each in told]
    near = [float(f"{arm.median:.11e}") for arm in order]  # of equal ones any may be the first
    check.same("order of the ranking", near, sorted(near))
    check.same("variants of the ranking", sorted(arm.name for arm in order),
               sorted(arm.name for arm in timed))
    standings = Standings(recorded, tables.WALL, order)
    against = recorded.against_baseline(tables.WALL)
    fastest = dict(zip(order[1:], recorded.compared(
        [(order[0], arm) for arm in order[1:]] +
        [(a, b) for at, a in enumerate(order[1:]) for b in order[at + 2:]], tables.WALL)))

    def speed(pairs):
        if not pairs or not pairs.pairs:
            return ["-"]
        open_ = pairs.evidence != "proven" and not pairs.identical
        return ["~ " if open_ else ""] + ratio_words(pairs)

    for at, (arm, each) in enumerate(zip(order, told)):
        where, (first, last) = f"ranking of {arm.label}", standings.places(arm)
        check.same(f"{where}: first place", each["first_place"], first)
        check.same(f"{where}: last place", each["last_place"], last)
        check.same(f"{where}: median", each["median_iteration_s"], arm.median)
        if at > 0:
            check.pairs(f"{where} against the fastest", each["against_fastest"], fastest[arm])
        else:
            check.same(f"{where} against the fastest", each["against_fastest"], None)
        for cell, parts in zip(lines[at] if lines else (), (
                [f"{first}" if first == last else f"{first} to {last}"], [arm.label],
                [Number(arm.median, "s", True)], speed(against[recorded.arms.index(arm)]),
                speed(fastest.get(arm)))):
            check.reads(where, cell, parts)
    if check.markdown:
        between(check, standings, check.markdown.lists.get("Ranking", []))


MOST_BETWEEN = 3


def between(check, standings, lines):
    """Being equal is not handed on: those that are told apart from neither of two that differ."""
    order, better = standings.order, standings.better
    all_words = {}
    for arm in order:
        equal = [each for each in order if each is not arm and (arm, each) not in better and
                 (each, arm) not in better]
        words = {f"{arm.label} is told apart neither from {a.label} nor from {b.label}, yet {a.label} "
                 f"is proven faster than {b.label}." for a in equal for b in equal
                 if (a, b) in better}
        if words:
            all_words[arm] = words
    found = [line for line in lines if " is told apart neither from " in line]
    more = len(all_words) - MOST_BETWEEN
    check.same("variants between two that differ", len(found), min(len(all_words), MOST_BETWEEN))
    for at, (line, words) in enumerate(zip(found, all_words.values())):
        behind = f" And {more} more like it." if more > 0 and at == MOST_BETWEEN - 1 else ""
        check.cells += 1
        if line not in {each + behind for each in words}:
            check.problem("variants between two that differ", line)
