"""What is sent: the caller's JSON as it was, byte for byte, plus what carries the lane."""

import base64
from collections.abc import Iterator
from typing import Any

from tests.unit.lane.vectors.book import V2, Book, Document, attributes, baggage, compact, envelope, text

BEFORE = {"version": "v1", "baggage": "gray.version=v1,gray.to=v1"}

OBJECTS = [
    '{"price":0.1234567890123456789,"big":1e400}',
    '{"id":' + "7" * 500 + "}",
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    '{"a":"\ud800"}',
    '\n{\t"a" :\r\n1 }\n',
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"deep":' + "[" * 300 + "]" * 300 + "}",
    '{"]":{"}":"\\"}"},"b":[{},[]]}',
    '{"a":"line\nbreak"}',
    '\ufeff{"a": 1}',
    '{ "漢" : "\\u00e9é" , "a" : [ 1 , 2 ] }',
    '{"payload":[1]}',
    '{"a":{"gray":1,"to":"ada","lane":2,"environment":3}}',
]
OTHERS = ["[1, 2]", '"text"', "1e400", "null", " [ ] ", "[" * 300 + "]" * 300]
BROKEN = [
    *("{", "{a: 1}", '{"a": 1,}', '{"a": 1} x', '{"a"', "{'a': 1}", '{"a" 1}', '{"a":"\\x"}', '{"a":01}', '{"a":[}'),
    *("[1", "[1,]", "nope", '"', "{\x00}", "\ud800"),
]
COLOURS = [
    *('{"gray":128}', '{"gray":null}', '{"gray":[]}', '{"gray":{"shade":3}}', '{"gray":{"version":"v2"}}'),
    '{"gray":{"version":"v2","baggage":"two suitcases"}}',
    '{"\\u0067ray":1}',
    '{ "a": {"gray": 1}, "gray" : 1e400 }',
    f'{{"gray":1,"gray":{compact(BEFORE)}}}',
]


def books() -> Iterator[tuple[str, Book]]:
    """A file a kind of destination."""
    yield "lambda", _lambda()
    yield "step-functions", _step_functions()
    yield "eventbridge", _eventbridge()
    yield "messages", _messages()


def _spliced(given: str, members: str) -> str:
    """The text with these members behind its opening brace."""
    before, after = given.split("{", 1)
    return f"{before}{{{members}{'' if after.strip().startswith('}') else ','}{after}"


def _gray(**more: Any) -> str:
    return f'"gray":{compact(envelope(**more))}'


def _taken(where: str) -> str:
    return f"TakenError: the message's own {where} is where the lane library puts the lane: give yours another name"


def _shown(given: str) -> str:
    return ascii(given)[1:40]


def _in_bytes(given: str) -> Document:
    return {"base64": base64.b64encode(given.encode(errors="surrogatepass")).decode()}


def _lambda() -> Book:
    book = Book("Lambda: asynchronous in the payload, synchronous in the client context.")

    def event(payload: Any, **more: Any) -> Document:
        return {"FunctionName": "f", "InvocationType": "Event", "Payload": payload, **more}

    for given in OBJECTS:
        wanted = _spliced(given, _gray())
        for form, name in ((str, "text"), (_in_bytes, "bytes")):
            sent = event(form(wanted))
            book.add(f"{name}: {_shown(given)}", "lambda_invoke", sent, parameters=event(form(given)), lane=V2)
    raw = {"base64": base64.b64encode(b'{"a":"\xff\xed\xa0\x80"}').decode()}
    sent = {"base64": base64.b64encode(b"{" + _gray().encode() + b',"a":"\xff\xed\xa0\x80"}').decode()}
    book.add("bytes that are not UTF-8", "lambda_invoke", event(sent), parameters=event(raw), lane=V2)
    for given in OTHERS:
        wanted = f'{{{_gray(wrapping=True)},"payload":{given}}}'
        book.add(f"no object: {_shown(given)}", "lambda_invoke", event(wanted), parameters=event(given), lane=V2)
    for given in BROKEN:
        book.add(f"broken: {_shown(given)}", "lambda_invoke", event(given), parameters=event(given), lane=V2)
    for given in COLOURS:
        book.refuse(_shown(given), "lambda_invoke", _taken("member `gray`"), parameters=event(given), lane=V2)
    book.add("no text", "lambda_invoke", event({"a": 1}), parameters=event({"a": 1}), lane=V2)
    book.add("empty", "lambda_invoke", event(f"{{{_gray()}}}"), parameters=event(""), lane=V2)
    for name, given, wanted in [
        ("first", f'{{"gray":{compact(BEFORE)}, "a" : 1e400 }}', f'{{{_gray()}, "a" : 1e400 }}'),
        ("last", f'{{ "a" : 1e400 , "gray": {compact(BEFORE)} }}', f'{{{_gray()}, "a" : 1e400  }}'),
        ("between", f'{{"a":1, "gray":{compact(BEFORE)},"b":2}}', f'{{{_gray()},"a":1, "b":2}}'),
        ("alone", f'{{ "gray":{compact(BEFORE)} }}', f"{{{_gray()}  }}"),
    ]:
        book.add(f"goes on, {name}", "lambda_invoke", event(wanted), parameters=event(given), lane=V2)
    handed = f'{{"gray":{compact(BEFORE | {"payload": True})},"payload":[1.0]}}'
    wanted = f'{{{_gray(wrapping=True)},"payload":[1.0]}}'
    book.add("goes on, no object", "lambda_invoke", event(wanted), parameters=event(handed), lane=V2)
    addressed = f'{{{_gray(to="v1")},"a":1}}'
    book.add("to stable's", "lambda_invoke", event(addressed), parameters=event('{"a":1}'), lane=V2, to={"f": "v1"})
    chosen = V2 | {"to": "v1"}
    book.add("whom the caller chose", "lambda_invoke", event(addressed), parameters=event('{"a":1}'), lane=chosen,
             to={"f": "v3"})  # fmt: skip
    _client_contexts(book)
    return book


def _client_contexts(book: Book) -> None:
    def call(context: str | None = None, payload: str = "[1]") -> Document:
        encoded = {} if context is None else {"ClientContext": base64.b64encode(context.encode()).decode()}
        return {"FunctionName": "f", "Payload": payload, **encoded}

    for name, given, wanted in [
        ("none", None, f'{{"custom":{{{_gray()}}}}}'),
        ("of the caller", '{ "env" : {"a": 1e400}, "custom" : {"mine":"1"} }',
         f'{{ "env" : {{"a": 1e400}}, "custom" : {{{_gray()},"mine":"1"}} }}'),
        ("without custom", '{"env":{}}', f'{{"custom":{{{_gray()}}},"env":{{}}}}'),
        ("custom null", '{"custom":null,"a":1}', f'{{"custom":{{{_gray()}}},"a":1}}'),
        ("in Chinese", '{"custom":{"a":"漢"}}', f'{{"custom":{{{_gray()},"a":"漢"}}}}'),
    ]:  # fmt: skip
        book.add(f"client context: {name}", "lambda_invoke", call(wanted), parameters=call(given), lane=V2)
    for broken in ("[1]", "{"):
        book.add(f"client context: {broken}", "lambda_invoke", call(broken), parameters=call(broken), lane=V2)
    taken = _taken("`custom` in the client context, which is no object,")
    for custom in ("1", "[]", '"gray"'):
        book.refuse(f"custom is {custom}", "lambda_invoke", taken, parameters=call(f'{{"custom":{custom}}}'), lane=V2)
    taken = _taken("client context's custom.gray")
    book.refuse("custom.gray", "lambda_invoke", taken, parameters=call('{"custom":{"gray":1}}'), lane=V2)
    large = call(compact({"custom": {"mine": "x" * 2600}}))
    size = len(base64.b64encode(_spliced(compact({"mine": "x" * 2600}), _gray()).encode() + b'{"custom":}'))
    no_room = (
        f"NoRoomError: with the lane in it, the client context has {size} bytes of the 3583 that Lambda takes:"
        " put something of it into the payload"
    )
    book.refuse("client context: no room", "lambda_invoke", no_room, parameters=large, lane=V2)


def _step_functions() -> Book:
    book = Book("Step Functions: in the input.")

    def call(given: str) -> Document:
        return {"stateMachineArn": "s", "input": given}

    for given in OBJECTS:
        wanted = call(_spliced(given, _gray()))
        book.add(_shown(given), "start_execution", wanted, parameters=call(given), lane=V2)
    book.add("no input", "start_execution", call(f"{{{_gray()}}}"), parameters={"stateMachineArn": "s"}, lane=V2)
    wanted = call(f'{{{_gray(to="v1")},"a":1}}')
    book.add("to stable's", "start_execution", wanted, parameters=call('{"a":1}'), lane=V2, to={"s": "v1"})
    return book


def _eventbridge() -> Book:
    book = Book("EventBridge: `gray`, `lane`, `to` and `environment` in each detail.")

    def call(*details: Any) -> Document:
        return {"Entries": [{"Source": "shop", "DetailType": "Sold", "Detail": detail} for detail in details]}

    def stamps(to: str = "v2") -> str:
        return f'"environment":"dev","lane":"v2","to":"{to}",{_gray(to=to)}'

    objects = [given for given in OBJECTS if not given.startswith('{"a":{"gray"')]
    wanted = call(*(_spliced(given, stamps()) for given in objects))
    book.add("objects", "put_events", wanted, parameters=call(*objects), lane=V2)
    inside = OBJECTS[-1]
    book.add("names further in", "put_events", call(_spliced(inside, stamps())), parameters=call(inside), lane=V2)
    left = call(*OTHERS, *BROKEN, {"a": 1}, None)
    book.add("what EventBridge refuses", "put_events", left, parameters=left, lane=V2)
    for entries in (None, "x", [None], [{"Source": "s"}]):
        given = {"Entries": entries}
        book.add(f"entries {entries}", "put_events", given, parameters=given, lane=V2)
    wanted = call('{"environment":"dev","lane":"v2","to":"v1",' + _gray(to="v1") + ',"a":1}')
    book.add("to stable's", "put_events", wanted, parameters=call('{"a":1}'), lane=V2, to={"shop": "v1"})
    before = {"environment": "test", "lane": "v1", "to": "v1", "gray": BEFORE, "a": 1}
    book.add("goes on", "put_events", call(f'{{{stamps()},"a":1}}'), parameters=call(compact(before)), lane=V2)
    for own in ({"to": "ada@example.com"}, {"to": "v2"}, {"to": None}, {"lane": "express"}, {"lane": 1},
                {"environment": {"temperature": 20}}):  # fmt: skip
        taken = _taken(f"detail.{next(iter(own))}")
        book.refuse(f"its own {own}", "put_events", taken, parameters=call(compact(own)), lane=V2)
        book.refuse(f"goes on with {own}", "put_events", taken, parameters=call(compact(before | own)), lane=V2)
    book.refuse("its own gray", "put_events", _taken("detail.gray"), parameters=call('{"gray":1}'), lane=V2)
    return book


def _messages() -> Book:
    book = Book("SQS and SNS: in the attributes, of which there are ten at most.")
    both = {"baggage": text(baggage(to="v2")), "to": text("v2")}
    queue, topic = {"QueueUrl": "q", "MessageBody": "b"}, {"TopicArn": "t", "Message": "m"}

    def with_(message: Document, sent: Any) -> Document:
        return {**message, "MessageAttributes": sent}

    for name, call, message in (("SQS", "send_message", queue), ("SNS", "publish", topic)):
        book.add(f"{name}: none", call, with_(message, both), parameters=message, lane=V2)
        own = attributes(8)
        given = with_(message, own)
        book.add(f"{name}: eight", call, with_(message, own | both), parameters=given, lane=V2)
        for count in (10, 11):
            no_room = (
                f"NoRoomError: the message has {count} attributes of its own and the lane does not fit in the 10"
                " that SQS and SNS take: send one attribute less, or put it into the body"
            )
            book.refuse(f"{name}: {count}", call, no_room, parameters=with_(message, attributes(count)), lane=V2)
        stable = {"baggage": text(baggage(to="v1")), "to": text("v1")}
        book.add(f"{name}: to stable's", call, with_(message, stable), parameters=message, lane=V2,
                 to={"q": "v1", "t": "v1"})  # fmt: skip
        for kind, before in _ours().items():
            book.add(f"{name}: {kind}", call, with_(message, before[1]), parameters=with_(message, before[0]), lane=V2)
        for given, named in _theirs():
            book.refuse(f"{name}: {given}", call, _taken(named), parameters=with_(message, given), lane=V2)
        wrongs: list[Any] = [[], {"a": "b"}]
        for wrong in wrongs:
            given = with_(message, wrong)
            book.add(f"{name}: wrong {wrong}", call, given, parameters=given, lane=V2)
    nine = attributes(9)
    sent = nine | {"baggage": text(baggage(to="v1"))}
    book.add("SQS: nine", "send_message", with_(queue, sent), parameters=with_(queue, nine), lane=V2, to={"q": "v1"})
    sent = nine | {"to": text("v2")}
    book.add("SNS: nine", "publish", with_(topic, sent), parameters=with_(topic, nine), lane=V2)
    phone = {"PhoneNumber": "+1", "Message": "m"}
    book.add("a phone", "publish", phone, parameters=phone, lane=V2)
    target = {"TargetArn": "t", "Message": "m"}
    book.add("a target", "publish", with_(target, both), parameters=target, lane=V2)
    for call, place, name in (("send_message_batch", "QueueUrl", "Entries"),
                              ("publish_batch", "TopicArn", "PublishBatchRequestEntries")):  # fmt: skip
        entries = [{"Id": "1", "MessageAttributes": attributes(1)}, {"Id": "2"}, "x"]
        sent_entries = [with_({"Id": "1"}, attributes(1) | both), with_({"Id": "2"}, both), "x"]
        book.add(call, call, {place: "p", name: sent_entries}, parameters={place: "p", name: entries}, lane=V2)
        book.add(f"{call}: no list", call, {place: "p", name: "x"}, parameters={place: "p", name: "x"}, lane=V2)
    return book


def _ours() -> dict[str, tuple[Document, Document]]:
    """Attributes that go on, and what becomes of them."""
    both = {"baggage": text(baggage(to="v2")), "to": text("v2")}
    before = {"baggage": text(BEFORE["baggage"]), "to": text("v1")}
    others = {"baggage": text(baggage(to="v2", members="userId=alice;p=1,order = 7")), "to": text("v2")}
    elsewhere = {"Baggage": text("two suitcases"), "To": text("ada"), "gray": text("128"), "lane": text("x")}
    return {
        "received": (before, both),
        "others' baggage": ({"baggage": text("userId=alice;p=1 , order = 7")}, others),
        "names alike": (elsewhere, elsewhere | both),
    }


def _theirs() -> Iterator[tuple[Document, str]]:
    """Attributes of somebody else, and how the place is called."""
    for value in ("two suitcases", "23", "hand luggage=1", "Gepäck=1", "order=7,two suitcases"):
        yield {"baggage": text(value)}, "attribute `baggage`, which is no W3C baggage,"
    yield {"baggage": {"DataType": "Number", "StringValue": "23"}}, "attribute `baggage`, which is no W3C baggage,"
    for to in (text("ada@example.com"), text("v2"), {"DataType": "Number", "StringValue": "2"}):
        yield {"to": to}, "attribute `to`"
    yield {"to": text("v2"), "baggage": text("order=7")}, "attribute `to`"
    yield {"to": text("v3"), "baggage": text("gray.version=v2,gray.to=v1")}, "attribute `to`"
