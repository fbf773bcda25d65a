"""What a function answers: the guard, the version, health; and batches, each record in its own lane."""

from collections.abc import Iterator
from typing import Any

from tests.unit.lane.vectors.book import V2, Book, Document, baggage, envelope, lane

HEADERS = {"X-Gray-Version": "v2", "X-Gray-Reason": "ramp", "X-Gray-Revision": "7"}
KEY = {"x-api-key": "k"}


def books() -> Iterator[tuple[str, Book]]:
    """A file a kind of function, and one of what all of them count."""
    yield "settings", _settings()
    yield "api", _api()
    yield "invoked", _invoked()
    yield "records", _records()
    yield "metrics", _metrics()


def _settings() -> Book:
    book = Book("A function's environment variables.")
    for own, home in (("v2", "v2"), ("v1", "v1"), ("shared", "v1")):
        environ = {"GRAY_LANE": own, "GRAY_ENVIRONMENT": "dev"}
        book.add(own, "settings", {"environment": "dev", "lane": own, "home": home}, environ=environ)
    for own in ("", "gray", "v0", "V2", "v2 "):
        wrong = f"SettingsError: GRAY_LANE is '{own}': set it to the lane of this function (v1, v2, ...) or to `shared`"
        book.refuse(f"lane {own!r}", "settings", wrong, environ={"GRAY_LANE": own, "GRAY_ENVIRONMENT": "dev"})
    wrong = "SettingsError: GRAY_ENVIRONMENT is not set: give the environment's name (dev, test, prod)"
    book.refuse("no environment", "settings", wrong, environ={"GRAY_LANE": "v2"})
    return book


def _rest(path: str = "/x", headers: Document | None = None, **more: Any) -> Document:
    """A REST API's event."""
    context = {"stage": "live", "httpMethod": "GET", "path": f"/live{path}", "identity": more.pop("identity", {})}
    return {"resource": path, "path": path, "httpMethod": "GET", "headers": headers or {}, "requestContext": context,
            "body": None, "isBase64Encoded": False, **more}  # fmt: skip


def _http(path: str = "/x", headers: Document | None = None) -> Document:
    """An HTTP API's or a function URL's event, payload version 2.0."""
    return {"version": "2.0", "routeKey": f"GET {path}", "rawPath": path, "rawQueryString": "",
            "headers": headers or {}, "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default"},
            "isBase64Encoded": False}  # fmt: skip


def _api() -> Book:
    book = Book("Requests of an API: 403 without the key, 421 to another lane, and the version on every answer.")

    def answer(body: Any, status: int = 200, version: str = "v2") -> Document:
        return {"status": status, "version": version, "body": body}

    served = answer({"carried": V2})
    wrong_lane = answer({"error": "wrong-lane", "lane": "v1", "asked": "v2"}, 421, "v1")
    forbidden = answer({"error": "forbidden"}, 403)
    for kind, event in (("REST", _rest), ("HTTP", _http)):
        headers = {**HEADERS, **KEY}
        book.add(f"{kind}: its lane", "api", served, own="v2", event=event(headers=headers))
        book.add(f"{kind}: another lane", "api", wrong_lane, own="v1", event=event(headers=headers))
        carried = answer({"carried": V2}, version="v1")
        book.add(f"{kind}: shared", "api", carried, own="shared", event=event(headers=headers))
        addressed = event(headers={**headers, "x-gray-to": "v1"})
        book.add(f"{kind}: addressed to it", "api", carried, own="v1", event=addressed)
        home = answer({"carried": lane()})
        book.add(f"{kind}: without a lane", "api", home, own="v2", event=event(headers=KEY))
        book.add(f"{kind}: without a key", "api", forbidden, own="v2", event=event(headers=HEADERS))
        failed = answer({"statusCode": 500, "message": "Internal server error"}, 500)
        book.add(f"{kind}: fails", "api", failed, own="v2", event=event("/fails", headers))
        options: Document = {"origin_keys": ["old", "k"]}
        book.add(f"{kind}: a key of two", "api", served, own="v2", event=event(headers=headers), options=options)
        for wrong in ("K", "k ", "", "kk", "é"):
            given = event(headers={**HEADERS, "x-api-key": wrong})
            book.add(f"{kind}: the key {wrong!r}", "api", forbidden, own="v2", event=given, options=options)
        none = {"origin_keys": [""]}
        given = event(headers={**HEADERS, "x-api-key": ""})
        book.add(f"{kind}: no key is set", "api", forbidden, own="v2", event=given, options=none)
        inside = {"require_key": False}
        book.add(f"{kind}: inside", "api", served, own="v2", event=event(headers=HEADERS), options=inside)
        health: Document = {"health": "/health", "build": "abc123"}
        healthy = answer({"lane": "v2", "build": "abc123"})
        for name, sent in (("", {}), (" of another lane", {"x-gray-version": "v1"})):
            book.add(f"{kind}: health{name}", "api", healthy, own="v2", event=event("/health", sent), options=health)
        open_paths = {"open_paths": ["/x"]}
        opened = answer({"carried": lane("v1")})
        given = event(headers={"x-gray-version": "v1"})
        book.add(f"{kind}: an open path", "api", opened, own="v2", event=given, options=open_paths)
    checked = _rest(headers=HEADERS, identity={"apiKeyId": "k"})
    book.add("REST: a key that API Gateway checked", "api", served, own="v2", event=checked)
    asked = _rest(headers={**HEADERS, **KEY}, stageVariables={"serve_as": "v2"})
    book.add("REST: told to serve another", "api", answer({"carried": V2}, version="v1"), own="v1", event=asked)
    handed_on = _rest(headers={"x-gray-version": "v1", **KEY}, gray=envelope())
    book.add("REST: handed on by v2", "api", served, own="v2", event=handed_on)
    custom = {"custom": {"gray": envelope()}}
    given = _rest(headers={"x-gray-version": "v1", **KEY})
    book.add("REST: invoked by v2", "api", served, own="v2", event=given, client_context=custom)
    return book


def _invoked() -> Book:
    book = Book("Functions that are invoked: in the lane of the event, without the envelope.")
    event = {"gray": envelope(to="v1"), "a": 1}
    done = {"event": {"a": 1}, "carried": V2}
    book.add("addressed, and no further", "in_lane", done, own="v1", event=event)
    book.add("its lane", "in_lane", done, own="v2", event={"gray": envelope(), "a": 1})
    book.add("passed on", "in_lane", done | {"gray": envelope()}, own="v2", event={"gray": envelope(), "a": 1},
             pass_on=True)  # fmt: skip
    book.add("without a lane", "in_lane", {"event": [1], "carried": lane("v3")}, own="v3", event=[1])
    wrong = "WrongLaneError: this is lane v1, the request belongs to v2"
    book.refuse("another lane", "in_lane", wrong, own="v1", event={"gray": envelope()})
    return book


def _message(number: int, name: str = "v2", queue: str = "q") -> Document:
    carried = {"baggage": {"stringValue": f"gray.version={name}"}}
    return {"eventSource": "aws:sqs", "messageId": str(number), "body": "b", "messageAttributes": carried,
            "eventSourceARN": f"arn:aws:sqs:us-east-1:1:{queue}"}  # fmt: skip


def _change(number: int) -> Document:
    change = {"SequenceNumber": str(number), "NewImage": {"lane": {"S": "v2"}}}
    return {"eventSource": "aws:dynamodb", "dynamodb": change}


def _records() -> Book:
    book = Book("Batches: each record in its own lane, and what comes back of those that fail.")

    def done(carried: list[str], *failed: str) -> Document:
        return {"carried": carried, "failed": list(failed)}

    batch = {"Records": [_message(1), _message(2, "v3"), _message(3)]}
    book.add("shared", "each_record", done(["v2", "v3", "v2"]), own="shared", event=batch)
    book.add("another lane's comes back", "each_record", done(["v2", "v2"], "2"), own="v2", event=batch)
    book.add("one fails", "each_record", done(["v2", "v3", "v2"], "1"), own="shared", event=batch, fails=[0])
    fifo = {"Records": [_message(number, queue="q.fifo") for number in (1, 2, 3)]}
    book.add("FIFO stops", "each_record", done(["v2", "v2"], "2", "3"), own="v2", event=fifo, fails=[1])
    stream = {"Records": [_change(number) for number in (7, 8, 9)]}
    book.add("a stream stops", "each_record", done(["v2", "v2"], "8"), own="v2", event=stream, fails=[1])
    pipes = [{"eventSource": "aws:kinesis", "sequenceNumber": "4", "data": "eA=="}]
    book.add("Pipes", "each_record", done(["v2"], "4"), own="v2", event=pipes, fails=[0])
    s3 = {"eventSource": "aws:s3", "s3": {"object": {"key": "k"}}}
    handed_on = {"Records": [s3, s3], "gray": {"version": "v2", "baggage": baggage()}}
    book.add("handed on", "each_record", done(["v2", "v2"]), own="shared", event=handed_on)
    wrong = "WrongLaneError: this is lane v1, the request belongs to v2"
    book.refuse("what cannot come back", "each_record", wrong, own="v1", event=handed_on)
    return book


def _line(name: str, counts: Document, *, per_environment: bool = False, reason: str = "") -> Document:
    """An embedded-metric line as the cases compare it: without its time, and each latency 0."""
    dimensions = [["environment", "lane", "service"], *([["environment"]] if per_environment else [])]
    units = [{"Name": key, "Unit": "Milliseconds" if key == "Latency" else "Count"} for key in counts]
    directives = [{"Namespace": "Graylane", "Dimensions": dimensions, "Metrics": units}]
    decided: Document = {}
    if reason:
        by_reason = [["environment", "service", "lane", "reason"]]
        counted = [{"Name": "Decisions", "Unit": "Count"}]
        directives.append({"Namespace": "Graylane", "Dimensions": by_reason, "Metrics": counted})
        decided = {"reason": reason, "Decisions": 1}
    return {"directives": directives, "environment": "test", "lane": name, "service": "mail", **decided, **counts}


def _metrics() -> Book:
    book = Book("What is counted, by lane.")
    headers = {**HEADERS, **KEY}
    mismatch = _line("v1", {"LaneMismatch": 1}, per_environment=True)

    def requests(errors: int = 0, **more: Any) -> Document:
        return _line("v2", {"Requests": 1, "Errors": errors, "Latency": 0}, **more)

    book.add("a request", "metrics", [requests(reason="ramp")], of="api", own="v2", event=_rest(headers=headers))
    plain = _rest(headers={"x-gray-version": "v2", **KEY})
    book.add("a request without a reason", "metrics", [requests()], of="api", own="v2", event=plain)
    failed = _rest("/fails", headers)
    book.add("an error", "metrics", [requests(1, reason="ramp")], of="api", own="v2", event=failed)
    strayed = [mismatch, requests(reason="ramp")]
    book.add("another lane's request", "metrics", strayed, of="api", own="v1", event=_rest(headers=headers))
    book.add("another lane's event", "metrics", [mismatch], of="in_lane", own="v1", event={"gray": envelope()})
    batch = {"Records": [_message(1, "v3"), _message(2), _message(3)]}
    counted = [_line("v2", {"Records": 2, "RecordsFailed": 1}), _line("v3", {"Records": 1, "RecordsFailed": 0})]
    book.add("a batch", "metrics", counted, of="each_record", own="shared", event=batch, fails=[1])
    unanswerable = {"Records": [{"eventSource": "aws:s3"}]}
    counted = [_line("v2", {"Records": 1, "RecordsFailed": 1})]
    book.add("what cannot come back", "metrics", counted, of="each_record", own="v2", event=unanswerable, fails=[0])
    return book
