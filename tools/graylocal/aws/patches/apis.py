"""APIs: their routes from a template's Body, and what a function gets and may answer.

(API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs" and "OpenAPI definitions".)
"""

import contextvars
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_region
from ministack.services import apigateway, apigateway_v1
from ministack.services.cloudformation import provisioners

_ANY = "x-amazon-apigateway-any-method"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", _ANY)
_ERROR = {
    "statusCode": 500,
    "headers": {"content-type": "application/json"},
    "body": json.dumps({"message": "Internal Server Error"}),
}


@dataclass(frozen=True)
class _Call:
    """What a proxy event of format 1.0 has and one of 2.0 has not."""

    version: str
    stage: str
    query: Mapping[str, list[str]]


_call: contextvars.ContextVar[_Call | None] = contextvars.ContextVar("call", default=None)


def a_rest_api_has_the_any_methods_of_its_body() -> None:
    """Gap: a method of the kind ANY in the Body of AWS::ApiGateway::RestApi is ignored."""
    operation = apigateway_v1._import_operation

    def imported(api: str, resource: str, method: str, *args: Any, **kw: Any) -> None:
        operation(api, resource, "ANY" if method == _ANY.upper() else method, *args, **kw)

    apigateway_v1._OPENAPI_HTTP_METHODS = {*apigateway_v1._OPENAPI_HTTP_METHODS, _ANY}
    apigateway_v1._import_operation = imported


def an_http_api_has_the_routes_of_its_body() -> None:
    """Gap: `Body` of AWS::ApiGatewayV2::Api is ignored, so an AWS::Serverless::HttpApi has no route.

    AWS imports the OpenAPI definition: routes, integrations, authorizers and CORS; an update replaces them all.
    """
    kept: dict[str, Any] = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = kept["create"], kept["update"]

    def created(logical_id: str, props: Any, stack_name: str) -> Any:
        made = create(logical_id, _named(props), stack_name)
        _import(made[0], props.get("Body"))
        return made

    def updated(physical_id: str, old: Any, new: Any, stack_name: str, logical_id: Any = None) -> Any:
        made = update(physical_id, _named(old), _named(new), stack_name, logical_id)
        _import(made[0], new.get("Body"))
        return made

    kept.update(create=created, update=updated)


def _named(props: Mapping[str, Any]) -> dict[str, Any]:
    """The properties, with the ones that the definition gives."""
    body = props.get("Body") or {}
    title, cors = (body.get("info") or {}).get("title"), body.get("x-amazon-apigateway-cors")
    given = {"Name": title} if title else {}
    if cors:
        given["CorsConfiguration"] = cors
    return {**given, **props}


def _import(api: str, body: Mapping[str, Any] | None) -> None:
    if not body:
        return
    for records in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        records[api] = {}
    authorizers = {}
    for name, scheme in (body.get("components") or {}).get("securitySchemes", {}).items():
        given = scheme.get("x-amazon-apigateway-authorizer")
        if given:
            authorizers[name] = _authorizer(api, name, given)
    for path, operations in body.get("paths", {}).items():
        for method in _METHODS:
            if method in operations:
                security = operations[method].get("security", body.get("security"))
                _route(api, _key(method, path), operations[method], security, authorizers)


def _key(method: str, path: str) -> str:
    if path.strip("/") == "$default":
        return "$default"
    return f"{'ANY' if method == _ANY else method.upper()} {path}"


def _authorizer(api: str, name: str, given: Mapping[str, Any]) -> tuple[str, str]:
    """The type of a route with this authorizer, and its id."""
    kind = given.get("type", "jwt").upper()
    source = given.get("identitySource") or ["$request.header.Authorization"]
    made = {
        **given,
        "name": name,
        "authorizerType": kind,
        "identitySource": [each.strip() for each in source.split(",")] if isinstance(source, str) else source,
    }
    return "JWT" if kind == "JWT" else "CUSTOM", _made(apigateway._create_authorizer(api, made))["authorizerId"]


def _route(api: str, key: str, operation: Any, security: Any, authorizers: Mapping[str, tuple[str, str]]) -> None:
    given = operation.get("x-amazon-apigateway-integration")
    if not given:
        return
    integration = {
        **given,
        "integrationType": given.get("type", "aws_proxy").upper(),
        "integrationUri": given.get("uri", ""),
        "integrationMethod": given.get("httpMethod", "POST"),
    }
    number = _made(apigateway._create_integration(api, integration))["integrationId"]
    route: dict[str, Any] = {"routeKey": key, "target": f"integrations/{number}"}
    for name, scopes in (security or [{}])[0].items():
        if name == "NONE":  # as SAM writes a route without the default authorizer
            continue
        kind, authorizer = authorizers.get(name, ("AWS_IAM", ""))
        route |= {"authorizationType": kind, "authorizerId": authorizer, "authorizationScopes": scopes}
    _made(apigateway._create_route(api, route))


def _made(answer: tuple[int, Any, bytes]) -> dict[str, Any]:
    if answer[0] >= 400:
        raise ValueError(f"AWS::ApiGatewayV2::Api: {answer[2]!r}")
    made: dict[str, Any] = json.loads(answer[2])
    return made


def an_http_api_calls_functions_as_aws() -> None:
    """Gap: an event has no cookies, no stage in its path and the emulator's host; there is no payload format 1.0, no
    `multiValueHeaders` in an answer, and a function's error is shown.
    """
    invoke, run = apigateway._invoke_lambda_proxy, apigateway.run_reentrant

    async def as_configured(integration: Any, api: str, stage: str, *args: Any, **kw: Any) -> Any:
        query = args[4] or {}
        token = _call.set(_Call(str(integration.get("payloadFormatVersion", "2.0")), stage, query))
        try:
            return await invoke(integration, api, stage, *args, **kw)
        finally:
            _call.reset(token)

    async def with_event(fn: Any, record: Any, event: Any, **kw: Any) -> Any:
        call = _call.get()
        if call is None:
            return await run(fn, record, event, **kw)
        event = _completed(event, call)
        result = await run(fn, record, _first_format(event, call) if call.version == "1.0" else event, **kw)
        return _answer(result, call)

    apigateway._invoke_lambda_proxy = as_configured
    apigateway.run_reentrant = with_event


def _completed(event: dict[str, Any], call: _Call) -> dict[str, Any]:
    context, stage = event["requestContext"], "" if call.stage == "$default" else f"/{call.stage}"
    host = f"{context['apiId']}.execute-api.{get_region()}.amazonaws.com"
    path = stage + event["rawPath"]
    cookies = [each.strip() for each in event["headers"].get("cookie", "").split(";") if each.strip()]
    return {
        **event,
        "rawPath": path,
        **({"cookies": cookies} if cookies else {}),
        "headers": {**event["headers"], "host": host, "x-forwarded-proto": "https", "x-forwarded-port": "443"},
        "requestContext": {
            **context,
            "domainName": host,
            "domainPrefix": context["apiId"],
            "http": {**context["http"], "path": path},
        },
    }


def _first_format(event: dict[str, Any], call: _Call) -> dict[str, Any]:
    """The event in payload format 1.0."""
    context, http = event["requestContext"], event["requestContext"]["http"]
    resource = event["routeKey"].partition(" ")[2] or event["routeKey"]
    jwt = (context.get("authorizer") or {}).get("jwt")
    shared = ("accountId", "apiId", "domainName", "domainPrefix", "requestId", "stage")
    return {
        "version": "1.0",
        "resource": resource,
        "path": event["rawPath"],
        "httpMethod": http["method"],
        "headers": event["headers"],
        "multiValueHeaders": {name: [value] for name, value in event["headers"].items()},
        "queryStringParameters": {name: values[-1] for name, values in call.query.items()} or None,
        "multiValueQueryStringParameters": dict(call.query) or None,
        "requestContext": {
            **{name: context[name] for name in shared},
            "authorizer": jwt or (context.get("authorizer") or {}).get("lambda"),
            "extendedRequestId": context["requestId"],
            "httpMethod": http["method"],
            "identity": {"sourceIp": http["sourceIp"], "userAgent": http["userAgent"]},
            "path": event["rawPath"],
            "protocol": http["protocol"],
            "requestTime": context["time"],
            "requestTimeEpoch": context["timeEpoch"],
            "resourceId": event["routeKey"],
            "resourcePath": resource,
        },
        "pathParameters": event.get("pathParameters"),
        "stageVariables": apigateway._get_stage_variables(context["apiId"], call.stage) or None,
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }


def _answer(result: dict[str, Any], call: _Call) -> dict[str, Any]:
    body = result.get("body")
    if result.get("error"):
        return {**result, "body": _ERROR}
    if call.version != "1.0":
        return result
    if not isinstance(body, dict) or "statusCode" not in body:
        return {**result, "body": _ERROR}  # only format 2.0 takes a bare value for the body
    several = body.get("multiValueHeaders") or {}
    return {**result, "body": {**body, "headers": {**(body.get("headers") or {}), **several}}}
