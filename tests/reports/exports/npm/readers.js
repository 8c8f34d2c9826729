// readers.js speedscope FILE: is it what speedscope's own schema asks? The faults on standard error.
// readers.js pprof FILE: what pprof-format reads in a profile, as JSON.
'use strict';
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');

function speedscope(file) {
  const package_file = require.resolve('speedscope/package.json');
  const schema = path.join(path.dirname(package_file), 'dist/release/file-format-schema.json');
  const Ajv = require('ajv');
  const validate = new Ajv().compile(JSON.parse(fs.readFileSync(schema)));
  if (validate(JSON.parse(fs.readFileSync(file)))) return;
  console.error(JSON.stringify(validate.errors, null, 1));
  process.exit(1);
}

function pprof(file) {
  const { Profile } = require('pprof-format');
  const profile = Profile.decode(zlib.gunzipSync(fs.readFileSync(file)));
  const text = index => profile.stringTable.strings[Number(index)];
  const sums = profile.sampleType.map(
    (_, i) => profile.sample.reduce((sum, sample) => sum + Number(sample.value[i]), 0));
  const lines = {};
  for (const row of profile.function) lines[text(row.name)] = Number(row.startLine);
  console.log(JSON.stringify({
    types: profile.sampleType.map(type => text(type.type)), sums, functions: Object.keys(lines), lines,
  }));
}

const readers = { speedscope, pprof };
readers[process.argv[2]](process.argv[3]);
