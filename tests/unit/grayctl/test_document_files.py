"""Release documents as people and programs write them: read as what is meant, or refused with the line."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from grayctl.document.file import as_yaml, read_document
from grayctl.errors import GrayctlError, UsageError, explain

HEAD = "salt: bugs-2026-c\nlanes: [v2]\n"
RULE = HEAD + "rules:\n- id: beta\n  lane: v2\n"

_NAMES = "abcdefghij"
_LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(_NAMES)
)
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a key twice in a rule": (
        RULE + "  percent: 1\n  percent: 100\n",
        "the key 'percent' is there twice: line 6 and line 7",
    ),
    "at the top": (HEAD + "rules: []\nlanes: [v3]\n", "the key 'lanes' is there twice: line 2 and line 4"),
    "in a condition": (
        RULE + "  when: {cookie: {name: a, equals: b, name: c}}\n",
        "the key 'name' is there twice: line 6 and line 6",
    ),
    "when twice": (RULE + "  when: {country: DE}\n  when: {path: /a}\n", "the key 'when' is there twice"),
    "quoted and not": (HEAD + '"salt": other-salt\n', "the key 'salt' is there twice: line 1 and line 3"),
    "lists": (HEAD + "lists:\n  staff: {}\n  staff: {}\n", "the key 'staff' is there twice: line 4 and line 5"),
    "JSON": ('{"lanes": [],\n "rules": [],\n "lanes": ["v2"]}', "the key 'lanes' is there twice: line 1 and line 3"),
    "deep in JSON": (
        '{"rules": [{"id": "a:{",\n"when": {},\n\n"when": {}}]}',
        "the key 'when' is there twice: line 2 and line 4",
    ),
    "escaped in JSON": ('{"a": 1,\n"\\u0061": 2}', "the key 'a' is there twice: line 1 and line 2"),
    "braces of YAML": ("{salt: a,\nsalt: b}", "the key 'salt' is there twice: line 1 and line 2"),
    "Norway": (RULE + "  when: {country: [NO]}\n", 'NO is false to YAML; write "NO", with the quotes'),
    "no brackets": (RULE + "  when:\n    country: no\n", 'no is false to YAML; write "no", with the quotes'),
    "on": (RULE + "  when: {cookie: {name: beta, equals: on}}\n", 'on is true to YAML; write "on"'),
    "Yes": (HEAD + "note: Yes\n", 'Yes is true to YAML; write "Yes"'),
    "a key": (HEAD + "on: 1\n", 'on is true to YAML; write "on"'),
    "a time of day": (HEAD + "note: 12:30\n", 'write "12:30", with the quotes'),
    "minutes and parts": (HEAD + "note: 1:30.5\n", 'write "1:30.5", with the quotes'),
    "a date": (HEAD + "note: 2026-01-01\n", '2026-01-01 is a date to YAML; write "2026-01-01"'),
    "a date as a time": (RULE + "  when: {time: {from: 2026-01-01}}\n", "or a time with its zone, as 2026-01-01T00:"),
    "octal": (RULE + "  percent: 010\n", 'write "010", with the quotes, if the text is meant, or the number plainly'),
    "parted": (HEAD + "lease_minutes: 1_440\n", "or the number plainly"),
    "broken JSON": ('{"salt": "a",\n "lanes": [}', "not valid JSON: Expecting value"),
    "a comma too few": ('{"salt": "a"\n "lanes": []}', "line 2, column 2"),
    "cut off": ('{"salt": "a",\n "lanes": [', "line 2"),
    "a list": ("[]", "is not a release"),
    "deep JSON": ('{"a":' * 90_000, "is nested too deep"),
    "another encoding": (b"note: zo\xeb\n", "is not UTF-8 text"),
    "aliases of aliases": (_LAUGHS, "has more than 100,000 values, aliases written out"),
    "an alias of itself": ("a: &a\n  b: *a\n", "has more than 100,000 values"),
    "two documents": ("salt: a\n---\nsalt: b\n", "expected a single document"),
}
READ: dict[str, tuple[str | bytes, Any]] = {
    "tabs": ('{\n\t"salt": "a",\n\t"rules": []\n}\n', {"salt": "a", "rules": []}),
    "a pair of surrogates": ('{"note": "\\ud83d\\ude00"}', {"note": "\N{GRINNING FACE}"}),
    "an escaped slash": ('{"path": "\\/a"}', {"path": "/a"}),
    "one line, no spaces": ('{"a":1,"b":[1,2]}', {"a": 1, "b": [1, 2]}),
    "a byte order mark": ("\ufeff" + '{"a": 1}', {"a": 1}),
    "yaml with one": ("\ufeffa: 1\n", {"a": 1}),
    "an exponent": ('{"percent": 5e1}', {"percent": 50.0}),
    "words of YAML": ('{"country": ["NO"], "note": "12:30"}', {"country": ["NO"], "note": "12:30"}),
    "braces of YAML": ("{salt: a, rules: []}", {"salt": "a", "rules": []}),
    "a comma at the end": ('{"a": 1,}', {"a": 1}),
    "quoted words": ('country: [\'NO\', "on"]\nnote: "2026-01-01"\n', {"country": ["NO", "on"], "note": "2026-01-01"}),
    "the same key at two places": ("a: {b: 1}\nc: {b: 2}\n", {"a": {"b": 1}, "c": {"b": 2}}),
    "a merge": ("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n", {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}),
    "plain numbers": ("a: 0\nb: -1\nc: 12.5\nd: true\ne:\n", {"a": 0, "b": -1, "c": 12.5, "d": True, "e": None}),
    "windows' lines": (b"a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
}


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "release"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_with_its_line(tmp_path: Path, kind: str) -> None:
    content, says = REFUSED[kind]
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the next lines say which
        read_document(written(tmp_path, content))
    told = explain(refused.value)
    assert isinstance(told, UsageError)
    assert says in str(told)
    assert "release" in str(told)
    if kind not in ("a list", "deep JSON", "another encoding", "aliases of aliases", "an alias of itself"):
        assert " line " in str(told)


@pytest.mark.parametrize("kind", READ)
def test_it_is_read_as_what_is_meant(tmp_path: Path, kind: str) -> None:
    content, meant = READ[kind]
    assert read_document(written(tmp_path, content)) == meant


def test_a_time_with_its_zone_needs_no_quotes(tmp_path: Path) -> None:
    file = written(tmp_path, "from: 2026-12-01T08:00:00Z\n")
    assert read_document(file)["from"].isoformat() == "2026-12-01T08:00:00+00:00"


def test_what_is_exported_is_read_again(tmp_path: Path) -> None:
    words = ["NO", "on", "12:30", "2026-01-01", "010", "1_440", "null", "~", "<<", "=", "1e5", "\N{GRINNING FACE}", ""]
    document = {"note": "yes", "rules": [{"id": "a", "when": {"cookie": {"name": "n", "one_of": words}}}]}
    assert read_document(written(tmp_path, as_yaml(document))) == document
    assert read_document(written(tmp_path, json.dumps(document, indent="\t"))) == document


def test_a_number_of_many_digits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="invalid int"):
        read_document(written(tmp_path, f'{{"lease_minutes": {"9" * 5000}}}'))
    with pytest.raises(GrayctlError):
        read_document(written(tmp_path, ""))
