"""The sites that uploads register: read, joined for the edge, and published by the schedule."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.control.world import PREFIX, World
from tests.support.release.documents import document, rule

from gray.edge.check import read_release
from gray.edge.compile import VALUE_BYTES, EdgeContext, encoded
from gray.edge.config import Stamp, files_text, lanes_of
from gray.edge.grants import EdgeKeys
from gray.lanes.parameters import read_parameters
from gray.lanes.sites import DIRECTORY, SPA, SiteRegistration, is_shared_prefix, site_files
from gray.publish.publisher import PublishRequest
from gray.publish.repair.rebuild import rebuild
from gray.release.document import MAX_LANES
from gray.release.origin import Origin
from gray.release.site_files import DEFAULT_FILES, FILES_BYTES, SiteFiles

SITE = SiteRegistration("abc", ("foo", "js"), ("/assets/",), DIRECTORY)
VALUES: dict[str, Any] = json.loads(SITE.text())

endings = st.lists(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True).filter(lambda text: text != "html"), max_size=40)
prefixes = st.lists(st.from_regex(r"/([a-z0-9_-]{1,12}/){1,3}", fullmatch=True).filter(is_shared_prefix), max_size=8)
registrations = st.builds(
    SiteRegistration, st.just("b"), endings.map(tuple), prefixes.map(tuple), st.sampled_from([SPA, DIRECTORY])
)
several = st.dictionaries(st.integers(1, 99).map(lambda number: f"v{number}"), registrations, max_size=6)


@pytest.fixture
def world() -> World:
    world = World()
    world.register()
    world.save(read_release(document()))
    assert world.publish().status == "published"
    return world


def upload(world: World, lane: str = "v2", text: str = SITE.text()) -> None:
    world.ssm.put_parameter(Name=f"{PREFIX}/sites/{lane}", Value=text, Type="String", Overwrite=True)


@given(registrations)
def test_what_is_written_is_what_is_read(site: SiteRegistration) -> None:
    assert SiteRegistration.parse("v2", site.text()) == site


@pytest.mark.parametrize(
    ("lane", "text"),
    [
        ("v2", "not JSON"),
        ("v2", "[]"),
        ("v2", "[" * 100_000),
        ("gray", SITE.text()),
        ("v100", SITE.text()),
        *(
            ("v2", json.dumps({**VALUES, **lie}))
            for lie in (
                {"schema": 2},
                {"build": 7},
                {"endings": "css"},
                {"endings": [7]},
                {"endings": ["html"]},
                {"endings": ["CSS"]},
                {"endings": ["a|b"]},
                {"endings": ["a" * 13]},
                {"endings": [f"e{number}" for number in range(41)]},
                {"shared": {"/assets/": 1}},
                {"shared": ["/"]},
                {"shared": ["/v1/"]},
                {"shared": ["/v2/assets/"]},
                {"shared": ["assets/"]},
                {"shared": ["/assets"]},
                {"shared": ["//assets/"]},
                {"shared": ["/a/../b/"]},
                {"shared": ["/a;b/"]},
                {"shared": ["/a b/"]},
                {"shared": ["/\u00fc/"]},
                {"shared": [f"/{'a' * 39}/"]},
                {"shared": [f"/{number}/" for number in range(9)]},
                {"documents": "mpa"},
                {"documents": ["spa"]},
            )
        ),
    ],
)
def test_a_registration_that_lies_counts_as_no_site(world: World, lane: str, text: str) -> None:
    upload(world, lane, text)

    found = read_parameters(world.ssm, PREFIX)  # type: ignore[arg-type]

    assert (found.sites, found.unreadable_sites, found.files) == ({}, (lane,), DEFAULT_FILES)
    assert world.scheduled().record is None


def test_endings_and_prefixes_of_all_lanes_count_and_directories_by_lane() -> None:
    stable = SiteRegistration("abc", ("css", "js"), ("/static/",))

    files, without_room = site_files({"v2": SITE, "v1": stable})

    assert files == SiteFiles(("css", "js", "foo"), ("/static/", "/assets/"), ("v2",))
    assert files_text(files) == " css js foo /static/ /assets/ v2/ "
    assert without_room == []
    assert site_files({}) == (DEFAULT_FILES, [])


def test_a_site_without_room_counts_as_none_and_stables_goes_first() -> None:
    def wide(letter: str) -> SiteRegistration:
        return SiteRegistration("abc", (), tuple(f"/{number}{letter * 37}/" for number in range(7)))

    files, without_room = site_files({"v3": wide("b"), "v2": SITE, "v1": wide("a")})

    assert without_room == ["v3"]
    assert files.shared == (*wide("a").shared, "/assets/")


@given(several)
@settings(max_examples=50)
def test_no_site_makes_a_config_too_long(sites: dict[str, SiteRegistration]) -> None:
    files = site_files(sites)[0]

    assert len(files_text(files)) == files.size <= FILES_BYTES


def test_the_longest_head_has_room_for_the_sites() -> None:
    """What the check lets pass compiles, whatever the sites register later."""
    release = read_release(
        document(
            lanes=[f"v{number}" for number in range(2, MAX_LANES + 2)],
            identity={"kind": "signed", "sources": ["cookie:session"]},
        )
    )
    made = encoded(
        release,
        Stamp(10**9, 10**9, 10**9, until=10**10),
        EdgeContext(
            dict.fromkeys(release.lanes, (Origin("api", "rest-api", "a" * 10, "live"),)),
            "ap-southeast-2",
            EdgeKeys((("a", "s" * 43), ("b", "s" * 43)), identity="s" * 43),
            SiteFiles(("f" * (FILES_BYTES - 2),)),
        ),
    )

    assert len(made.config.encode()) <= VALUE_BYTES


def test_the_schedule_publishes_a_site_once(world: World) -> None:
    assert world.config.split("|")[14] == files_text()
    upload(world)

    result = world.scheduled()

    assert result.record
    assert (result.why, result.record.status) == ("files", "published")
    assert world.config.split("|")[14] == " foo js /assets/ v2/ "
    # The edge's short way is not for directories.
    assert world.config.split("|")[6].startswith("/,v2:")
    assert world.scheduled().record is None


@pytest.mark.parametrize("text", ["-", "[]", "{}"])
def test_while_a_site_cannot_be_read_the_edge_keeps_what_was_published(world: World, text: str) -> None:
    upload(world)
    world.scheduled()
    published = world.config.split("|")[14]
    upload(world, text=text)

    assert world.scheduled().record is None
    world.save(read_release(document(rules=[rule(percent=7)])))
    assert world.publish().status == "published"
    assert world.config.split("|")[14] == published == " foo js /assets/ v2/ "


@given(several)
def test_the_words_of_a_config_are_read_back(sites: dict[str, SiteRegistration]) -> None:
    files, _ = site_files(sites)
    assert SiteFiles.parse(files_text(files)) == files


def test_a_site_that_is_gone_no_longer_counts(world: World) -> None:
    upload(world)
    world.scheduled()
    world.ssm.delete_parameter(Name=f"{PREFIX}/sites/v2")

    assert world.scheduled().why == "files"
    assert world.config.split("|")[14] == files_text()


def test_a_kill_needs_no_site_and_a_resume_has_them_again(world: World) -> None:
    upload(world)
    world.kill()
    world.publish()
    assert world.config.split("|")[14] == files_text()
    assert world.scheduled().record is None

    world.resume()
    world.publish()

    assert world.config.split("|")[14] == " foo js /assets/ v2/ "


def test_a_site_that_cannot_be_read_is_after_a_kill_what_it_was_before(world: World) -> None:
    upload(world)
    world.scheduled()
    upload(world, text="-")
    world.kill()
    world.publish()

    world.resume()
    world.publish()

    assert world.config.split("|")[14] == " foo js /assets/ v2/ "
    assert world.scheduled().record is None


def test_the_set_in_s3_keeps_the_sites(world: World) -> None:
    upload(world)
    world.scheduled()
    before = world.config
    world.store.items.clear()

    assert rebuild(world.control_plane(), PublishRequest("manual"), source="s3").status == "published"
    assert world.config == before
    assert lanes_of(before) == {"v2": ":api2:a/live"}


def test_what_stands_by_keeps_the_sites(world: World) -> None:
    upload(world)
    world.scheduled()
    # HEAD is refused, and the published lane has gone.
    world.save(read_release(document(lanes=["v9"], rules=[rule(lane="v9")])))
    world.unregister()

    record = world.scheduled().record

    assert record
    assert record.status == "refused"
    assert (world.config.split("|")[6], world.config.split("|")[14]) == ("/", " foo js /assets/ v2/ ")
