"""Runs a CloudFront Function in njs, the engine closest to CloudFront's runtime 2.0.

The command `njs` is Debian's (0.7.9 in Debian 12). It cannot call Python, so cases run in one batch: each contains
its event, the store's content, and the time.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.engine import Result

__all__ = ["Batch", "Case", "NjsMissing", "harness_repeated", "njs_command", "prelude", "run_njs", "syntax_error"]

# Built code may have several imports on one line.
_ANY_IMPORT = re.compile(r"import\s+(\w+)\s+from\s*'(\w+)';?")


class NjsMissing(Exception):
    """The command is not installed; the message tells how to install it."""


@dataclass(frozen=True)
class Case:
    """One invocation: the event, the store's keys and values, the clock in seconds since 1970."""

    event: Mapping[str, Any]
    kvs: Mapping[str, str] = field(default_factory=dict)
    now: float = 0


Batch = Sequence[Case]


def njs_command() -> str:
    """The path of njs. Raises NjsMissing."""
    found = shutil.which("njs")
    if found is None:
        raise NjsMissing("njs is not installed; it checks the functions like CloudFront's engine: apt-get install njs")
    return found


def run_njs(code: str, cases: Batch, *, timeout: float = 240) -> list[Result | str]:
    """Each case's result in order; a text if the handler threw. Raises NjsMissing, RuntimeError."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.js")
        data = Path(folder, "cases.json")
        answers = Path(folder, "answers")
        program.write_text(harness(code, data, answers), encoding="utf-8")
        data.write_text(json.dumps([[case.event, dict(case.kvs), case.now] for case in cases]), encoding="utf-8")
        done = subprocess.run(
            [njs_command(), str(program)], capture_output=True, text=True, timeout=timeout, check=False
        )
        lines = answers.read_text(encoding="utf-8").split("\n")[:-1] if answers.exists() else []
    if done.returncode or len(lines) != len(cases):
        raise RuntimeError(
            f"njs gave {len(lines)} answers for {len(cases)} cases:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    return [_result(json.loads(line)) for line in lines]


def syntax_error(code: str) -> str:
    """The syntax error that njs reports; empty if there is none. Runs only the top level. Raises NjsMissing."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "program.js")
        program.write_text(prelude(code), encoding="utf-8")
        done = subprocess.run([njs_command(), str(program)], capture_output=True, text=True, timeout=60, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode or "Error" in done.stdout + done.stderr else ""


def harness(code: str, data: Path, answers: Path) -> str:
    """The program: the function, and a loop over the cases that writes one line of JSON each.

    Uses a file, because njs 0.7.9 truncates printed lines after 2,048 bytes.
    """
    return (
        prelude(code)
        + f"""
const __fs = require('fs');
async function __runAll(cases) {{
  for (let i = 0; i < cases.length; i++) {{
    __store = cases[i][1];
    __origin = null;
    __logs = [];
    const now = cases[i][2] * 1000;
    Date.now = function () {{ return now; }};
    let outcome = {{}};
    try {{
      const value = await handler(__eventOf(cases[i][0]));
      outcome = {{ value: value, origin: __origin, logs: __logs }};
    }} catch (e) {{
      outcome = {{ error: String(e) }};
    }}
    __fs.appendFileSync({json.dumps(str(answers))}, JSON.stringify(outcome) + '\\n');
  }}
}}
__runAll(JSON.parse(__fs.readFileSync({json.dumps(str(data))}, 'utf8')));
"""
    )


def prelude(code: str) -> str:
    """The code, preceded by CloudFront's module."""
    imports = [f"const {name} = require('{module}');" for name, module in _ANY_IMPORT.findall(code)]
    imports = [line for line in imports if "'cloudfront'" not in line]
    names = [name for name, module in _ANY_IMPORT.findall(code) if module == "cloudfront"]
    shim = _SHIM + "".join(f"const {name} = __cloudfront;\n" for name in names)
    return shim + "\n".join(imports) + "\n" + _ANY_IMPORT.sub("", code)


_SHIM = """
let __store = {};
let __origin = null;
let __logs = [];
const __print = console.log;
// CloudFront keeps the query as it was sent; an event in JSON has its fields alone.
function __rawQuery() {
  const query = this.querystring || {};
  const fields = Object.keys(query).map(function (name) {
    return (query[name].multiValue || [query[name]]).map(function (one) { return name + '=' + one.value; }).join('&');
  });
  return fields.join('&');
}
function __eventOf(event) {
  event.request.rawQueryString = __rawQuery;
  return event;
}
const __cloudfront = {
  edgeLocation: { name: 'FRA', serverIp: '192.0.2.1', region: 'eu-central-1' },
  kvs: function () {
    return {
      get: function (key) {
        const value = __store[key];
        return value === undefined ? Promise.reject(new Error('KeyNotFound')) : Promise.resolve(value);
      },
    };
  },
  updateRequestOrigin: function (o) { __origin = { helper: 'updateRequestOrigin', arguments: [o] }; },
  selectRequestOriginById: function (id, o) { __origin = { helper: 'selectRequestOriginById', arguments: [id, o] }; },
};
"""


def _result(outcome: dict[str, Any]) -> Result | str:
    if "error" in outcome:
        return str(outcome["error"])
    return Result(outcome["value"], outcome["origin"], outcome["logs"])


def harness_repeated(code: str, event: Mapping[str, Any], kvs: Mapping[str, str], now: float, times: int) -> str:
    """A program that runs the handler `times` times on copies of one event, and prints the last result.

    For counting instructions: the difference of two runs is the cost of the handler plus parsing a copy, which an
    empty function measures.
    """
    return (
        prelude(code)
        + f"""
async function __repeat(text, times) {{
  __store = {json.dumps(dict(kvs))};
  Date.now = function () {{ return {now * 1000}; }};
  let last = null;
  for (let i = 0; i < times; i++) {{
    last = await handler(__eventOf(JSON.parse(text)));
  }}
  const version = last.headers && (last.headers['x-gray-page'] || last.headers['x-gray-version']);
  __print('went ' + (last.statusCode || (version && version.value.split('|')[0])));
}}
__repeat({json.dumps(json.dumps(event))}, {times});
"""
    )
