#!/usr/bin/env python3
"""action_test SOURCE BUILD: runs the steps of action.yml and of .ci/gitlab.yml on a small project.

What the steps of others (cache, artifact) would keep must be there. Skipped without python3-yaml.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print("skipped: needs python3-yaml")
    sys.exit(77)

SOURCE, BUILD = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
MOST_OF_A_COMMENT = 65536
failed = []


def check(what, holds, said=""):
    if not holds:
        failed.append(what)
        print(f"FAILED: {what}\n{said}")


def command(folder, *words, **environment):
    return subprocess.run(words, cwd=folder, text=True, capture_output=True, check=False,
                          env=os.environ | {"WINNOW_BUILD": str(BUILD)} | environment)


def git(folder, *words):
    done = command(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def project(folder, scripts):
    """A repository with a commit of bench.sh for each text; their hashes."""
    folder.mkdir()
    git(folder, "init", "-q")
    commits = []
    for text in scripts:
        (folder / "bench.sh").write_text(f"#!/bin/sh\n{text}\n")
        (folder / "bench.sh").chmod(0o755)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", text.split("\n")[0])
        commits.append(git(folder, "rev-parse", "HEAD"))
    return commits


def filled(text, values):
    """With GitHub's expressions replaced; one that has no value is a fault of the file."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: values[found.group(1)], text)


def run_action(folder, inputs):
    """The `run` steps, as GitHub would; (status of the last one, all that was said, outputs)."""
    action = yaml.safe_load((SOURCE / "action.yml").read_text())
    given = {name: str(about.get("default", "")) for name, about in action["inputs"].items()}
    for name, about in action["inputs"].items():
        assert name in inputs or not about.get("required"), name
    given |= inputs
    values = {f"inputs.{name}": value for name, value in given.items()}
    outputs, said, status = folder / ".git" / "outputs", "", 0
    outputs.write_text("")
    for step in action["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]), step
            continue
        assert step["shell"] == "bash", step
        environment = {name: filled(text, values) for name, text in step.get("env", {}).items()}
        done = command(folder, "bash", "-e", "-c", step["run"], GITHUB_ACTION_PATH=str(SOURCE),
                       GITHUB_OUTPUT=str(outputs), **environment)
        status, said = done.returncode, said + done.stdout + done.stderr
        if status != 0:
            break
    told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    declared = {re.search(r"outputs\.(\w+)", about["value"]).group(1)
                for about in action["outputs"].values()}
    check("the outputs that action.yml declares are told", set(told) == declared, said)
    return status, said, told


def run_gitlab(folder, variables):
    job = yaml.safe_load((SOURCE / ".ci/gitlab.yml").read_text())[".winnow-gate"]
    script = "\n".join(["set -e", *job["script"]])
    done = command(folder, "bash", "-c", script, **{
        name: value for name, value in job["variables"].items() if "$" not in value}, **variables)
    for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]:
        check(f"GitLab's artifact {path} is there", (folder / path).exists(),
              done.stdout + done.stderr)
    return done


def try_comments(folder):
    summary = folder / "summary.md"
    gate_step = str(SOURCE / ".ci/gate_step")
    summary.write_text("short\n")
    check("a short summary is its comment",
          command(folder, gate_step, "comment", str(summary)).stdout == "short\n")
    line = "| " + "a row with ä and a figure " * 3 + "|\n"
    for fence in ("", "```\n"):
        summary.write_text("# Head\n" + fence + line * 2000)
        comment = command(folder, gate_step, "comment", str(summary)).stdout
        check("a long summary is cut for a comment",
              60000 < len(comment.encode()) <= MOST_OF_A_COMMENT and comment.startswith("# Head\n"))
        check("a cut comment says so", comment.endswith("which the job keeps.*\n"))
        check("a cut comment closes its code", comment.count("```") % 2 == 0)


def try_undecided(folder):
    """With a winnow that ends with 5."""
    (folder / "cli").mkdir(parents=True)
    winnow = folder / "cli/winnow"
    winnow.write_text("#!/bin/sh\nmkdir -p gate; echo '# undecided' >gate/summary.md; exit 5\n")
    winnow.chmod(0o755)
    given = {"WINNOW_BUILD": str(folder), "WINNOW_BASE": "x", "WINNOW_COMMAND": "y"}
    for strict, status in (("false", 0), ("true", 5)):
        done = command(folder, str(SOURCE / ".ci/gate_step"), "gate",
                       **given | {"WINNOW_FAIL_UNDECIDED": strict})
        check(f"an undecided gate ends with {status}", done.returncode == status, done.stderr)
    check("an undecided gate has its comment", (folder / "gate/comment.md").is_file())


def main():
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        try_comments(scratch)
        try_undecided(scratch / "undecided")
        same = scratch / "same"
        base, _ = project(same, ["/bin/true; exit 0", "/bin/true; exit 0 # said otherwise"])
        exact = {"base": base, "command": "./bench.sh", "options": "--exact-only"}
        status, said, told = run_action(same, exact)
        check("equal commits pass", status == 0 and told.get("verdict") == "pass", said)
        comment = same / told.get("comment", "none")
        check("a comment is written", comment.is_file() and "pass" in comment.read_text(), said)
        check("the artifact is there", (same / "gate/verdict.json").is_file(), said)

        more = scratch / "more"
        base, _ = project(more, ["/bin/true; exit 0", "/bin/true; /bin/true; exit 0"])
        status, said, told = run_action(more, exact | {"base": base})
        check("a process more is a regression",
              status == 1 and told.get("verdict") == "regression", said)
        status, said, told = run_action(more, exact | {"base": base, "build": "exit 7"})
        check("a build that fails is invalid", status == 3 and told.get("verdict") == "invalid",
              said)
        status, said, told = run_action(more, exact | {"base": "nowhere"})
        check("a base that is not there is told", status in (2, 3, 4) and "nowhere" in said, said)
        done = run_gitlab(more, {"WINNOW_HOME": str(SOURCE), "WINNOW_BASE": base,
                                 "WINNOW_COMMAND": "./bench.sh", "WINNOW_OPTIONS": "--exact-only"})
        check("GitLab's job finds it as well", done.returncode == 1, done.stdout + done.stderr)
    sys.exit(1 if failed else 0)


main()
