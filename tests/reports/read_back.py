#!/usr/bin/env python3
"""Reads every format back with independent readers: Python's own, and the tools that are installed.

read_back.py WRITE_EXPORTS SCHEMA
"""
import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree


def fields(data):
    """(field, value) of a protobuf message; bytes of those with a length."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        value = varint()
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        else:
            assert key & 7 == 0, key
        yield key >> 3, value


def packed(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value = shift = 0
    return values


def check_pprof(path, sums):
    with gzip.open(path) as file:
        profile = list(fields(file.read()))
    strings = [value.decode() for field, value in profile if field == 6]
    assert strings[0] == ""
    functions = {dict(fields(v))[1]: strings[dict(fields(v))[2]] for f, v in profile if f == 5}
    locations = {}
    for field, value in profile:
        if field == 4:
            location = dict(fields(value))
            locations[location[1]] = functions[dict(fields(location[4]))[1]]
    found, names = [0, 0], set()
    for field, value in profile:
        if field == 2:
            sample = dict(fields(value))
            found = [a + b for a, b in zip(found, packed(sample[2]))]
            names.update(locations[i] for i in packed(sample[1]))
    assert found == sums, (path, found)
    assert "</script><b>&|" in names and "main" in names, names
    types = [strings[dict(fields(v))[1]] for f, v in profile if f == 1]
    go = shutil.which("go")
    if go:
        raw = subprocess.run([go, "tool", "pprof", "-raw", path], capture_output=True, text=True,
                             check=True, timeout=120).stdout
        assert "</script><b>&|" in raw, raw
    else:
        print("go is not installed: its pprof is not asked")
    return types


def check_schema(report, schema):
    try:
        import jsonschema
    except ImportError:
        print("python3-jsonschema is not installed: the report is held against required keys only")
        assert set(schema["required"]) == set(report), set(schema["required"]) ^ set(report)
        return
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema).validate(report)
    for fault in ({"schema": 2}, {"variants": []}, {"verdict": None}, {"unknown": 1}):
        try:
            validator(schema).validate({**report, **fault})
        except jsonschema.ValidationError:
            continue
        raise AssertionError(f"the schema lets {fault} pass")


def check_google_benchmark(path):
    runs = json.load(open(path))["benchmarks"]
    assert len(runs) == 20 and all(run["real_time"] > 0 and run["cpu_time"] > 0 for run in runs)
    compare = shutil.which("google-benchmark-compare") or next(
        (tool for tool in ("/usr/share/benchmark/compare.py",
                           "/usr/share/google-benchmark/compare.py",
                           "/usr/share/benchmark/tools/compare.py") if os.path.exists(tool)), None)
    if not compare:
        print("libbenchmark-tools is not installed: its compare.py is not asked")
        return
    result = subprocess.run([sys.executable, compare, "benchmarks", path, path],
                            capture_output=True, text=True, timeout=120)
    if "ModuleNotFoundError" in result.stderr:
        print("compare.py lacks its own modules: it is not asked")
        return
    assert result.returncode == 0, result.stderr
    assert "spawn" in result.stdout, result.stdout


def check_speedscope(path):
    file = json.load(open(path))
    assert file["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    frames = file["shared"]["frames"]
    assert len(file["profiles"]) == 5
    for profile in file["profiles"]:
        assert profile["type"] == "sampled" and profile["unit"] in ("seconds", "bytes")
        assert len(profile["samples"]) == len(profile["weights"]) > 0
        assert abs(sum(profile["weights"]) - profile["endValue"]) < 1e-9 * profile["endValue"]
        for sample in profile["samples"]:
            assert frames[sample[0]]["name"] == "main"  # the outermost comes first
            assert all(0 <= index < len(frames) for index in sample)


def main(writer, schema):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True, timeout=60)
        at = lambda name: os.path.join(folder, name)
        check_schema(json.load(open(at("json"))), json.load(open(schema)))
        with open(at("csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        assert all(None not in row and None not in row.values() for row in rows)
        assert all(float(row["value"]) >= 0 for row in rows)
        assert any(row["metric"].startswith("flat.</script>") for row in rows)
        suite = xml.etree.ElementTree.parse(at("junit")).getroot()
        assert suite.get("tests") == "1" == str(len(suite)), suite.attrib
        check_google_benchmark(at("google-benchmark"))
        check_speedscope(at("speedscope"))
        trace = json.load(open(at("perfetto")))["traceEvents"]
        assert sum(event["dur"] for event in trace if event["ph"] == "X") == 2 * (8.5 + 7), trace
        states = {event["name"] for event in trace if event["ph"] == "X"}
        assert states == {"computing", "waiting", "signalling", "other"}, states
        for line in open(at("collapsed")):
            stack, count = line.rstrip("\n").rsplit(" ", 1)
            assert stack.split(";")[1] == "main" and len(stack.split(";")) == 3 and int(count) > 0
        assert check_pprof(at("pprof"), [105, 105 * 20_000_000]) == ["samples", "cpu"]
        assert check_pprof(at("pprof-allocation"), [30, 30_000]) == ["alloc_objects", "alloc_space"]


main(*sys.argv[1:])
