"""Conditions, requests, and whether they match: what an operator who reads the reference would say."""

from typing import Any

from tests.edge.vectors.world import NOW

Row = tuple[dict[str, Any], bool]
Table = list[tuple[dict[str, Any], list[Row]]]

LONG = "x" * 8_000


def _cookies(name: str, *values: tuple[Any, bool]) -> list[Row]:
    return [({"cookies": {name: value}}, matches) for value, matches in values]


def _headers(name: str, *values: tuple[Any, bool]) -> list[Row]:
    return [({"headers": {name: value}}, matches) for value, matches in values]


def _query(name: str, *values: tuple[Any, bool]) -> list[Row]:
    return [({"query": {name: value}}, matches) for value, matches in values]


def _paths(*paths: tuple[str, bool]) -> list[Row]:
    return [({"uri": path}, matches) for path, matches in paths]


def _ips(*addresses: tuple[str, bool]) -> list[Row]:
    return [({"ip": address}, matches) for address, matches in addresses]


def _times(*seconds: tuple[int, bool]) -> list[Row]:
    return [({"now": NOW + second}, matches) for second, matches in seconds]


def _devices(desktop: str, mobile: str, tablet: str, matches: bool) -> Row:
    values = {"desktop": desktop, "mobile": mobile, "tablet": tablet}
    return {"headers": {f"cloudfront-is-{name}-viewer": value for name, value in values.items() if value}}, matches


COOKIE: Table = [
    ({"cookie": {"name": "beta", "equals": "1"}}, [
        ({}, False),
        *_cookies("beta", ("1", True), ("0", False), ("", False), ("11", False), ("01", False), (" 1", False),
                  ("１", False), (["0", "1"], True), (["1", "0"], True), (["0", "2"], False), (["", ""], False),
                  (LONG, False)),
        *_cookies("Beta", ("1", False)), *_cookies("beta2", ("1", False)), *_headers("beta", ("1", False)),
        *_query("beta", ("1", False)),
    ]),
    ({"cookie": {"name": "beta", "equals": ""}}, [
        ({}, False), *_cookies("beta", ("", True), ("x", False), (["x", ""], True))]),
    ({"cookie": {"name": "Team!#$", "one_of": ["öl", "🎈", "ö|l"]}},
     _cookies("Team!#$", ("öl", True), ("🎈", True), ("ö|l", True), ("ol", False), ("ö", False), ("🎈🎈", False),
              ("o\u0308l", False), (["x", "🎈"], True))),
    ({"cookie": {"name": "plan", "prefix": "pro-"}},
     _cookies("plan", ("pro-", True), ("pro-x", True), ("pro", False), ("xpro-", False), ("PRO-x", False),
              (["a", "pro-1"], True))),
    ({"cookie": {"name": "plan", "prefix": ["a", "🎈", "ü"]}},
     _cookies("plan", ("abc", True), ("🎈party", True), ("über", True), ("Über", False), ("b", False), ("", False))),
    ({"cookie": {"name": "seen", "exists": True}}, [
        ({}, False), *_cookies("seen", ("", True), ("x", True), (["a", "b"], True), (LONG, True))]),
    ({"cookie": {"name": "q", "equals": "\"a\\b\"]"}}, _cookies("q", ("\"a\\b\"]", True), ("\"a\\b\"", False))),
]  # fmt: skip

HEADER: Table = [
    ({"header": {"name": "X-Partner", "equals": "acme"}}, [
        ({}, False),
        *_headers("x-partner", ("acme", True), ("ACME", False), ("acme ", False), ("", False), (["x", "acme"], True),
                  (["x", "y"], False), (LONG, False)),
        *_cookies("x-partner", ("acme", False)),
    ]),
    ({"header": {"name": "accept-language", "one_of": ["de", "zürich", "日本"]}},
     _headers("accept-language", ("de", True), ("zürich", True), ("日本", True), ("日本語", False), ("de-AT", False))),
    ({"header": {"name": "user-agent", "prefix": ["Mozilla/5.0 (iPhone", "curl/"]}},
     _headers("user-agent", ("Mozilla/5.0 (iPhone; CPU)", True), ("curl/8", True), ("mozilla/5.0 (iPhone", False),
              ("Mozilla/5.0", False))),
    ({"header": {"name": "x-canary", "exists": True}}, [
        ({}, False), *_headers("x-canary", ("", True), ("no", True), (["", ""], True))]),
    ({"header": {"name": "authorization", "prefix": "Bearer "}},
     _headers("authorization", ("Bearer x", True), ("Basic x", False), ("Bearer", False))),
]  # fmt: skip

QUERY: Table = [
    ({"query": {"name": "beta", "equals": "a b"}}, [
        ({}, False),
        *_query("beta", ("a+b", True), ("a%20b", True), ("a b", True), ("a%2Bb", False), ("a%2520b", False),
                ("", False), (["x", "a+b"], True), (["a", "b"], False), ("A+B", False)),
        *_cookies("beta", ("a b", False)),
    ]),
    ({"query": {"name": "q", "equals": "ü🎈"}},
     _query("q", ("%C3%BC%F0%9F%8E%88", True), ("%c3%bc%f0%9f%8e%88", True), ("ü🎈", True), ("%FC", False))),
    ({"query": {"name": "q", "equals": "%zz "}}, _query("q", ("%zz+", True), ("%25zz+", True), ("%25zz%2B", False))),
    ({"query": {"name": "utm", "one_of": ["", "gray", "1=1&x"]}},
     _query("utm", ("", True), ("gray", True), ("1%3D1%26x", True), ("grey", False))),
    ({"query": {"name": "utm", "prefix": "gray-"}},
     _query("utm", ("gray-1", True), ("gray%2D1", True), ("gray", False), (["a", "gray-"], True), (LONG, False))),
    ({"query": {"name": "preview", "exists": True}}, [
        ({}, False), *_query("preview", ("", True), ("0", True), (["", ""], True))]),
]  # fmt: skip

PATH: Table = [
    ({"path": "/shop/*"},
     _paths(("/shop/", True), ("/shop/a", True), ("/shop/a/b", True), ("/sh%6Fp/a", True), ("/shop", False),
            ("/Shop/a", False), ("/ashop/", False), ("/", False))),
    ({"path": "/orders"}, _paths(("/orders", True), ("/orders/", False), ("/orders/1", False), ("/%6frders", True))),
    ({"path": "*"}, _paths(("/", True), ("/a", True), ("/%F0%9F%8E%88", True))),
    ({"path": "*/edit"}, _paths(("/edit", True), ("/a/edit", True), ("/a/edit/", False), ("/aedit", False))),
    ({"path": "/a/*/c"}, _paths(("/a/b/c", True), ("/a/b/d/c", True), ("/a/c", False), ("/a/b/c/d", False))),
    ({"path": "/ab*ba"}, _paths(("/abba", True), ("/ab/ba", True), ("/aba", False), ("/ab", False))),
    ({"path": "/a*b*c"}, _paths(("/abc", True), ("/axbxc", True), ("/acb", False), ("/abbc", True), ("/ab", False))),
    ({"path": ["/café/*", "/🎈*"]},
     _paths(("/caf%C3%A9/x", True), ("/caf%c3%a9/x", True), ("/café/x", True), ("/cafe%CC%81/x", False),
            ("/%F0%9F%8E%88", True), ("/🎈🎈", True), ("/x", False))),
    ({"path": "/*a*a*a*a*a*a*b"}, _paths(("/" + "a" * 900, False), ("/" + "a" * 900 + "b", True))),
    ({"path": "/v2/*"}, [({"uri": "/v2/x", "only": "api"}, True), ({"uri": "/v3/x", "only": "api"}, False)]),
    ({"path": "/shop/*"}, [({"uri": "/v2/shop/x", "only": "api"}, False)]),
]  # fmt: skip

COUNTRY: Table = [
    ({"country": "DE"}, [
        ({}, False),
        *_headers("cloudfront-viewer-country", ("DE", True), ("AT", False), ("de", False), ("", False),
                  (["DE", "AT"], True), ("DEU", False)),
        *_headers("x-country", ("DE", False)),
    ]),
    ({"country": ["AT", "CH", "LI"]},
     _headers("cloudfront-viewer-country", ("AT", True), ("LI", True), ("DE", False), ("y", False))),
]  # fmt: skip

DEVICE: Table = [
    ({"device": "mobile"}, [
        ({}, False), _devices("false", "true", "false", True), _devices("false", "true", "true", False),
        _devices("true", "false", "false", False), _devices("", "TRUE", "", False)]),
    ({"device": "tablet"}, [
        _devices("false", "false", "true", True), _devices("false", "true", "true", True),
        _devices("false", "true", "false", False)]),
    ({"device": ["desktop", "tablet"]}, [
        _devices("true", "false", "false", True), _devices("", "", "true", True), _devices("", "true", "", False),
        _devices("false", "false", "false", False), ({}, False)]),
]  # fmt: skip

IP: Table = [
    ({"ip": "203.0.113.7"},
     _ips(("203.0.113.7", True), ("203.0.113.8", False), ("203.0.113.70", False), ("2001:db8::1", False))),
    ({"ip": "203.0.113.0/24"},
     _ips(("203.0.113.0", True), ("203.0.113.255", True), ("203.0.112.255", False), ("203.0.114.0", False))),
    ({"ip": "10.0.0.0/8"}, _ips(("10.255.0.1", True), ("11.0.0.0", False), ("9.255.255.255", False),
                                ("a00::1", False))),
    ({"ip": "192.0.2.128/25"},
     _ips(("192.0.2.127", False), ("192.0.2.128", True), ("192.0.2.255", True), ("192.0.3.128", False))),
    ({"ip": "198.51.100.4/31"},
     _ips(("198.51.100.3", False), ("198.51.100.4", True), ("198.51.100.5", True), ("198.51.100.6", False))),
    ({"ip": "0.0.0.0/0"}, _ips(("0.0.0.1", True), ("255.255.255.255", True), ("::1", False))),
    ({"ip": "128.0.0.0/1"}, _ips(("127.255.255.255", False), ("128.0.0.0", True), ("255.0.0.1", True), ("::1", False))),
    ({"ip": "2001:db8::/32"},
     _ips(("2001:db8::1", True), ("2001:DB8:0:0:0:0:0:1", True), ("2001:0db8:ffff::", True), ("2001:db9::1", False),
          ("32.1.13.184", False))),
    ({"ip": "2001:db8::/33"},
     _ips(("2001:db8:7fff::1", True), ("2001:db8:8000::1", False), ("2001:db8::", True))),
    ({"ip": "::1"}, _ips(("::1", True), ("0:0:0:0:0:0:0:1", True), ("::2", False), ("1::", False))),
    ({"ip": "fe80::/10"}, _ips(("fe80::1", True), ("febf::1", True), ("fec0::1", False), ("fe7f::1", False))),
    ({"ip": ["192.0.2.0/30", "2001:db8:1::/48"]},
     _ips(("192.0.2.3", True), ("192.0.2.4", False), ("2001:db8:1:ffff::", True), ("2001:db8:2::", False))),
    ({"ip": "::/0"}, _ips(("::", True), ("ffff::ffff", True), ("1.2.3.4", False))),
]  # fmt: skip

TIME: Table = [
    ({"time": {"from": "2027-01-15T08:00:00Z"}}, _times((-1, False), (0, True), (1, True))),
    ({"time": {"to": "2027-01-15T08:00:00Z"}}, _times((-1, True), (0, False))),
    ({"time": {"from": "2027-01-15T09:00:00+01:00", "to": "2027-01-15T08:00:10Z"}},
     _times((-1, False), (0, True), (9, True), (10, False))),
]  # fmt: skip

_ADMIN = {"path": "/admin*"}
_BETA = {"cookie": {"name": "beta", "equals": "1"}}
_DE = {"country": "DE"}
_IN_DE = {"cloudfront-viewer-country": "DE"}
_BOTH = {"cookies": {"beta": "1"}, "headers": _IN_DE}

ALL: Table = [
    ({"all": [_BETA, _DE]}, [
        (_BOTH, True), ({"cookies": {"beta": "1"}}, False), ({"headers": _IN_DE}, False), ({}, False)]),
    ({"all": [_DE]}, [({"headers": _IN_DE}, True), ({}, False)]),
    ({"all": [_BETA, {"not": _ADMIN}, {"any": [_DE, {"ip": "10.0.0.0/8"}]}]}, [
        (_BOTH, True), ({**_BOTH, "uri": "/admin"}, False),
        ({"cookies": {"beta": "1"}, "ip": "10.1.1.1"}, True), ({"cookies": {"beta": "1"}, "ip": "11.1.1.1"}, False)]),
]  # fmt: skip

ANY: Table = [
    ({"any": [_BETA, _DE]}, [
        (_BOTH, True), ({"cookies": {"beta": "1"}}, True), ({"headers": _IN_DE}, True), ({}, False)]),
    ({"any": [_DE]}, [({"headers": _IN_DE}, True), ({}, False)]),
    ({"any": [{"all": [_BETA, _DE]}, {"path": "/admin*"}]}, [
        (_BOTH, True), ({"uri": "/admin"}, True), ({"headers": _IN_DE}, False)]),
]  # fmt: skip

NOT: Table = [
    ({"not": _DE}, [({"headers": _IN_DE}, False), ({}, True), ({"headers": {**_IN_DE, "x": "DE"}}, False)]),
    ({"not": {"not": _BETA}}, [({"cookies": {"beta": "1"}}, True), ({}, False)]),
    ({"not": {"any": [_DE, _BETA]}}, [(_BOTH, False), ({"headers": _IN_DE}, False), ({}, True)]),
    ({"not": {"all": [_DE, _BETA]}}, [(_BOTH, False), ({"headers": _IN_DE}, True), ({}, True)]),
    ({"not": {"cookie": {"name": "seen", "exists": True}}}, [({"cookies": {"seen": ""}}, False), ({}, True)]),
    ({"not": {"device": "mobile"}}, [_devices("", "true", "", False), _devices("", "true", "true", True), ({}, True)]),
    ({"not": {"ip": "10.0.0.0/8"}}, _ips(("10.1.1.1", False), ("::1", True), ("1.1.1.1", True))),
]  # fmt: skip

TABLES: dict[str, Table] = {
    "cookie": COOKIE,
    "header": HEADER,
    "query": QUERY,
    "path": PATH,
    "country": COUNTRY,
    "device": DEVICE,
    "ip": IP,
    "time": TIME,
    "all": ALL,
    "any": ANY,
    "not": NOT,
}
