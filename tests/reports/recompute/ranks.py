"""The tests and estimates of docs/statistics.md, by scipy where it has them, else in whole numbers.

Nothing here is taken from the program that is checked but the documented table of detectable
effects (reports/statistics/detectable_table.h), which is read as text and held by `found_share`, a
simulation of its own.
"""
import fractions
import functools
import math
import re

import numpy
import scipy.stats

TIE = 1e-9  # relative: what docs/statistics.md calls equal
LEVEL = 0.01
TAIL = fractions.Fraction(1, 200)  # on either side of a 99% interval
TAIL_95 = fractions.Fraction(1, 40)
SCATTER_TAIL = fractions.Fraction(1, 2000)  # of the 99.9% interval that is the noise's scatter
MOST_EXACT = 100  # pairs; docs/statistics.md


@functools.lru_cache(maxsize=None)
def rank_sums(doubled_ranks):
    """How many of the 2^n choices of signs give each sum of positive ranks: a whole number whose
    digits, n + 1 bits each, are the counts."""
    bits, counts = len(doubled_ranks) + 1, 1
    for rank in doubled_ranks:
        counts += counts << (bits * rank)
    return bits, counts


def share_up_to(doubled_ranks, most):
    """Of all choices of signs, those whose sum is no larger. Exact."""
    bits, counts = rank_sums(doubled_ranks)
    digits = counts & ((1 << (bits * (most + 1))) - 1)
    return fractions.Fraction(digits % ((1 << bits) - 1), 1 << len(doubled_ranks))


@functools.lru_cache(maxsize=None)
def signed_rank_critical(n, tail):
    """The largest w with P(W <= w) <= tail for n differences without ties; None: there is none."""
    if n > MOST_EXACT:
        mean, deviation = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return math.floor(scipy.stats.norm.ppf(float(tail), mean, deviation) - 0.5)
    ranks = tuple(range(1, n + 1))
    lowest, highest = -1, n * (n + 1) // 2
    while highest - lowest > 1:
        middle = (lowest + highest) // 2
        if share_up_to(ranks, middle) <= tail:
            lowest = middle
        else:
            highest = middle
    return None if lowest < 0 else lowest


def logarithms(first, second):
    """Of first / second, those that are numbers; equal ones are the same number, those of one 0."""
    with numpy.errstate(all="ignore"):
        logs = numpy.log(numpy.asarray(first, float)) - numpy.log(numpy.asarray(second, float))
    return snapped(logs[numpy.isfinite(logs)])


def snapped(logs):
    order = numpy.argsort(numpy.abs(logs), kind="stable")
    result, last, size = numpy.array(logs), 0.0, 0.0
    for place in order:
        here = abs(logs[place])
        if here - last > TIE:
            size = here
        last = here
        result[place] = math.copysign(size, logs[place])
    return result


def signed_rank_p(logs):
    """Two-sided, of `equal`: pairs of equal times left out, tied ranks averaged."""
    logs = logs[logs != 0]
    if len(logs) == 0:
        return 1.0
    sizes = numpy.abs(logs)
    if len(logs) > MOST_EXACT:
        return float(scipy.stats.wilcoxon(logs, correction=True, method="approx").pvalue)
    doubled = numpy.rint(2 * scipy.stats.rankdata(sizes)).astype(int)
    positive, whole = int(doubled[logs > 0].sum()), int(doubled.sum())
    smaller = min(positive, whole - positive)
    exact = float(min(1, 2 * share_up_to(tuple(sorted(map(int, doubled))), smaller)))
    if len(numpy.unique(sizes)) == len(sizes):  # scipy's exact test knows no ties
        other = float(scipy.stats.wilcoxon(logs, method="exact").pvalue)
        assert math.isclose(exact, other, rel_tol=1e-9), (exact, other)
    return exact


def walsh(logs):
    """Averages of every two and of each with itself, in order."""
    first, second = numpy.triu_indices(len(logs))
    return numpy.sort((logs[first] + logs[second]) / 2)


def hodges_lehmann(logs, tail=TAIL):
    """The ratio with its interval, of 99% unless told; None where there are too few pairs for it."""
    if len(logs) == 0:
        return None, None, None
    averages = walsh(logs)
    left = signed_rank_critical(len(logs), tail)
    ratio = math.exp(numpy.median(averages))
    if left is None:
        return ratio, None, None
    return ratio, math.exp(averages[left]), math.exp(averages[len(averages) - 1 - left])


@functools.lru_cache(maxsize=None)
def sign_test_p(wins, losses):
    return scipy.stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1.0


@functools.lru_cache(maxsize=None)
def order_rank(n, tail):
    """Of an interval of the median by order statistics: the rank of its lower end, from 1; 0: too
    few values."""
    return next((rank for rank in range(n // 2, 0, -1)
                 if scipy.stats.binom.cdf(rank - 1, n, 0.5) <= float(tail)), 0)


def median_interval(values, tail=TAIL):
    values = numpy.sort(values)
    rank = order_rank(len(values), tail) if len(values) else 0
    if rank == 0:
        return None, None
    return float(values[rank - 1]), float(values[len(values) - rank])


# ---- blocks of different runs, which are no pairs -----------------------------------------------

MOST_UNPAIRED = 40  # of either side, for which the distribution is exact


@functools.lru_cache(maxsize=None)
def mann_whitney_counts(m, n):
    """How many of the orders of m and n values give each U: the coefficients of Gauss's binomial."""
    counts = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for u in range(m * n, n + i - 1, -1):  # times (1 - q^(n + i))
            counts[u] -= counts[u - n - i]
        for u in range(i, m * n + 1):  # divided by (1 - q^i)
            counts[u] += counts[u - i]
    return counts


def mann_whitney_p(first, second):
    """Two-sided, ties count half; beyond MOST_UNPAIRED by the normal distribution."""
    a, b = numpy.sort(numpy.asarray(first, float)), numpy.sort(numpy.asarray(second, float))
    m, n = len(a), len(b)
    near = numpy.abs(a[:, None] - b) <= TIE * numpy.maximum(numpy.abs(a[:, None]), numpy.abs(b))
    above = float(numpy.where(near, 0.5, a[:, None] > b).sum())
    above = min(above, m * n - above)
    if max(m, n) > MOST_UNPAIRED:
        deviation = math.sqrt(m * n * (m + n + 1) / 12)
        return min(1.0, 2 * float(scipy.stats.norm.cdf(above + 0.5, m * n / 2, deviation)))
    counts, all_ = mann_whitney_counts(m, n), math.comb(m + n, m)
    p = float(min(1, fractions.Fraction(2 * sum(counts[:math.ceil(above) + 1]), all_)))
    if not near.any() and len(set(a)) == m and len(set(b)) == n:
        other = float(scipy.stats.mannwhitneyu(a, b, method="exact").pvalue)
        assert math.isclose(p, other, rel_tol=1e-9), (p, other)
    return p


def mann_whitney(first, second, tail=TAIL):
    """p, and the ratio with its interval; ties towards 1."""
    a, b = numpy.sort(first), numpy.sort(second)
    assert max(len(a), len(b)) <= MOST_UNPAIRED
    counts, all_ = mann_whitney_counts(len(a), len(b)), math.comb(len(a) + len(b), len(a))
    p = mann_whitney_p(a, b)
    logs = numpy.log(a)[:, None] - numpy.log(b)
    logs = numpy.sort(numpy.where(numpy.abs(logs) <= TIE, 0, logs), axis=None)
    left = -1
    while fractions.Fraction(sum(counts[:left + 2]), all_) <= tail:
        left += 1
    ratio = math.exp(numpy.median(logs))
    if left < 0:
        return p, ratio, None, None
    return p, ratio, math.exp(logs[left]), math.exp(logs[len(logs) - 1 - left])


# ---- percentiles of all runs ----------------------------------------------------------------------


def percentile(processes, q, confidence=0.95):
    """By nearest rank; how many independent values there are (Woodruff); and the interval."""
    values = numpy.sort(numpy.concatenate(processes))
    n, k, tail = len(values), len(processes), (1 - confidence) / 2
    at = lambda rank: float(values[min(max(rank, 1), n) - 1])
    value = at(math.ceil(round(n * q, 9)))
    if k < 2:
        return value, 1, None
    below = [(numpy.asarray(each) <= value).sum() - len(each) * q for each in processes]
    wide = scipy.stats.t.ppf(1 - tail, k - 1) / scipy.stats.norm.ppf(1 - tail)
    effect = max(1, wide ** 2 * sum(each ** 2 for each in below) * k / (k - 1) / (n * q * (1 - q)))
    independent = max(1, math.floor(n / effect + 1e-9))
    ranks_ = range(1, independent + 1)
    low = [rank for rank in ranks_ if scipy.stats.binom.cdf(rank - 1, independent, q) <= tail]
    high = [rank for rank in ranks_ if scipy.stats.binom.sf(rank - 1, independent, q) <= tail]
    if not low or not high:
        return value, independent, None
    scale = n / independent
    return value, independent, (at(math.floor(max(low) * scale + 1e-9)),
                                at(math.ceil(min(high) * scale - 1e-9)))


def holm(p):
    adjusted, largest = [0.0] * len(p), 0.0
    for place, test in enumerate(sorted(range(len(p)), key=lambda test: p[test])):
        largest = max(largest, (len(p) - place) * p[test])
        adjusted[test] = min(1.0, largest)
    return adjusted


@functools.lru_cache(maxsize=None)
def pairs_needed(comparisons):
    """With n pairs that all point the same way p is 2^(1 - n)."""
    pairs = 1
    while fractions.Fraction(2, 2 ** pairs) > fractions.Fraction(1, 100 * max(comparisons, 1)):
        pairs += 1
    return pairs


# ---- the smallest detectable effect -------------------------------------------------------------


class Detectable:
    """The documented table, and what a run of so many pairs and variants makes of it."""

    def __init__(self, header):
        text = re.sub(r"//[^\n]*", "", header.read_text())
        columns = re.search(r"kDetectableVariants\[[^]]*\]\s*=\s*\{([^}]*)\}", text).group(1)
        self.variants = [int(each) for each in columns.split(",")]
        body = text[text.index("kDetectable[] ="):].replace("std::numeric_limits<int>::max()", "inf")
        numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?|inf", body)]
        width = 5 + 2 * len(self.variants)
        assert numbers and len(numbers) % width == 0, len(numbers)
        self.rows = [numbers[at:at + width] for at in range(0, len(numbers), width)]

    def factor(self, row, winner, variants):
        count = len(self.variants)
        factors = row[5 + count:] if winner else row[5:5 + count]
        if variants in self.variants:
            return factors[self.variants.index(variants)]
        right = next((at for at, each in enumerate(self.variants) if each > variants), count - 1)
        low, high = factors[right - 1], factors[right]
        if low == 0 or high == 0:
            return 0
        from_, to = math.log(self.variants[right - 1]), math.log(self.variants[right])
        return low + (high - low) * (math.log(variants) - from_) / (to - from_)

    def factor_of(self, pairs, winner, variants):
        """Between two rows by 1/pairs; 0: too few."""
        after = next(at for at, row in enumerate(self.rows) if row[0] >= pairs)
        row = self.rows[after]
        if row[0] == pairs or after == 0:
            return self.factor(row, winner, variants)
        before = self.rows[after - 1]
        share = (1 / pairs - 1 / before[0]) / (1 / row[0] - 1 / before[0])
        low, high = self.factor(before, winner, variants), self.factor(row, winner, variants)
        return low + (high - low) * share

    def effect(self, logs, winner, variants):
        comparisons = variants * (variants - 1) // 2 if winner else variants - 1
        if len(logs) < pairs_needed(comparisons):
            return None
        factor = self.factor_of(len(logs), winner, variants)
        return math.expm1(factor * scatter(logs)) if factor else None

    def found_share(self, pairs, variants, runs, seed):
        """Of simulated runs whose one variant differs by what that very run's A/A arm makes
        detectable, those that find it: p by Holm over the variants."""
        rng = numpy.random.default_rng(seed)
        noise = rng.normal(size=(variants + 1, runs, pairs))  # the baseline, its copy, the variants
        width = numpy.array([scatter(noise[0, run] - noise[1, run]) for run in range(runs)])
        shift = self.factor_of(pairs, False, variants) * width
        p = [self.p_of_rows(noise[0] - noise[variant] + (shift[:, None] if variant == 2 else 0))
             for variant in range(2, variants + 1)]
        smaller = numpy.sum([each < p[0] for each in p], axis=0)
        reached = [numpy.sort(p, axis=0)[place] * (len(p) - place) <= LEVEL
                   for place in range(len(p))]
        all_before = numpy.cumprod(reached, axis=0)
        return float(numpy.mean(all_before[smaller, numpy.arange(runs)]))

    @staticmethod
    def p_of_rows(logs):
        pairs = logs.shape[1]
        ranks = tuple(range(2, 2 * pairs + 1, 2))
        of_sum = numpy.array([float(min(1, 2 * share_up_to(ranks, 2 * most)))
                              for most in range(pairs * (pairs + 1) // 4 + 1)])
        sizes = numpy.argsort(numpy.argsort(numpy.abs(logs), axis=1), axis=1) + 1
        positive = numpy.sum(numpy.where(logs > 0, sizes, 0), axis=1)
        return of_sum[numpy.minimum(positive, pairs * (pairs + 1) // 2 - positive)]


def scatter(logs):
    """Half the width of the 99.9% interval; of the whole range, where there are too few."""
    averages = walsh(numpy.asarray(logs))
    left = signed_rank_critical(len(logs), SCATTER_TAIL) or 0
    return (averages[len(averages) - 1 - left] - averages[left]) / 2
