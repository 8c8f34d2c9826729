"""Cells and sentences as a person reads them: text with numbers, held against figures that are not
rounded, to the last digit that is printed."""
import html
import math
import re

NUMBER = r"(?:<-|>-|<|>)?[+-]?[\d,]+(?:\.\d+)?"
# What may stand behind a number of each unit, and how many of the unit one of it is.
SUFFIXES = {
    "s": {"s": 1, "ms": 1e-3, "µs": 1e-6},
    "ms": {"ms": 1, "µs": 1e-3},
    "ns": {"ns": 1},
    "MB": {"": 1, " kB": 1e-3, " bytes": 1e-6}, "count": {"": 1}, "figure": {"": 1}, "cores": {"": 1},
    "MB difference": {" MB": 1, " kB": 1e-3, " bytes": 1e-6},
    "%": {"%": 1}, "x": {"x": 1},
}

FINEST = 9  # decimals of a cell: of seconds the nanosecond


def count_of(count, noun):
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Number:
    """Of one unit; `three`: a cell, which keeps fewer than three digits only at its finest."""

    def __init__(self, value, unit, three=False):
        self.value, self.unit, self.three = value, unit, three

    def pattern(self):
        suffixes = sorted(self.suffixes(), key=len, reverse=True)
        return f"({NUMBER})({'|'.join(map(re.escape, suffixes))})"

    def suffixes(self):
        return SUFFIXES.get(self.unit) or {self.unit: 1}  # " texts/sec"

    def wrong(self, number, suffix):
        scale = self.suffixes()[suffix]
        value, digits = self.value / scale, number.replace(",", "").lstrip("<>")
        decimals = len(digits.partition(".")[2])
        shown, last = float(digits), 10 ** -decimals
        if number[0] in "<>":  # what would round to zero
            right = value != 0 and abs(value) <= abs(shown) and (value < 0) == (shown < 0)
            return "" if right else f"{number}{suffix} of {value:.17g}"
        if not abs(shown - value) <= last / 2 * (1 + 1e-6) + abs(value) * 1e-11:
            return f"{number}{suffix} of {value:.17g}"
        significant = len(digits.replace(".", "").lstrip("+-0"))
        whole = self.unit in ("count", "figure") and value == math.floor(value)
        finest = decimals - round(math.log10(scale)) >= FINEST if scale < 1 else decimals >= FINEST
        if self.three and shown != 0 and not whole and significant < 3 and not finest:
            return f"{number}{suffix}: fewer than three digits of {value:.17g}"
        return ""


FACTOR_PERCENT = 900  # a rise from here on is told as a factor


class Difference(Number):
    """A figure of two cells, not nought; less than their last digit, it is told by that digit."""

    def pattern(self):
        suffixes = sorted(self.suffixes(), key=len, reverse=True)
        return f"((?:under )?{NUMBER})({'|'.join(map(re.escape, suffixes))})"

    def wrong(self, number, suffix):
        if number.startswith("under "):
            most = float(number.removeprefix("under ").replace(",", "")) * self.suffixes()[suffix]
            return "" if abs(self.value) < most else f"{number}{suffix} of {self.value:.17g}"
        wrong = super().wrong(number, suffix)
        nought = not re.search("[1-9]", number)
        return wrong or (f"{number}{suffix}: nought of {self.value:.17g}" if nought else "")


def relative(percent, signed=True):
    """Of a change that is not nought: a percentage, a factor of what rose to ten times."""
    if percent >= FACTOR_PERCENT:
        return [Number(1 + percent / 100, "x")]
    if percent == -100:
        return ["-100%" if signed else "100%"]
    percent = max(percent, -99.999999) if percent > -100 else percent
    if abs(percent) < 0.05:
        return ["under 0.1%"]
    return [Number(percent if signed else abs(percent), "%")]


class P:
    def __init__(self, value):
        self.value = value

    def pattern(self):
        return r"p (=|<) (\d\.\d{3})"

    def wrong(self, sign, number):
        if sign == "<":
            right = number == "0.001" and self.value < 0.001
        else:
            right = abs(float(number) - self.value) <= 0.0005 * (1 + 1e-6) and self.value >= 0.001
        return "" if right else f"p {sign} {number} of {self.value:.17g}"


class Range:
    """From the least to the largest ratio; one where both read the same."""

    def __init__(self, ratios):
        self.value, self.most = min(ratios), max(ratios)

    def pattern(self):
        return f"({NUMBER} to )?({NUMBER}x)"

    def wrong(self, low, high):
        high = high.removesuffix("x")
        wrong = Number(self.most, "x").wrong(high, "x")
        wrong = wrong or Number(self.value, "x").wrong((low or high).removesuffix(" to "), "x")
        return wrong or (f"{low}{high}x: the same" if low == f"{high} to " else "")


class Anything:
    """Words that are no statistic of blocks."""

    value = math.nan

    def pattern(self):
        return "(.+)()"

    def wrong(self, *_):
        return ""


def mismatch(text, parts):
    """Empty: the text is these parts, literal ones letter by letter, figures to the last digit."""
    parts = [part for part in parts if part != ""]
    if all(isinstance(part, str) for part in parts):
        return "" if text == "".join(parts) else f"\"{text}\" is not \"{words(parts)}\""
    pattern = "".join(re.escape(part) if isinstance(part, str) else part.pattern()
                      for part in parts)
    found = re.fullmatch(pattern, text)
    if not found:
        return f"\"{text}\" is not \"{words(parts)}\""
    groups = iter(found.groups())
    wrong = [part.wrong(next(groups), next(groups)) for part in parts if not isinstance(part, str)]
    wrong = [each for each in wrong if each]
    return f"\"{text}\": {'; '.join(wrong)}" if wrong else ""


def words(parts):
    return "".join(part if isinstance(part, str) else f"[{part.value:.12g}]" for part in parts)


def plain(markdown):
    """The text that a reader of the Markdown sees."""
    text = re.sub(r"(?<!\\)\*\*|(?<!\\)`", "", markdown)
    return html.unescape(re.sub(r"\\(.)", r"\1", text)).strip()


class Markdown:
    def __init__(self, text):
        self.tables, self.lists, self.lines = {}, {}, text.splitlines()
        heading = ""
        for line in self.lines:
            if line.startswith("#"):
                heading = plain(line.lstrip("#"))
            elif line.startswith("|"):
                cells = [plain(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
                self.tables.setdefault(heading, []).append(cells)
            elif line.startswith("- "):
                self.lists.setdefault(heading, []).append(plain(line[2:]))

    def rows(self, heading):
        """Behind the line of the columns and the rule."""
        return self.tables.get(heading, [])[2:]

    def warnings(self):
        return [plain(line[2:]) for line in self.lines if line.startswith("> **WARNING:**")]
