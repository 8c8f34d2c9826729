"""Recordings that random ones hardly ever meet: blocks just within and just beyond each limit for
outliers and modes; three and more variants of which some are proven better by others alone."""
import math

import shapes

NEAR = 0.01  # of the limit, on either side
BASE_NS = 2_000_000_000


def spread(count, width):
    """Evenly about 0."""
    return [width * (2 * at / (count - 1) - 1) for at in range(count)]


def one_out(count, factor, limit):
    """One value, of so many, at that many times the limit."""
    values = spread(count - 1, 0.02) + [1.0]
    at = shapes.scores(values, 0)[-1]
    middle = sorted(values)[count // 2] if count % 2 else sum(
        sorted(values)[count // 2 - 1:count // 2 + 1]) / 2
    return values[:-1] + [middle + (1 - middle) * limit * factor / at]


def two_groups(count, factor, limit):
    """Three fifths and two, their means at that many times the limit apart."""
    lower = math.ceil(count * 3 / 5)
    groups = spread(lower, 0.01), spread(count - lower, 0.01)
    squares = sum(value * value for group in groups for value in group)
    apart = limit * factor * math.sqrt(squares / (count - 2))
    return groups[0] + [value + apart for value in groups[1]]


def shuffled(values):
    """Neither place nor direction tells which value is which."""
    step = next(step for step in (37, 41, 43) if math.gcd(step, len(values)) == 1)
    return [values[(at * step + 5) % len(values)] for at in range(len(values))]


def recording(arms):
    """Of logarithms of times, one a block; None: the block is not there."""
    names, blocks = [f"arm {at}" for at in range(len(arms))], []
    for index in range(max(map(len, arms))):
        for name, values in zip(names, arms):
            if index >= len(values) or values[index] is None:
                continue
            wall_ns = round(BASE_NS * math.exp(values[index]))
            blocks.append({"pass": "time", "variant": name, "index": index, "order": len(blocks),
                           "status": "ok", "stderr_tail": "", "isa": "",
                           "iteration_wall_ns": [wall_ns], "work": {}, "checksum": "",
                           "raw_files": []})
    return {
        "schema": 2, "schema_minor": 1, "created": "2026-01-01T00:00:00Z", "winnow_version": "0.1.0",
        "commit": "", "status": "complete", "machine": [], "baseline": names[0],
        "workload": {"scenario": "made", "description": "", "items_per_iteration": 0, "threads": 0,
                     "iterations_per_block": 1, "blocks": max(map(len, arms)), "iteration": "run"},
        "variants": [{"name": name, "summary": "", "label": name, "advice": "", "program": "",
                      "persistent_threads": False, "command": ["prog", name], "server": []}
                     for name in names],
        "twin": "", "metrics": [], "blocks": blocks, "profiles": {name: {} for name in names},
        "missing": [], "warnings": []}


def edge_recordings():
    """By name. Of each limit the fewest and the most values that it is for."""
    for what, limits, made in (("outlier", shapes.OUTLIER_LIMITS, one_out),
                               ("modes", shapes.MODE_LIMITS, two_groups)):
        for at, (fewest, limit) in enumerate(limits):
            most = limits[at + 1][0] - 1 if at + 1 < len(limits) else 120
            yield f"{what} {fewest}", recording([shuffled(made(count, 1 + side, limit))
                                                 for count in (fewest, most)
                                                 for side in (-NEAR, NEAR)])
    percents = [math.log1p(percent / 100) for percent in (0.99, 1.01)]
    yield "less than 1%", recording(
        [[0] * 11 + [apart] for apart in percents] + [[0] * 7 + [apart] * 5 for apart in percents])
    # Too few; as many outliers as are told and one more; and as many as make a mode.
    yield "few and many", recording([one_out(7, 2, 9)] + [
        spread(40 - many, 0.02) + [0.3 + 0.1 * at for at in range(many)] for many in (6, 7, 8)])
    yield "a fifth", recording([
        shuffled(spread(16 - many, 0.02) + [1 + value for value in spread(many, 0.02)])
        for many in (3, 4)])
    slow, middle, fast = ([at + 0.01 * math.sin(7 * index * (1 - at)) for index in range(28)]
                          for at in (0, -0.2, -0.5))
    # The fast one was never beside the slow one; or too seldom, and has an equal that was.
    yield "through another", recording([slow[:14] + [None] * 14, middle, [None] * 14 + fast[14:]])
    yield "through another, of two", recording([
        [None] * 10 + slow[10:], middle, fast[:17], [value + 0.001 for value in fast[::-1]]])
    yield "as many as beat it", recording([fast[:17], slow, middle, [None] * 10 + fast[:9:-1]])
