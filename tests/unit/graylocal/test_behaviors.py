"""Which behavior takes a path: on the normalised path, as CloudFront has it."""

import pytest

from graylocal.cloudfront.configuration.behaviors import matches, normalised


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/./b/../c", "/a/c"),
        ("/%61pi/orders", "/api/orders"),
        ("/a/%2e%2E/b", "/b"),
        ("/../../x", "/x"),
        ("/a%2fb", "/a%2Fb"),
        ("//x", "//x"),
        ("/a/..", "/"),
        ("/a/b/..", "/a/"),
        ("/%00", "/%00"),
        ("/%zz", "/%zz"),
    ],
)
def test_paths_are_normalised_as_in_rfc_3986(path: str, expected: str) -> None:
    assert normalised(path) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/api/*", "/api/orders", True),
        ("api/*", "/api/orders", True),
        ("/api/*", "/api", False),
        ("/api/*", "/API/orders", False),
        ("/api/*", "//api/orders", False),
        ("*.jpg", "/a/b.jpg", True),
        ("/a?.html", "/ab.html", True),
        ("/a?.html", "/a.html", False),
        ("/a.b", "/axb", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected
