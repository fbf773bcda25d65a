"""The lanes' sites: shared files, files by their endings, one document or one a directory, stable at the root."""

from collections.abc import Iterator

from tests.edge.vectors.configs import head, lanes_of
from tests.edge.vectors.world import NOW, Book, Document, grant, link, new_id, pin, told

NOBODY = '[["never","v2",0,0]]'
# Endings `css` and `gltf`; two shared folders; v2 has a document for each directory, v3 one for all.
FILES = " css gltf v2/ /assets/ /static/js/ "
# No redirect may lead away from the site, and no other reader of the path to another lane.
HOSTILE = (
    *("//evil.example/about", "/a//b", "/%2e%2e/a", "/%", "/a\\b/", "/a%2f%2fevil.example/", "/a/..", "/%00/"),
    *("/%76%32/a/", "/v3//a", "/a%5cevil.example/", "/a%0d%0aset-cookie:x/"),
)
V2, V3 = ({"cookies": {"__Host-gray": grant(lane)}} for lane in ("v2", "v3"))


def books() -> Iterator[tuple[str, Book]]:
    """A file a topic."""
    yield "site-shared", _shared()
    yield "site-directories", _directories()
    yield "site-at-root", _at_root()


def _site(rules: str = NOBODY) -> Document:
    return {"values": {"config": head(rules=rules, files=FILES, lanes=f"/{lanes_of('v2', 'v3')}")}}


def _shared() -> Book:
    book = Book(
        "A file of a shared folder is left as it is; any other is in the viewer's lane if a site has its ending."
    )
    book.stores |= {"site": _site(), "none": {}}
    shared = ["/assets/a.css", "/assets/x/y.gltf", "/assets/a.unknown", "/static/js/m.js"]
    for who, request in {"anybody": {}, "v2": V2, "v3": V3}.items():
        for uri in shared:
            for method in ("GET", "HEAD", "POST"):
                sent: Document = {"uri": uri, "method": method, "headers": {"x-gray-page": "v2|x"}, **request}
                book.add(
                    f"{method} {uri} for {who}",
                    "static",
                    "site",
                    sent,
                    lane=None,
                    uri=uri,
                    cookie=None,
                    headers={"x-gray-page": "|"},
                )
    in_lane = {
        "/a.css": "/v3/a.css",
        "/a.gltf": "/v3/a.gltf",
        "/static/a.css": "/v3/static/a.css",
        "/x/assets/a.css": "/v3/x/assets/a.css",
        "/assets.css": "/v3/assets.css",
        "/a.js": "/v3/index.html",
        "/assets": "/v3/index.html",
        "/assets/LICENSE": "/v3/index.html",
        "/assets//a.css": "/v3/index.html",
        "/assets/%2e%2e/a.css": "/v3/index.html",
        "/v2/assets/a.css": "/v2/assets/a.css",
    }
    for uri, file in in_lane.items():
        book.add(f"{uri}, not shared", "static", "site", {"uri": uri, **V3}, uri=file)
        book.add(f"{uri}, without config", "static", "none", {"uri": uri}, uri=_of_stable(uri))
    book.add(
        "/assets/a.css, without config", "static", "none", {"uri": "/assets/a.css"}, lane="v1", uri="/v1/assets/a.css"
    )
    return book


def _of_stable(uri: str) -> str:
    """Without a config, every proper path with an ending is a file."""
    if uri.startswith("/v2/"):
        return uri
    is_file = "." in uri.rpartition("/")[2] and "//" not in uri and "%" not in uri
    return f"/v1{uri}" if is_file else "/v1/index.html"


def _directories() -> Book:
    book = Book("v2 has a document for each directory, v3 one for all; a page's address ends with a slash there.")
    book.stores |= {"site": _site(), "everybody": _site('[["all","v2",0,10000]]')}
    for uri in ("/", "/about/", "/a.b/c/", "/v2/about/", "/v3/about/", "/caf%C3%A9/"):
        path = uri.removeprefix("/v2").removeprefix("/v3")
        for method in ("GET", "HEAD"):
            sent: Document = {"uri": uri, "method": method}
            book.add(
                f"{method} {uri} in v2", "static", "site", sent | V2, lane="v2", pin=pin(), uri=f"/v2{path}index.html"
            )
            book.add(
                f"{method} {uri} in v3", "static", "site", sent | V3, lane="v3", pin=pin("v3"), uri="/v3/index.html"
            )
            book.add(f"{method} {uri} in v1", "static", "site", sent, lane="v1", pin="v1", uri="/v1/index.html")
        book.document(
            f"{uri} for a new viewer", "everybody", uri=uri, expect=told("v2", "all", uri=f"/v2{path}index.html")
        )
    for uri in ("/about", "/a.b/c", "/x.unknown", "/caf%C3%A9", "/v2/about"):
        to = uri.removeprefix("/v2") + "/"
        book.add(f"{uri} in v2", "static", "site", {"uri": uri, **V2}, status=302, location=to)
        book.add(f"{uri} in v3", "static", "site", {"uri": uri, **V3}, lane="v3", uri="/v3/index.html")
        asked: Document = {"uri": uri, "query": {"q": "a b", "p": "1"}, **V2}
        book.add(f"{uri} in v2, with a query", "static", "site", asked, status=302, location=f"{to}?q=a%20b&p=1")
    for uri in ("/about.html", "/a/b.html"):
        book.add(f"{uri} in v2", "static", "site", {"uri": uri, **V2}, lane="v2", uri=f"/v2{uri}")
    for uri in HOSTILE:
        book.add(f"{uri} in v2 is the app", "static", "site", {"uri": uri, **V2}, lane="v2", uri="/v2/index.html")
    followed: Document = {"uri": "/about", "query": {"gray-link": link()}}
    book.add(
        "a link",
        "static",
        "site",
        followed,
        status=302,
        location="/about",
        set_cookie=grant(id=new_id(), expiry=NOW + 3_600),
    )
    return book


def _at_root() -> Book:
    book = Book("Stable is the bucket's root: its paths are left as they are. Gray has its folder.")
    book.stores |= {"site": _site(), "none": {}, "broken": {"values": {"config": head(rules="x", files=FILES)}}}
    paths = [
        "/", "/about", "/about/", "/a.css", "/a.unknown", "/index.html", "/x/y.html", "/.well-known/x", "/a%20b",
        "//", "/a//b", "/%2e%2e/a", "/%", "/a\\b", "/assets/a.css", "/assets", "/a%2Fb.css", "/caf%C3%A9", "/vx/a",
    ]  # fmt: skip
    for uri in paths:
        for place in book.stores:
            for method in ("GET", "HEAD", "POST"):
                book.add(
                    f"{method} {uri}, {place}", "root", place, {"uri": uri, "method": method}, uri=uri, status=None
                )
    for uri, file in {"/": "/v3/index.html", "/a.css": "/v3/a.css", "/assets/a.css": "/assets/a.css"}.items():
        book.add(f"{uri} in v3", "root", "site", {"uri": uri, **V3}, uri=file)
    for uri in HOSTILE:
        for who, given, path in (("stable", {}, uri), ("v2", V2, "/v2/index.html"), ("v3", V3, "/v3/index.html")):
            book.add(
                f"{uri} in {who}", "root", "site", {"uri": uri, **given}, lane=who.replace("stable", "v1"), uri=path
            )
    # What is under the folder of a lane is that lane's alone: its files may be had, its page may not.
    for uri, rest in {"/v2/about": "/about", "/v2/index.html": "/index.html", "/v2/": "/"}.items():
        book.add(f"{uri} in stable", "root", "site", {"uri": uri}, lane="v1", uri=rest)
    book.add("/v2/a.css in stable", "root", "site", {"uri": "/v2/a.css"}, lane="v2", uri="/v2/a.css")
    return book
