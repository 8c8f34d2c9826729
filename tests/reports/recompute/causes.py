"""Counts that the verdict names as causes: each figure in the sentence, by the exact counts of the
two variants. Whether a count provenly differs is not recomputed."""
import re
import statistics

from printed import Number

CALLS = {"contended locks": "mutex_contended", "condition waits": "condition_wait",
         "futex waits": "futex_wait", "signals": "condition_signal",
         "broadcasts": "condition_broadcast", "futex wakes": "futex_wake"}
KINDS = ("waiting for locks", "waiting for conditions", "waiting for locks or other threads",
         "waking threads")


def an_iteration(arm, kind, value):
    found = arm.profiles.get(kind)
    return value(found) / found["iterations"] if found and found["iterations"] > 0 else None


def over_blocks(arm, key):
    counts = [block["region"][key] / len(block["iteration_wall_ns"]) for block in arm.blocks
              if block.get("region") and block["iteration_wall_ns"] and
              block["region"].get(key) is not None]
    return statistics.median(counts) if counts else None


def counted(beginning, value, ending):
    """`value` of a variant an iteration."""
    def parts(slow, fast, an):
        many, few = value(slow), value(fast)
        if many is None or few is None:
            return ["no such count"]
        behind = f" times {an}" if beginning.startswith("waiting: ") else f" {an}"
        return [beginning, Number(few, "count"), f"{behind} instead of ", Number(many, "count"),
                ending]
    return parts


def allocated(slow, fast, an):
    heaps = [arm.profiles.get("heap") for arm in (slow, fast)]
    if not all(heaps):
        return ["no such count"]
    exact = all(heap.get("exact_objects") is not None and heap.get("exact_bytes") is not None
                for heap in heaps)
    many, few = (
        [heap["exact_objects" if exact else "region_objects"] / heap["iterations"],
         heap["exact_bytes" if exact else "region_bytes"] / heap["iterations"] / 1e6]
        for heap in heaps)
    return ["allocation: ", Number(few[0], "count"), " objects and ", Number(few[1], "MB difference"),
            f" {an} instead of ", Number(many[0], "count"), " and ",
            Number(many[1], "MB difference"), f" ({'exact counts' if exact else 'by the heap profiler'})"]


def created(slow, fast, an):
    def value(arm):
        tree = an_iteration(arm, "tree", lambda tree: tree["threads"])
        calls = lambda sync: (sync.get("thread_create") or {"count": None})["count"]
        sync = arm.profiles.get("sync")
        return tree if tree is not None or not sync or calls(sync) is None else \
            an_iteration(arm, "sync", calls)

    many, few = value(slow), value(fast)
    if many is None or few is None:
        return ["no such count"]
    if not many or not few:
        return [Number(few, "count"), f" thread creations {an} instead of ", Number(many, "count"),
                " (measured)"]
    words = "fewer" if few < many else "as many"
    return [Number(max(many, few) / min(many, few), "x"), f" {words} thread creations (measured)"]


SENTENCES = {
    "page faults: ": counted("page faults: ", lambda arm: over_blocks(arm, "minor_faults"),
                             " (median over blocks of the time pass)"),
    "waiting: threads gave up their core to wait ": counted(
        "waiting: threads gave up their core to wait ",
        lambda arm: over_blocks(arm, "voluntary_switches"),
        " (voluntary context switches, median over blocks of the time pass)"),
    "processes started: ": counted("processes started: ", lambda arm: an_iteration(
        arm, "tree", lambda tree: tree["iterations"] + tree["processes"]), " (measured)"),
    "programs executed: ": counted("programs executed: ", lambda arm: an_iteration(
        arm, "tree", lambda tree: tree["execs"]), " (measured)"),
    "instructions: ": counted("instructions: ", lambda arm: an_iteration(
        arm, "count", lambda count: count["instructions"]), " (count pass)"),
    "futex calls: ": counted("futex calls: ", lambda arm: an_iteration(
        arm, "futex", lambda futex: futex["waits"] + futex["wakes"]), " (futex pass)"),
    "allocation: ": allocated}
IDLE = "; cores that stood idle meanwhile are "


def calls(text, slow, fast, an):
    kind, _, rest = text.partition(": ")
    counter = next((each for each in CALLS if f" {each} {an} instead of " in rest), None)
    if not counter:
        return ["a counter that is known"]
    of = [arm.profiles["sync"] for arm in (slow, fast)]
    many, few = ([sync[CALLS[counter]][key] / sync["iterations"] for key in ("count", "wall_s")]
                 for sync in of)
    took = "in which threads waited" if kind.startswith("waiting") else "which took"
    return [f"{kind}: ", Number(few[0], "count"), f" {counter} {an} instead of ",
            Number(many[0], "count"), f", {took} ", Number(few[1], "s", True), " instead of ",
            Number(many[1], "s", True), " (thread-seconds of the sync pass)"]


def parts_of(text, slow, fast, an):
    """What the sentence has to be; None: it is none of a count."""
    if text.partition(": ")[0] in KINDS:
        return calls(text, slow, fast, an)
    if text.endswith(" thread creations (measured)") or \
            re.search(r" thread creations \w+ \w+ instead of .* \(measured\)$", text):
        return created(slow, fast, an)
    for beginning, parts in SENTENCES.items():
        if text.startswith(beginning):
            return parts(slow, fast, an)
    return None
