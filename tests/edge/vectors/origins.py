"""A lane's origins: which one a path gets, by kind, and what a lane has no origin for."""

from collections.abc import Iterator

from tests.edge.vectors.configs import head
from tests.edge.vectors.world import Book, grant, pin, sent

NOBODY = '[["never","v2",0,0]]'
SEAL = ".".join(pin().split(".")[-2:])
REGION = "eu-central-1"


def books() -> Iterator[tuple[str, Book]]:
    """A file a topic."""
    yield "origins", _origins()


def _origins() -> Book:
    book = Book(
        "The longest prefix that a path begins with names the origin; what has none is stable's, with no reload."
    )
    origins = {
        "/cart": (":a1b2c3d4e5:a/live", ["a1b2c3d4e5.execute-api." + REGION + ".amazonaws.com", "/live"]),
        "/http": (":h1b2c3d4e5:a", ["h1b2c3d4e5.execute-api." + REGION + ".amazonaws.com", ""]),
        "/url": (":f1b2c3d4e5:f", ["f1b2c3d4e5.lambda-url." + REGION + ".on.aws", ""]),
        "/signed": (":o1b2c3d4e5:o", ["o1b2c3d4e5.lambda-url." + REGION + ".on.aws", "", "lambda", "sigv4", "always"]),
        "/any": (":api.shop.example:u/v2/x", ["api.shop.example", "/v2/x"]),
    }
    some = ":".join(prefix + entry for prefix, (entry, _) in origins.items())
    lanes = {
        "some": f"{SEAL}:{some}",
        "all": f"{SEAL}:{some}::rest.shop.example:u",
        "nested": f"{SEAL}:/a/b:b.shop.example:u:/a:a.shop.example:u",
        "none": SEAL,
        "broken": f"{SEAL}:/cart:a1b2c3d4e5",
    }
    for name, entry in lanes.items():
        book.stores[name] = {"values": {"config": head(rules=NOBODY, lanes=f",v2:{entry},")}}
    for ways, headers, cookies in (("pin", {"x-gray-pin": pin()}, {}), ("sticky", {}, {"__Host-gray": grant()})):
        for prefix, (_, origin) in origins.items():
            for uri in (prefix, f"{prefix}/1?x", f"{prefix}s"):
                expect = sent("v2", ways, origin=origin, uri=uri)
                book.api(f"{uri} by {ways}", "some", uri=uri, headers=headers, cookies=cookies, expect=expect)
        for place, uri, host in (
            ("all", "/", "rest.shop.example"), ("all", "/car", "rest.shop.example"),
            ("nested", "/a/b/c", "b.shop.example"), ("nested", "/a/c", "a.shop.example"),
        ):  # fmt: skip
            expect = sent("v2", ways, origin=[host, ""], uri=uri)
            book.api(f"{uri} of {place} by {ways}", place, uri=uri, headers=headers, cookies=cookies, expect=expect)
        for place, uri in (
            ("some", "/"),
            ("some", "/car"),
            ("some", "/x/cart"),
            ("none", "/cart"),
            ("broken", "/cart"),
        ):
            expect = sent("v1", "no-origin", origin=None, uri=uri, reload=False)
            book.api(f"{uri} of {place} by {ways}", place, uri=uri, headers=headers, cookies=cookies, expect=expect)
    return book
