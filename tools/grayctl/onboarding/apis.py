"""The APIs of a template: REST and HTTP APIs of API Gateway, written by SAM or plainly, and function URLs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from grayctl.onboarding.application import (
    ANY_METHOD,
    ANY_PATH,
    DEFAULT_STAGE,
    Api,
    Reading,
    Route,
    mapping,
    sequence,
)
from grayctl.onboarding.findings import Unsure, found
from grayctl.onboarding.values import known, references

# SAM makes these for events that name no API, the first with this stage.
_IMPLICIT = {"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}
_IMPLICIT_STAGE = "Prod"
_EVENTS_OF = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")


def read_apis(reading: Reading) -> dict[str, Api]:
    """Every API by its logical id; what cannot be read is added to `reading.unread`."""
    routes = _routes(reading)
    apis = {api.id: api for kind in (_rest_apis, _http_apis, _function_urls) for api in kind(reading, routes)}
    for name in routes:
        if name not in apis and name not in reading.resources:  # a parameter's, or another stack's
            reading.unread.append(found(Unsure.NOT_READ, where=name, what="the API of these routes"))
    return apis


type Routes = Mapping[str, list[Route]]


def _rest_apis(reading: Reading, routes: Routes) -> Iterator[Api]:
    shared = reading.globals("Api")
    declared = dict(reading.of_type("AWS::Serverless::Api"))
    if routes.get("ServerlessRestApi"):
        declared.setdefault("ServerlessRestApi", {"StageName": _IMPLICIT_STAGE})
    for name, own in declared.items():
        properties: Mapping[str, Any] = {**shared, **own}
        body = _body(reading, name, properties, "DefinitionBody", "DefinitionUri")
        allows = _allowed(reading, properties.get("Cors"))
        yield Api(
            name,
            "rest-api",
            reading.values.text(properties.get("StageName")),
            (*routes.get(name, ()), *_routes_of(body)),
            allows,
            bool(properties.get("Cors")),
            _streams_of(body),
        )
    stages = {
        owner(one.get("RestApiId")): reading.values.text(one.get("StageName"))
        for _, one in reading.of_type("AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage")
        if one.get("StageName")
    }
    for name, properties in reading.of_type("AWS::ApiGateway::RestApi"):
        body = _body(reading, name, properties, "Body", "BodyS3Location")
        streams = _streams_of(body) or any(
            mapping(one.get("Integration")).get("ResponseTransferMode") == "STREAM"
            for _, one in reading.of_type("AWS::ApiGateway::Method")
            if owner(one.get("RestApiId")) == name
        )
        yield Api(name, "rest-api", stages.get(name, ""), (*routes.get(name, ()), *_routes_of(body)), streams=streams)


def _http_apis(reading: Reading, routes: Routes) -> Iterator[Api]:
    shared = reading.globals("HttpApi")
    declared = dict(reading.of_type("AWS::Serverless::HttpApi"))
    if routes.get("ServerlessHttpApi"):
        declared.setdefault("ServerlessHttpApi", {})
    for name, own in declared.items():
        properties: Mapping[str, Any] = {**shared, **own}
        body = _body(reading, name, properties, "DefinitionBody", "DefinitionUri")
        cors = properties.get("CorsConfiguration")
        yield Api(
            name,
            "http-api",
            reading.values.text(properties.get("StageName", DEFAULT_STAGE)),
            (*routes.get(name, ()), *_routes_of(body)),
            _allowed(reading, cors),
            bool(cors),
        )
    stages = {
        owner(one.get("ApiId")): reading.values.text(one.get("StageName"))
        for _, one in reading.of_type("AWS::ApiGatewayV2::Stage")
    }
    for name, properties in reading.of_type("AWS::ApiGatewayV2::Api"):
        if name in web_sockets(reading):
            continue
        body = _body(reading, name, properties, "Body", "BodyS3Location")
        cors = properties.get("CorsConfiguration")
        stage = stages.get(name, DEFAULT_STAGE)
        own_routes = (*routes.get(name, ()), *_routes_of(body))
        yield Api(name, "http-api", stage, own_routes, _allowed(reading, cors), bool(cors))


def _function_urls(reading: Reading, _routes: Routes) -> Iterator[Api]:
    urls = dict(reading.of_type("AWS::Lambda::Url"))
    for name, properties in reading.of_type("AWS::Serverless::Function"):
        if config := properties.get("FunctionUrlConfig") or reading.globals("Function").get("FunctionUrlConfig"):
            urls[f"{name}Url"] = mapping(config)  # the logical id that SAM gives it
    for name, properties in urls.items():
        cors = properties.get("Cors")
        allows = _allowed(reading, cors)
        streams = properties.get("InvokeMode") == "RESPONSE_STREAM"
        yield Api(name, "function-url", "", (Route(ANY_METHOD, ANY_PATH),), allows, bool(cors), streams)


def _routes(reading: Reading) -> Routes:
    """The routes that stand outside the APIs themselves, by the API's logical id."""
    routes: dict[str, list[Route]] = defaultdict(list)
    for name, properties in reading.of_type(*_EVENTS_OF):
        events = reading.mapping_at(f"{name}.Events", properties.get("Events"))
        for event, one in events.items():
            if reading.values.text(mapping(one).get("Type")) in _IMPLICIT:
                _add_event(reading, routes, f"{name}.Events.{event}", one)
    paths = _resource_paths(reading)
    for name, one in reading.of_type("AWS::ApiGateway::Method"):
        api, method = owner(one.get("RestApiId")), str(one.get("HttpMethod", ANY_METHOD)).upper()
        resource = owner(one.get("ResourceId"))
        if resource == api:
            routes[api].append(Route(method, "/"))
        elif resource in paths:
            routes[api].append(Route(method, paths[resource]))
        else:
            reading.unread.append(found(Unsure.NOT_READ, where=name, what="its path"))
    for name, one in reading.of_type("AWS::ApiGatewayV2::Route"):
        if owner(one.get("ApiId")) in web_sockets(reading):
            continue
        key = reading.values.text(one.get("RouteKey"))
        method, _, path = key.partition(" ")
        if key == DEFAULT_STAGE:
            routes[owner(one.get("ApiId"))].append(Route(ANY_METHOD, ANY_PATH))
        elif path.startswith("/"):
            routes[owner(one.get("ApiId"))].append(Route(method, path))
        else:
            reading.unread.append(found(Unsure.NOT_READ, where=name, what="its route"))
    return routes


def _add_event(reading: Reading, routes: dict[str, list[Route]], where: str, event: Mapping[str, Any]) -> None:
    properties = reading.mapping_at(where, event.get("Properties"))
    named = properties.get("RestApiId", properties.get("ApiId"))
    api = owner(named) if named else _IMPLICIT[event["Type"]]
    method = reading.values.text(properties.get("Method", ANY_METHOD)).upper()
    path = reading.values.text(properties.get("Path", ANY_PATH))  # an HTTP API's event without a path takes all
    if not api or not path.startswith("/"):
        reading.unread.append(found(Unsure.NOT_READ, where=where, what="its path" if api else "its API"))
        return
    if not known(method):
        reading.unread.append(found(Unsure.NOT_READ, where=where, what="its method"))
    routes[api].append(Route(ANY_METHOD if method == "*" else method, path))


def _resource_paths(reading: Reading) -> dict[str, str]:
    """The full path of each AWS::ApiGateway::Resource whose parents are all in the template."""
    parts = {
        name: (owner(one.get("ParentId")), owner(one.get("RestApiId")), reading.values.text(one.get("PathPart")))
        for name, one in reading.of_type("AWS::ApiGateway::Resource")
    }

    def path(name: str, below: tuple[str, ...] = ()) -> str | None:
        if name not in parts or name in below:
            return None
        parent, api, part = parts[name]
        if parent == api:
            return f"/{part}"
        above = path(parent, (*below, name))
        return above and f"{above}/{part}"

    return {name: found_path for name in parts if (found_path := path(name))}


def _body(reading: Reading, name: str, properties: Mapping[str, Any], inside: str, outside: str) -> Mapping[str, Any]:
    """The API's OpenAPI document, empty where it has none; told when it is in another file."""
    body = mapping(properties.get(inside))
    if properties.get(outside) or any(key.startswith("Fn::") for key in body):
        reading.unread.append(found(Unsure.DOCUMENT_ELSEWHERE, where=name))
        return {}
    return body


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, operations in mapping(body.get("paths")).items():
        for method, operation in mapping(operations).items():
            name = ANY_METHOD if method == "x-amazon-apigateway-any-method" else str(method).upper()
            if name in (*METHODS, ANY_METHOD):
                yield name, str(path), mapping(operation)


def _routes_of(body: Mapping[str, Any]) -> list[Route]:
    return [
        Route(method, path) if path.startswith("/") else Route(ANY_METHOD, ANY_PATH)  # an HTTP API's $default
        for method, path, _ in _operations(body)
    ]


def _streams_of(body: Mapping[str, Any]) -> bool:
    return any(
        mapping(operation.get("x-amazon-apigateway-integration")).get("responseTransferMode") == "STREAM"
        for _, _, operation in _operations(body)
    )


def _allowed(reading: Reading, cors: Any) -> tuple[str, ...]:
    """The addresses that CORS allows, without `*`."""
    named = mapping(cors)
    several = [*sequence(named.get("AllowOrigins")), named.get("AllowOrigin", cors if isinstance(cors, str) else None)]
    texts = (reading.values.text(one).strip("'\"") for one in several)
    return tuple(text for text in texts if text.startswith(("http://", "https://")))


def web_sockets(reading: Reading) -> list[str]:
    """The WebSocket APIs, whose routes are no paths."""
    return [name for name, one in reading.of_type("AWS::ApiGatewayV2::Api") if one.get("ProtocolType") == "WEBSOCKET"]


def owner(value: Any) -> str:
    """The logical id that an API's id is taken from; empty where it is not of this template."""
    return next(references(value), "")
