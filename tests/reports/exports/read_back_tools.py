#!/usr/bin/env python3
"""Reads a format back with another program's reader, one a call; without the reader it is skipped,
and the package is named.

read_back_tools.py READER WRITE_EXPORTS SOURCE_ROOT
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is left among the sources
from read_back import seen_to_fail

HERE = os.path.dirname(os.path.abspath(__file__))


def skip(packages):
    print(f"skipped: needs {packages}")
    sys.exit(77)


def ask(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def python_with(module, package):
    """The python3 that has the module: a distribution gives its packages to its own one only."""
    for python in (sys.executable, shutil.which("python3"), "/usr/bin/python3"):
        if python and os.path.exists(python) and ask(python, "-c",
                                                     f"import {module}").returncode == 0:
            return python
    return skip(package)


def go_pprof(at, _):
    """What Go's own pprof shows of the profiles."""
    go = shutil.which("go") or next(iter(sorted(glob.glob("/usr/lib/go-*/bin/go"))), None)
    if not go:
        skip("golang-go")
    pprof = lambda *arguments: ask(go, "tool", "pprof", *arguments, check=True).stdout
    top = pprof("-top", "-nodefraction=0", at("pprof"))
    assert "Type: cpu" in top and "Total samples = 2100ms" in top, top
    assert "2100ms   100%  main" in top and "variant pool" in top, top
    assert "700ms 33.33%  =HYPERLINK" in top, top
    spaces = pprof("-top", "-nodefraction=0", at("pprof-allocation"))
    assert "Type: alloc_space" in spaces and "29.30kB total" in spaces, spaces
    objects = pprof("-top", "-sample_index=alloc_objects", at("pprof-allocation"))
    assert "of 30 total" in objects, objects
    difference = pprof("-top", "-nodefraction=0", "-diff_base", at("pprof"), at("pprof"))
    assert "Showing nodes accounting for 0, 0%" in difference, difference
    assert "main.cpp:12" in pprof("-top", "-lines", "-nodefraction=0", at("pprof"))


def json_schema(at, source_root):
    """The JSON report against its schema."""
    python = python_with("jsonschema", "python3-jsonschema")
    schema = os.path.join(source_root, "docs/report-schema.json")

    def check(report):
        code = ("import json, jsonschema, sys\n"
                "report, schema = (json.load(open(path)) for path in sys.argv[1:])\n"
                "validator = jsonschema.validators.validator_for(schema)\n"
                "validator.check_schema(schema)\n"
                "validator(schema).validate(report)\n")
        result = ask(python, "-c", code, report, schema)
        assert result.returncode == 0, result.stderr

    check(at("json"))
    report = json.load(open(at("json")))
    for fault in ({"schema": 2}, {"variants": []}, {"verdict": None}, {"unknown": 1}):
        with open(at("damaged"), "w") as file:
            json.dump({**report, **fault}, file)
        try:
            check(at("damaged"))
        except AssertionError as error:
            assert "ValidationError" in str(error), error
            continue
        raise AssertionError(f"the schema lets {fault} pass")


def google_benchmark(at, _):
    """Google Benchmark's compare.py of a file with itself."""
    compare = shutil.which("google-benchmark-compare") or next(
        (tool for tool in ("/usr/share/benchmark/compare.py",
                           "/usr/share/google-benchmark/compare.py",
                           "/usr/share/benchmark/tools/compare.py") if os.path.exists(tool)), None)
    if not compare:
        skip("libbenchmark-tools python3-scipy")
    python = python_with("scipy.stats", "python3-scipy")

    def check(path):
        result = ask(python, compare, "benchmarks", path, path)
        assert result.returncode == 0, result.stderr
        assert "spawn" in result.stdout, result.stdout
        assert "U Test, Repetitions: 10 vs 10" in result.stdout, result.stdout

    seen_to_fail(check, at("google-benchmark"), ('"cpu_time"', '"cpu"'), ('"real_time"', '"real"'))


def npm_reader(source_root, reader, *arguments):
    """What npm/readers.js says with the packages that .ci/setup has put into build-tools/."""
    modules = os.path.join(source_root, "build-tools/node_modules")
    if not shutil.which("node"):
        skip("nodejs npm")
    if not os.path.isdir(modules):
        skip("npm's ajv, pprof-format and speedscope (install_npm_readers of .ci/setup)")
    return ask("node", os.path.join(HERE, "npm/readers.js"), reader, *arguments,
               env={**os.environ, "NODE_PATH": modules})


def speedscope(at, source_root):
    """The file against the schema that speedscope publishes of its format."""

    def check(path):
        result = npm_reader(source_root, "speedscope", path)
        assert result.returncode == 0, result.stderr

    seen_to_fail(check, at("speedscope"), ('"unit":"seconds"', '"unit":"s"'),
                 ('"name":"main"', '"label":"main"'), ('"type":"sampled"', '"type":"counted"'),
                 ('"weights":[', '"weights":["1",'), ('"startValue":0,', ''))


def pprof_format(at, source_root):
    """The profiles as npm's pprof-format decodes them."""
    for file, types, sums in (("pprof", ["samples", "cpu"], [105, 105 * 20_000_000]),
                              ("pprof-allocation", ["alloc_objects", "alloc_space"], [30, 30_000])):
        result = npm_reader(source_root, "pprof", at(file))
        assert result.returncode == 0, result.stderr
        read = json.loads(result.stdout)
        assert read["types"] == types and read["sums"] == sums, read
        assert {"main", "</script><b>&|"} <= set(read["functions"]), read
        assert read["lines"]["main"] == 12, read


READERS = {"go_pprof": go_pprof, "json_schema": json_schema, "google_benchmark": google_benchmark,
           "speedscope": speedscope, "pprof_format": pprof_format}


def main(reader, writer, source_root):
    with tempfile.TemporaryDirectory() as folder:
        ask(writer, folder, check=True)
        READERS[reader](lambda name: os.path.join(folder, name), source_root)


main(*sys.argv[1:])
