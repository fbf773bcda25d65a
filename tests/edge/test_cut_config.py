"""A config that was cut off anywhere is no config: everybody is on stable, whatever they hold."""

from tests.edge.vectors import world
from tests.edge.vectors.configs import head, killed
from tests.support.edge.replay import code_of, request_event

from edge.engine import EdgeFunction
from edge.njs import Case, run_njs

HOLDING = {"cookies": {"__Host-gray": world.grant()}, "headers": {"x-gray-pin": world.pin()}}
RULES = '[["all","v2",0,10000,["c","a","=","x\\u003by"]]]'


def test_a_config_cut_off_at_any_byte_is_none() -> None:
    whole = [head(rules=RULES), killed(), head(parts=1, rules="")]
    cut = [text[:size] for text in whole for size in range(len(text))]
    for function, uri in (("static", "/orders"), ("api", "/api/orders")):
        event = request_event({"uri": uri, **HOLDING})
        kvs: dict[str, str] = {}
        engine = EdgeFunction(code_of(function), kvs.get)
        in_njs = run_njs(code_of(function), [Case(event, {"config": text}, world.NOW) for text in cut])
        for text, real in zip(cut, in_njs, strict=True):
            kvs["config"] = text
            result = engine.run(event, now=world.NOW)
            assert result == real
            headers = {name: field["value"] for name, field in result.value["headers"].items()}
            told = headers.get("x-gray-page") or f"{headers['x-gray-version']}, {headers['x-gray-reason']}"
            assert told == ("v1|v1|-|" if function == "static" else "v1, no-config"), text


def test_rules_that_were_cut_off_in_a_part_lead_to_stable() -> None:
    event = request_event({"uri": "/api/orders", "cookies": {"__Host-gray": world.grant("v1", epoch=3)}})
    part = f"{world.SEQUENCE}|{RULES};"
    kvs: dict[str, str] = {"config": head(parts=1, rules="")}
    engine = EdgeFunction(code_of("api"), kvs.get)
    for size in range(len(part)):
        kvs[f"c.{world.SEQUENCE}.1"] = part[:size]
        headers = engine.run(event, now=world.NOW).value["headers"]
        assert (headers["x-gray-version"]["value"], headers["x-gray-reason"]["value"]) == ("v1", "partial"), size
