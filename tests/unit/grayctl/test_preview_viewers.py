"""Where the viewers of a preview come from, and what is told of them."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.support.release.previewed import DIGEST, LIST, PLAIN, RAMP, SEVERAL, release

from gray.edge.grants import sign_identity, sign_jwt
from gray.release.document import Identity
from grayctl.errors import UsageError
from grayctl.output.answers import PreviewAnswer
from grayctl.preview import access_logs, viewers
from grayctl.preview.engine import Counted
from grayctl.preview.moves import summed_up
from grayctl.preview.notes import notes, notes_on_logs, unknown_conditions

IPHONE = "Mozilla/5.0%20(iPhone;%20CPU%20iPhone%20OS%2018_0)%20Mobile/15E148"
LINUX = "Mozilla/5.0%20(X11;%20Linux%20x86_64)"
# As CloudFront writes it, shortened to what a test needs to see.
FIELDS = (
    "date time x-edge-location c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) cs-uri-query cs(Cookie)"
)


def row(
    path: str, ip: str = "198.51.100.7", agent: str = LINUX, cookie: str = "-", query: str = "-", **more: str
) -> str:
    method = more.get("method", "GET")
    return f"2026-11-24\t10:00:00\tFRA56-P4\t{ip}\t{method}\td1.cloudfront.net\t{path}\t200\t{agent}\t{query}\t{cookie}"


def write_log(path: Path, *rows: str, fields: str = FIELDS) -> Path:
    text = "\n".join(["#Version: 1.0", f"#Fields: {fields}", *rows]) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def read(path: Path, identity: Mapping[str, object] | None = None) -> tuple[list[list[str]], access_logs.Reading]:
    reading = access_logs.Reading()
    found = access_logs.from_logs(path, Identity.model_validate(identity) if identity else None, reading, "/api/*")
    return [line.split("\t") for line in found.lines()], reading


def test_a_viewer_is_one_identity_and_asked_by_its_first_page(tmp_path: Path) -> None:
    # Given two viewers, one with an iPhone; a page, an asset, the API
    write_log(
        tmp_path / "a.gz",
        row("/app.js", cookie="uid=anna"),
        row("/v2/shop/1", cookie="uid=anna;%20theme=dark", query="utm=gray"),
        row("/shop/2", cookie="uid=anna"),
        row("/api/orders", cookie="uid=bob"),
    )
    write_log(tmp_path / "b.log", row("/", cookie="uid=bob", agent=IPHONE), row("/x", cookie="uid=anna", method="POST"))
    # When they are read
    found, reading = read(tmp_path, PLAIN)
    # Then each is there once, with what the log tells of the first page
    assert found == [
        ["anna", "", "desktop", "/shop/1", "198.51.100.7", "uid=anna; theme=dark", "utm=gray"],
        ["bob", "", "mobile", "/", "198.51.100.7", "uid=bob", ""],
    ]
    assert (reading.requests, reading.viewers, reading.guessed, reading.unreadable) == (6, 2, 0, 0)


def test_without_an_identity_the_anonymous_id_counts_and_the_address_where_there_is_none(tmp_path: Path) -> None:
    cookie = "__Host-gray=abcdefghijklmnopqrstuv.v2.3.1800000000.a.xxxxxxxxxxxxxxxxxxxxxx"
    path = write_log(
        tmp_path / "a.log", row("/", cookie=cookie), row("/", cookie=cookie), row("/"), row("/2"), row("/", "10.0.0.1")
    )
    found, reading = read(path)
    assert [fields[0] for fields in found[:1]] == ["abcdefghijklmnopqrstuv"]
    assert len(found) == 3
    assert all(re.fullmatch(r"[\w-]{22}", fields[0]) for fields in found)
    assert found[0][5] == ""  # the grant in the log is of another time
    assert reading.guessed == 2
    assert "2 of them are known only by address and browser" in " ".join(notes_on_logs(reading))


def test_signed_identities_are_read_without_their_signature(tmp_path: Path) -> None:
    secret = "s" * 40
    signed, token = sign_identity(secret, "anna@example.org"), sign_jwt(secret, {"sub": "bob", "exp": 1})
    path = write_log(tmp_path / "a.log", row("/", cookie=f"uid={signed}"))
    assert read(path, {"kind": "signed", "sources": ["cookie:uid"]})[0][0][0] == "anna@example.org"
    path = write_log(tmp_path / "a.log", row("/", cookie=f"t={token}"), row("/", cookie="t=rubbish"))
    found, reading = read(path, {"kind": "jwt", "sources": ["cookie:t"], "claim": "sub"})
    assert found[0][0] == "bob"
    assert reading.guessed == 1


def test_version_2_logs_tell_the_country(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", row("/") + "\tDE", "torn line", fields=f"{FIELDS} c-country")
    found, reading = read(path)
    assert found[0][1] == "DE"
    assert reading.unreadable == 1
    assert "country" in reading.known(frozenset({"country", "cookies"}))
    assert "1 log lines" in " ".join(notes_on_logs(reading))


def test_what_is_no_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("hello\n")
    with pytest.raises(UsageError, match="not a CloudFront standard log"):
        read(tmp_path / "a.log")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="contains no log files"):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPad; CPU OS 17_0)", "tablet"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel) Mobile", "mobile"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X200)", "tablet"),
        ("Mozilla/5.0 (iPhone)", "mobile"),
        ("curl/8", "desktop"),
    ],
)
def test_the_device_is_told_by_the_browser(agent: str, device: str) -> None:
    assert access_logs.device_of(agent) == device


def test_a_file_of_ids(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("# staff\nanna\n\n bob \n")
    found = viewers.from_file(path)
    assert [line.split("\t")[0] for line in found.lines()] == ["anna", "bob"]
    assert found.known == {"id"}
    path.write_text("anna\nbob\tDE\n")
    with pytest.raises(UsageError, match="line 2: 2 fields between tabs"):
        list(viewers.from_file(path).lines())


def test_a_table_names_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "viewers.csv"
    path.write_text('id,device,country\nanna,mobile,DE\n"b,ob",desktop,FR\n')
    found = viewers.from_file(path)
    assert list(found.lines()) == ["anna\tDE\tmobile\t\t\t\t", "b,ob\tFR\tdesktop\t\t\t\t"]
    assert found.known == {"id", "device", "country"}
    path.write_text("id,planet\nanna,earth\n")
    found = viewers.from_file(path)
    assert list(found.lines()) == ["anna\t\t\t\t\t\t"]
    assert found.found
    assert "not read: 1 column planet" in found.found.notes()
    path.write_text("id,country\nanna\n")
    with pytest.raises(UsageError, match="line 2: 1 fields where the first line names 2"):
        list(viewers.from_file(path).lines())


def test_made_up_viewers_are_the_same_each_time_and_of_the_edges_form() -> None:
    found = list(viewers.made_up(50).lines())
    assert found == list(viewers.made_up(50).lines())
    assert all(re.fullmatch(r"[\w-]{22}\t{6}", line) for line in found)
    assert len(set(found)) == 50


def test_moves_are_summed_up_by_the_rule_that_has_to_do_with_them() -> None:
    counted = Counted(
        {
            ("v1", "v2", "default", "ramp", "DE", ""): 4,
            ("v2", "v1", "germany", "default", "DE", "mobile"): 2,
            ("v2", "v2", "staff", "sticky", "FR", ""): 1,
            ("v1", "v1", "default", "default", "", ""): 3,
        },
        {("v1", "v2"): ["a"]},
    )
    found = summed_up(counted)
    assert (found.viewers, found.moving) == (10, 6)
    assert list(found.moves) == [("v1", "v2"), ("v2", "v1"), ("v1", "v1"), ("v2", "v2")]
    assert {group.name: group.moves for group in found.rules} == {
        "ramp": {("v1", "v2"): 4},
        "germany": {("v2", "v1"): 2},
        "staff": {("v2", "v2"): 1},
        "default": {("v1", "v1"): 3},
    }
    assert [group.name for group in found.countries] == ["DE", "unknown", "FR"]
    assert found.as_json()["moves"][0] == {"from": "v1", "to": "v2", "viewers": 4, "percent": 40.0, "examples": ["a"]}


def test_what_has_to_be_known_is_said() -> None:
    asking = release(
        [
            {
                "id": "team",
                "lane": "v2",
                "when": {"all": [{"header": {"name": "x-team", "equals": "a"}}, {"list": "staff"}]},
            }
        ],
        identity=PLAIN,
        lists={"staff": {**LIST, "digest": DIGEST}},
    )
    assert unknown_conditions((asking, release(SEVERAL)), {"id", "country"}) == [
        "cookie", "device", "header", "ip", "path", "query"
    ]  # fmt: skip
    nobody = Counted({("v1", "v1", "no-id", "no-id", "", ""): 7})
    said = notes(release(RAMP, state="killed"), nobody, epoch_rises=True, dead=["v3"], unknown=["country"])
    for word in ("killed", "v3", "epoch", "country", "7 ids"):
        assert word in " ".join(said)
    assert notes(release(RAMP), Counted(), epoch_rises=False, dead=[], unknown=[]) == []


def test_the_command_takes_a_release_and_a_table_or_logs(stack: Stack, grayctl: Grayctl) -> None:
    # Given a release with an identity at 5 %, and another one at 100 % for Germany
    head = "salt: abcdefgh\nlanes: [v2]\nidentity: {kind: plain, sources: ['cookie:uid']}\nrules:\n"
    (stack.root / "now.yaml").write_text(f"{head}  - {{id: ramp, lane: v2, percent: 5}}\n")
    (stack.root / "next.yaml").write_text(
        f"{head}  - {{id: germany, lane: v2, when: {{country: DE}}}}\n  - {{id: ramp, lane: v2, percent: 5}}\n"
    )
    assert grayctl("apply", "now.yaml", "--yes").code == 0
    (stack.root / "viewers.csv").write_text(
        "id,country\n" + "".join(f"u{n},{'DE' if n % 2 else 'FR'}\n" for n in range(200))
    )
    write_log(stack.root / "a.gz", row("/", cookie="uid=u1"), row("/shop", cookie="uid=u2"))
    # When it is asked who would move
    found = PreviewAnswer.model_validate_json(grayctl("preview", "next.yaml", "--ids", "viewers.csv", "--json").out)
    # Then the Germans do, and nothing is saved
    by_country = {(one.name, one.to) for one in found.by_country if one.from_ != one.to}
    assert by_country == {("DE", "v2")}
    assert 80 < found.moving <= 100
    assert found.epoch_rises  # a rule was put before others
    assert found.moves[0].examples
    told = grayctl("preview", "next.yaml", "--ids", "viewers.csv").out
    assert "germany" in told
    assert "v1 -> v2" in told
    # And logs are read the same way, with what is not known from them
    logs = PreviewAnswer.model_validate_json(grayctl("preview", "next.yaml", "--logs", "a.gz", "--json").out)
    assert logs.viewers == 2
    assert "rules use country" in " ".join(logs.notes)
    revision = stack.revisions.head()
    assert revision
    assert revision.revision == 1
    # And of a killed release nobody moves
    grayctl("kill")
    killed = PreviewAnswer.model_validate_json(grayctl("preview", "--ramp", "50", "--made-up", "50", "--json").out)
    assert killed.moving == 0
    assert "killed" in " ".join(killed.notes)
