"""Files of ids as other programs and people write them: read as what they are, or refused with the line."""

import os
import sys
import threading
from pathlib import Path

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack

from grayctl.actions.user_lists import read_ids
from grayctl.document.id_file import Found
from grayctl.errors import EXIT_USAGE, UsageError
from grayctl.preview import viewers

# What a file holds, and the ids that are meant.
READ = {
    "quoted": ('"ada"\n"bob"\n', ["ada", "bob"]),
    "a line of names": ("user_id\nada\nbob\n", ["ada", "bob"]),
    "names in capitals, quoted, from Excel": ('\ufeff"User ID"\r\n"ada"\r\n"bob"\r\n', ["ada", "bob"]),
    "a table": ("id,since\nada,2026-01-01\nbob,2026-01-02\n", ["ada", "bob"]),
    "another column first": ('name;uid\nAda L.;ada\n"B; ob";bob\n', ["ada", "bob"]),
    "tabs": ("country\tid\nDE\tada\n\tbob\n", ["ada", "bob"]),
    "several columns that could be": ("id,user_id\nada,1\n", ["ada"]),
    "an id with a separator": ('"Doe, John"\n"a;b"\n', ["Doe, John", "a;b"]),
    "a quote inside": ('"a""b"\n', ['a"b']),
    "empty fields behind": ('ada,\nbob;;\n"eve";\n', ["ada", "bob", "eve"]),
    "spaces around": ("  ada \n\tbob\n", ["ada", "bob"]),
    "old Mac's lines": ("ada\rbob\r", ["ada", "bob"]),
    "Excel's separator": ("sep=;\nid;x\nada;1\n", ["ada"]),
    "comments": ("# staff\nada\n  # not here\n\nbob\n", ["ada", "bob"]),
    "decomposed": ("zoe\u0308\n", ["zo\u00eb"]),
    "the id of another service": ("auth0|507f1f77\n", ["auth0|507f1f77"]),
    "no line end": ("ada", ["ada"]),
    "a quoted hash": ('"#ada"\n', ["#ada"]),
    "a comment in a table": ("id,x\n#ada,1\nbob,2\n", ["bob"]),
    "decimal commas": ("id;score\nada;1,5\n", ["ada"]),
    "names and nothing behind": ("id,\nada,\n", ["ada"]),
    "braces of Windows": ("{3F2504E0-4F89-11D3}\n", ["{3F2504E0-4F89-11D3}"]),
    "an empty one in quotes": ('""\nada\n', ["ada"]),
    "spaces around quotes": (' "ada" \n', ["ada"]),
    "other scripts": ("\u0645\u0631\u064a\u0645\n", ["\u0645\u0631\u064a\u0645"]),
    "many accents": ("e\u0301" * 128, ["\u00e9" * 128]),
    "a row without an id": ("id,x\n,1\nada,2\n", ["ada"]),
}
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "two columns without names": ("ada,2026-01-01\nbob,2026-01-02\n", "line 1: 2 fields between commas"),
    "semicolons": ("ada;bob\nx y\n", "line 1: 2 fields between semicolons"),
    "a tab later": ("ada\nbo\tb\n", "line 2: 2 fields between tabs"),
    "quoted columns": ('"ada","x"\n', "line 1: 2 fields between commas"),
    "quoted, semicolons": ('"ada";"x"\n', "line 1: 2 fields between semicolons"),
    "an open quote": ('ada\n"bob\neve\n', "line 2: cannot be read: unexpected end"),
    "a quote that ends too soon": ('"a"b\n', "line 1: the quotes cannot be understood"),
    "a control character": ("ada\nb\x07ob\n", "line 2: a control character"),
    "nothing to see": ("ada\u200b\n", "line 1: an invisible character"),
    "another encoding": (b"ada\nzo\xeb\n", "line 2: not Unicode text"),
    "UTF-16": ("ada\nbob\n".encode("utf-16"), "line 1: this is no UTF-8 text"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00", "line 1: this is no UTF-8 text"),
    "JSON": ('["ada","bob"]\n', "line 1: this looks like JSON"),
    "YAML": ("- ada\n- bob\n", "line 1: '- ada' is a line of a list or table for people"),
    "a numbered list": ("1. ada\n2. bob\n", "line 1: '1. ada' is a line of a list"),
    "a table of Markdown": ("| id |\n|----|\n| ada |\n", "line 1: '| id |' is a line of a list or table"),
    "XML": ("<ids><id>ada</id></ids>\n", "line 1: this looks like XML"),
    "JSON behind a comment": ('# x\n{"id":"ada"}\n', "line 2: this looks like JSON"),
    "a number that Excel cut": ("1.23E+15\n", "line 1: 1.23E+15: a spreadsheet has cut this number"),
    "two files in one": ("ada\n\ufeffbob\n", "line 2: an invisible character (U+FEFF"),
    "a line separator": ("ada\u2028bob\n", "line 1: an invisible character (U+2028"),
    "gzip": (b"\x1f\x8b\x08\x00abc", "line 1: this is no UTF-8 text"),
    "UTF-16 without a mark": ("ada\nbob\n".encode("utf-16-le"), "line 1: this is no UTF-8 text"),
    "a line break in a field": ('id,x\nada,"a\nb"\n', "line 2: cannot be read: unexpected end"),
    "names that differ in capitals": ("Id,ID\n1,2\n", "line 1: which column is meant, Id or ID?"),
    "single quotes": ("'ada'\n", "line 1: 'ada' is in quotes that a table does not know"),
    "typographic quotes": ("\u201cada\u201d\n", "in quotes that a table does not know"),
    "a short row": ("id,x\nada\n", "line 2: 1 fields where the first line names 2"),
    "two that could be": ("uid,user_id\na,b\n", "line 1: which column is meant, uid or user_id?"),
    "the same name twice": ("id,id\na,b\n", "line 1: which column is meant"),
    "too long": ("x" * 140_000, "line 1: 140000 bytes"),
}


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "ids.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("kind", READ)
def test_it_is_read_as_what_it_is(tmp_path: Path, kind: str) -> None:
    content, ids = READ[kind]
    file = written(tmp_path, content)
    assert read_ids(file).ids == ids
    previewed = [line.split("\t")[0] for line in viewers.from_file(file).lines()]
    assert sorted(filter(None, previewed)) == ids


@pytest.mark.parametrize("kind", REFUSED)
def test_what_could_be_meant_otherwise_is_refused_with_its_line(tmp_path: Path, kind: str) -> None:
    content, says = REFUSED[kind]
    file = written(tmp_path, content)
    with pytest.raises(UsageError) as refused:
        read_ids(file)
    assert says in str(refused.value)
    assert str(file) in str(refused.value)
    with pytest.raises(UsageError) as again:
        list(viewers.from_file(file).lines())
    assert (str(again.value), again.value.remedy) == (str(refused.value), refused.value.remedy)


def found(folder: Path, content: str) -> Found:
    return read_ids(written(folder, content)).found


def test_what_was_done_with_the_file_is_said(tmp_path: Path) -> None:
    text = "# a\n# b\nuid;since\n ada;1\nzoe\u0308;2\n;3\nada;4\n"
    read = read_ids(written(tmp_path, text))
    assert read.notes({"kind": "jwt", "sources": ["cookie:t"]}) == [
        "2 lines that begin with # skipped, as a comment",
        "the first line is taken for names; ids are in the column 'uid'",
        "not read: 1 column since",
        "1 row has no id (line 6); skipped",
        "1 id has (line 4: 'ada') spaces or an empty field around; these are left out",
        "1 id has (line 5: 'zo\u00eb') letters in decomposed form (NFD); kept in the composed one (NFC), which the edge"
        " then wants to see too",
        "duplicate ids skipped: 1",
    ]
    assert read_ids(written(tmp_path, "ada\nbob\n")).notes() == []


def test_what_a_request_hardly_carries_is_said(tmp_path: Path) -> None:
    seen = found(tmp_path, 'ada\nzo\u00eb\nx y\n"a;b"\n')
    (cookie,) = seen.carriage("plain", frozenset({"cookie"}))
    assert "3 ids have (line 2: 'zo\u00eb') characters that a cookie does not carry" in cookie
    (header,) = seen.carriage("signed", frozenset({"header"}))
    assert "1 id has (line 2: 'zo\u00eb') characters that a header does not carry" in header
    assert seen.carriage("jwt", frozenset({"cookie"})) == []
    assert found(tmp_path, "50%\na%FF\nada@example.org\n").carriage() == []
    (encoded,) = found(tmp_path, "ada\nada%20l\nada%40example.org\n").carriage()
    assert "2 ids have (line 2: 'ada%20l') percent-encoding, which the edge decodes before it compares" in encoded


def test_nobody_who_is_kept_out_gets_in(stack: Stack, grayctl: Grayctl) -> None:
    """A list of quoted ids under a `not`: the ids are those between the quotes."""
    (stack.root / "block.csv").write_text('"ada"\n"bob"\n')
    (stack.root / "release.yaml").write_text(
        "salt: abcdefgh\nlanes: [v2]\nidentity: {kind: plain, sources: ['cookie:uid']}\nrules: []\n"
    )
    assert grayctl("apply", "release.yaml", "--yes", "--no-wait").code == 0
    assert grayctl("list", "put", "blocked", "block.csv", "--yes", "--no-wait").code == 0
    assert grayctl("rule", "add", "most", "--when", "!list=blocked", "--yes", "--no-wait").code == 0
    for name, lane in (("ada", "v1"), ("bob", "v1"), ("carl", "v2")):
        assert grayctl("explain", "--id", name, "--revision", "3", "--json").json["lane"] == lane


def test_put_and_check_say_the_same(stack: Stack, grayctl: Grayctl) -> None:
    (stack.root / "ids.csv").write_text("# staff\nuser_id,name\nada,Ada\nbob,Bob\nada,Ada\n")
    checked = grayctl("list", "check", "ids.csv", "--json").json
    put = grayctl("list", "put", "staff", "ids.csv", "--dry-run")
    assert checked["ids"] == 2
    assert checked["column"] == "user_id"
    for note in checked["notes"]:
        assert note in put.err
    (stack.root / "bad.csv").write_text("ada,1\n")
    refused = [grayctl(*line) for line in (("list", "check", "bad.csv"), ("list", "put", "staff", "bad.csv"))]
    assert [one.code for one in refused] == [EXIT_USAGE] * 2
    assert refused[0].err == refused[1].err
    assert stack.revisions.head() is None


def test_who_waits_for_a_pipe_says_so(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        said.append(text)
        told.set()

    read: list[list[str]] = []
    reader = threading.Thread(target=lambda: read.append(read_ids(pipe, tell=tell).ids))
    reader.start()
    assert told.wait(60)
    pipe.write_text("ada\n")
    reader.join()
    assert read == [["ada"]]
    assert said == [f"waiting for something to be written to {pipe}; Ctrl-C ends it"]


def test_who_reads_what_is_typed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    said: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        said.append(text)
        told.set()

    with open(theirs, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        read: list[list[str]] = []
        reader = threading.Thread(target=lambda: read.append(read_ids(Path("-"), tell=tell).ids))
        reader.start()
        assert told.wait(60)
        os.write(ours, b"ada\n\x04")
        reader.join()
    os.close(ours)
    assert read == [["ada"]]
    assert "Ctrl-D" in said[0]
