"""Running a program, and what must be true of its end. For inject_faults and soak."""
import collections
import ctypes
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

LIMIT_S = 120
PR_SET_CHILD_SUBREAPER = 36
# What a sound command says on standard error.
NOTES = re.compile(r"winnow: (the report as a page: .*|wrote .* bytes\)|"
                   r".*: (the earlier recording|what an earlier run measured, .*,) is kept here|"
                   r".*: removed, of finished recordings the last \d+ are kept|"
                   r"set in the environment, .*|the machine's peaks .*|"
                   r"\d+ of \d+ processes, about .*)$")
PROBLEM = re.compile(r"winnow: \S.*: \S.*$")
# "recording.json.4711.0", "report.md.Xb9Zz1"
TEMPORARY = re.compile(r"\.(json|md|html|svg|xml|txt|gguf)\.[A-Za-z0-9.]+$")

# status: of the process, negative by a signal, None where it did not end in time; left: processes.
End = collections.namedtuple("End", "status errors left seconds")


def contents(folder):
    """Every file below, and a hash of it."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def is_temporary(name):
    return name.startswith((".winnow", "old-")) or TEMPORARY.search(name) is not None


def end_problems(end, statuses):
    """What is wrong with how a command ended that may fail with one of these statuses."""
    problems = [f"process left: {name}" for name in end.left]
    if end.status is None:
        return problems + [f"it hangs: not at its end after {LIMIT_S} s"]
    if end.status < 0:
        problems.append(f"ended by signal {-end.status} ({signal.strsignal(-end.status)})")
    elif end.status != 0 and end.status not in statuses:
        problems.append(f"exit status {end.status}")
    lines = [line for line in end.errors.split("\n") if line and not NOTES.match(line)]
    if end.status != 0 and len(lines) != 1:
        return problems + [f"{len(lines)} lines on standard error instead of one"]
    return problems + [f"not \"winnow: subject: problem\": {line}" for line in lines
                       if not PROBLEM.match(line)]


def document_problems(tool, folder, name, complete):
    """What is wrong with a recording or a sweep, which is to be read again."""
    report = tool.sound(["report", folder])
    if report.status != 0:
        return [f"{folder.name} cannot be read: {report.errors.strip()}"]
    document = json.loads((folder / name).read_text())
    problems = [f"{file} is missing" for block in document.get("blocks", [])
                for file in block.get("raw_files", []) if not (folder / file).is_file()]
    if complete and document["status"] != "complete":
        problems.append(f"status 0, and {folder.name} is {document['status']}")
    return problems


def adopt_orphans():
    """Processes that outlive a command become this one's children."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children():
    """Of this process, which takes every orphan below it."""
    return [int(pid) for pid in
            pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def end_orphans():
    """Those that outlive a command; one that ends within a moment is none."""
    for _ in range(40):
        reap()
        left = children()
        if not left:
            return []
        time.sleep(0.05)
    names = []
    for pid in left:
        try:
            names.append(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                         .replace(b"\0", b" ").decode(errors="replace").strip())
        except OSError:
            pass
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    while children():
        reap()
        time.sleep(0.01)
    return names


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass
    except ChildProcessError:
        pass


class Tool:
    """The program under test."""

    def __init__(self, program):
        self.program = pathlib.Path(program).resolve()

    def run(self, command, temporary, environment=None, folder=None):
        begin = time.monotonic()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                env=dict(os.environ, TMPDIR=str(temporary), **(environment or {})))
            try:
                status = process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = None
            left = end_orphans()
            errors.seek(0)
            return End(status, errors.read().decode(errors="replace"), left,
                       time.monotonic() - begin)

    def sound(self, arguments):
        return self.run([str(self.program)] + [str(word) for word in arguments],
                        tempfile.gettempdir())
