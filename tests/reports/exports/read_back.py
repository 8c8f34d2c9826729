#!/usr/bin/env python3
"""Reads every format back with Python's own readers; read_back_tools.py has other programs'.

read_back.py WRITE_EXPORTS SCHEMA
"""
import csv
import gzip
import json
import os
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
    amount = [strings[dict(fields(v))[2]] for f, v in profile if f == 1][1]
    assert strings[dict(profile)[14]] == types[1], "the default type is the amount"
    if amount == "nanoseconds":
        assert dict(profile)[12] == 20_000_000 and dict(profile)[10] > 0
    mapping = dict(fields(dict(profile)[3]))
    assert mapping[7] and mapping[8] and mapping[9], mapping
    lines = {strings[dict(fields(v))[4]]: dict(fields(v))[5] for f, v in profile if f == 5}
    assert lines["main.cpp"] == 12, lines
    return types


def check_google_benchmark(path):
    runs = json.load(open(path))["benchmarks"]
    assert len(runs) == 20 and all(run["real_time"] > 0 and run["cpu_time"] > 0 for run in runs)


def check_benchfmt(path):
    """By https://go.dev/design/14313-benchmark-format, as golang.org/x/perf/benchfmt reads it."""
    runs, keys, units = {}, {}, {}
    for line in open(path, newline="\n"):
        line = line.rstrip("\n")
        key, colon, value = line.partition(":")
        if line.startswith("Benchmark"):
            name, iterations, *measured = line.split()  # at Unicode's white space, as in Go
            assert int(iterations) > 0 and measured and len(measured) % 2 == 0, line
            parts = name.split("/")
            assert all("=" in part for part in parts[1:]) and parts[-1].rsplit("-", 1)[1] == "4"
            for number, unit in zip(measured[::2], measured[1::2]):
                assert float(number) > 0
                runs.setdefault(parts[-1], {}).setdefault(unit, []).append(float(number))
        elif line.startswith("Unit "):
            _, unit, *pairs = line.split()
            units[unit] = dict(pair.split("=") for pair in pairs)
        elif line:
            assert colon and key[0].islower() and not any(c.isspace() or c.isupper() for c in key)
            assert value[0] == " " and value.strip(), line
            keys[key] = value
    assert units == {"cpu-ns/op": {"better": "lower"}, "texts/s": {"better": "higher"}}, units
    assert set(keys) == {"winnow-machine", "winnow-commit", "winnow-model"}, keys
    assert len(runs) == 2, runs
    for run in runs.values():
        assert {unit: len(values) for unit, values in run.items()} == {
            "ns/op": 10, "cpu-ns/op": 10, "texts/s": 10, "B/op": 1, "allocs/op": 1}, run


def check_speedscope(path):
    file = json.load(open(path))
    assert file["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    assert set(file) <= {"$schema", "shared", "profiles", "name", "activeProfileIndex", "exporter"}
    frames = file["shared"]["frames"]
    for frame in frames:
        assert type(frame["name"]) is str and type(frame.get("file", "")) is str, frame
        assert type(frame.get("line", 1)) is int and set(frame) <= {"name", "file", "line"}, frame
    assert {"name": "main", "file": "main.cpp", "line": 12} in frames, frames
    assert len(file["profiles"]) == 5
    for profile in file["profiles"]:
        assert set(profile) == {"type", "name", "unit", "startValue", "endValue", "samples",
                                "weights"}, set(profile)
        assert profile["type"] == "sampled" and profile["unit"] in ("seconds", "bytes")
        assert profile["startValue"] == 0 and type(profile["name"]) is str
        assert len(profile["samples"]) == len(profile["weights"]) > 0
        assert abs(sum(profile["weights"]) - profile["endValue"]) < 1e-9 * profile["endValue"]
        for sample in profile["samples"]:
            assert frames[sample[0]]["name"] == "main"  # the outermost comes first
            assert all(type(index) is int and 0 <= index < len(frames) for index in sample)


def seen_to_fail(check, path, *faults):
    """The file passes; each fault that is planted into it is caught."""
    text = open(path, newline="").read()
    check(path)
    for right, wrong in faults:
        assert right in text, right
        damaged = path + ".damaged"
        with open(damaged, "w", newline="") as file:
            file.write(text.replace(right, wrong))
        try:
            check(damaged)
        except (AssertionError, KeyError, IndexError, ValueError):
            continue
        raise AssertionError(f"{check.__name__} lets {wrong} pass")


def main(writer, schema):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([writer, folder], check=True, timeout=60)
        at = lambda name: os.path.join(folder, name)
        required = set(json.load(open(schema))["required"])
        assert required == set(json.load(open(at("json")))), required
        with open(at("csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        assert all(None not in row and None not in row.values() for row in rows)
        assert all(float(row["value"]) >= 0 for row in rows)
        assert any(row["metric"].startswith("flat.</script>") for row in rows)
        suite = xml.etree.ElementTree.parse(at("junit")).getroot()
        assert suite.get("tests") == "1" == str(len(suite.findall("testcase"))), suite.attrib
        check_google_benchmark(at("google-benchmark"))
        check_benchfmt(at("benchfmt"))
        check_speedscope(at("speedscope"))
        seen_to_fail(check_google_benchmark, at("google-benchmark"), ('"cpu_time"', '"cpu"'),
                     ('"real_time": ', '"real_time": -'))
        seen_to_fail(check_benchfmt, at("benchfmt"), (" ns/op", ""), ("variant=", "variant"),
                     ("winnow-commit", "Winnow-commit"), ("better=higher", "better=lower"),
                     ("workload=", "work load="), ("allocs/op", "objects"))
        seen_to_fail(check_speedscope, at("speedscope"), ('"unit":"seconds"', '"unit":"s"'),
                     ('"weights":[', '"weights":[1,'), ('"name":"main"', '"label":"main"'),
                     ("[0,1]", "[0,6]"), ('"startValue":0', '"startValue":1'))
        trace = json.load(open(at("perfetto")))["traceEvents"]
        assert sum(event["dur"] for event in trace if event["ph"] == "X") == 2 * (8.5 + 7), trace
        states = {event["name"] for event in trace if event["ph"] == "X"}
        assert states == {"computing", "waiting", "signalling", "other"}, states
        for line in open(at("collapsed")):
            stack, count = line.rstrip("\n").rsplit(" ", 1)
            assert stack.split(";")[1] == "main" and len(stack.split(";")) == 3 and int(count) > 0
        assert check_pprof(at("pprof"), [105, 105 * 20_000_000]) == ["samples", "cpu"]
        assert check_pprof(at("pprof-allocation"), [30, 30_000]) == ["alloc_objects", "alloc_space"]


if __name__ == "__main__":
    main(*sys.argv[1:])
