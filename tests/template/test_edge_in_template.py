"""The distribution and its functions as the platform's template declares them, and what they ask of a lane's API."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.project.deployment import LANE, ROOT, before_stable, deployed, of_type, template

RESOURCES = template()["Resources"]
EDGE = of_type(RESOURCES, "AWS::CloudFront::Function")
PROD = before_stable("prod")
DISTRIBUTION = PROD.resources["Distribution"]["Properties"]["DistributionConfig"]
BEHAVIORS = {
    "*": DISTRIBUTION["DefaultCacheBehavior"],
    **{PROD.text(b["PathPattern"]): b for b in DISTRIBUTION["CacheBehaviors"]},
}
MAXIMUM_BYTES = 10_240  # a quota of CloudFront that cannot be raised
SEEN_BY_RULES = {
    "CloudFront-Viewer-Country",
    "CloudFront-Is-Mobile-Viewer",
    "CloudFront-Is-Tablet-Viewer",
    "CloudFront-Is-Desktop-Viewer",
}


@pytest.mark.parametrize("name", EDGE)
def test_an_edge_function_is_small_enough_and_live_with_the_stack(name: str) -> None:
    function = EDGE[name]
    assert len(_code(function).encode()) <= MAXIMUM_BYTES
    assert function["AutoPublish"] is True
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    assert len(function["FunctionConfig"]["Comment"]) <= 128


@pytest.mark.parametrize("name", EDGE)
def test_the_code_that_is_included_is_the_code_that_was_built(name: str) -> None:
    included = ROOT / EDGE[name]["FunctionCode"]["Fn::Transform"]["Parameters"]["Location"]
    assert _code(EDGE[name]) == included.with_suffix(".js").read_text(encoding="utf-8")


def test_the_deciding_functions_wait_for_their_store() -> None:
    for name in ("RequestStaticFunction", "RequestApiFunction"):
        stores = EDGE[name]["FunctionConfig"]["KeyValueStoreAssociations"]
        assert stores == [{"KeyValueStoreARN": {"Fn::GetAtt": "EdgeStore.Arn"}}]
        assert RESOURCES[name]["DependsOn"] == "EdgeStore"
    assert "KeyValueStoreAssociations" not in EDGE["ResponseFunction"]["FunctionConfig"]


@pytest.mark.parametrize(
    ("path", "request_function"), [("*", "RequestStaticFunction"), ("/api/*", "RequestApiFunction")]
)
def test_both_behaviors_decide_before_and_mark_after(path: str, request_function: str) -> None:
    associated = {
        one["EventType"]: one["FunctionARN"]["Fn::GetAtt"].split(".")[0]
        for one in BEHAVIORS[path]["FunctionAssociations"]
    }
    assert associated == {"viewer-request": request_function, "viewer-response": "ResponseFunction"}


@pytest.mark.parametrize("path", BEHAVIORS)
def test_country_and_device_reach_the_functions_by_a_policy_of_the_behavior(path: str) -> None:
    named: set[str] = set()
    for key in ("CachePolicyId", "OriginRequestPolicyId"):
        reference = BEHAVIORS[path].get(key)
        if isinstance(reference, dict):  # a managed policy is a bare id and promises nothing here
            properties = RESOURCES[reference["Ref"]]["Properties"]
            config = properties.get("CachePolicyConfig") or properties["OriginRequestPolicyConfig"]
            inner = config.get("ParametersInCacheKeyAndForwardedToOrigin", config)
            named |= set(inner["HeadersConfig"].get("Headers", []))
    assert named >= SEEN_BY_RULES


def test_the_key_of_a_static_file_is_its_path_alone() -> None:
    policy = RESOURCES["StaticCachePolicy"]["Properties"]["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert policy["MinTTL"] == 0  # else CloudFront keeps even what is no-store
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}


def test_an_answer_of_an_api_is_not_kept_and_never_for_another_lane_or_viewer() -> None:
    policy = RESOURCES["ApiCachePolicy"]["Properties"]["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 0, 1)
    assert key["CookiesConfig"] == {"CookieBehavior": "all"}
    assert {"Authorization", "x-gray-version"} <= set(key["HeadersConfig"]["Headers"])
    assert len(key["HeadersConfig"]["Headers"]) <= 10  # a quota


def test_the_foreign_host_does_not_reach_api_gateway() -> None:
    all_viewer_except_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert BEHAVIORS["/api/*"]["OriginRequestPolicyId"] == all_viewer_except_host


def test_no_error_is_kept() -> None:
    """Those that CloudFront keeps by itself (developer guide, "HTTP status codes that CloudFront caches")."""
    errors = {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in DISTRIBUTION["CustomErrorResponses"]}
    assert errors == dict.fromkeys((400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504), 0)
    assert not [one for one in DISTRIBUTION["CustomErrorResponses"] if "ResponsePagePath" in one]


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_security_headers_are_added_where_the_application_says_none(environment: str) -> None:
    resources = before_stable(environment).resources
    config = resources["SecurityHeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]
    headers = config["SecurityHeadersConfig"]
    assert set(headers) == {"StrictTransportSecurity", "ContentTypeOptions", "FrameOptions", "ReferrerPolicy"}
    assert not [name for name, one in headers.items() if one["Override"] is not False]
    for behavior in _behaviors(resources):
        assert behavior["ResponseHeadersPolicyId"] == {"Ref": "SecurityHeadersPolicy"}
    without = before_stable(environment, SecurityHeaders="off").resources
    assert "SecurityHeadersPolicy" not in without
    assert not [one for one in _behaviors(without) if "ResponseHeadersPolicyId" in one]


def test_a_web_acl_stands_before_the_site_when_one_is_named() -> None:
    arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/1"
    with_acl = deployed("prod", WebAclArn=arn).resources["Distribution"]["Properties"]["DistributionConfig"]
    assert with_acl["WebACLId"] == {"Ref": "WebAclArn"}
    assert "WebACLId" not in deployed("prod").resources["Distribution"]["Properties"]["DistributionConfig"]


def test_what_the_edge_logs_tells_what_failed_and_no_viewer() -> None:
    fields = set(RESOURCES["EdgeLogDelivery"]["Properties"]["RecordFields"])
    assert {"x-edge-result-type", "x-edge-detailed-result-type", "cs-uri-stem", "sc-status"} <= fields
    assert not [
        field for field in fields if re.search(r"^c-ip|c-port|Cookie|query|User-Agent|Referer|forwarded", field)
    ]


def test_the_api_is_called_over_tls_with_the_key_and_nobody_else_has_it() -> None:
    (api,) = [origin for origin in DISTRIBUTION["Origins"] if origin["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    (header,) = api["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-api-key"
    assert "{{resolve:secretsmanager:${ApiKeySecret}:" in header["HeaderValue"]["Fn::Sub"]


def test_the_behavior_of_the_apis_leads_to_what_the_platform_stands_before() -> None:
    (api,) = [origin for origin in DISTRIBUTION["Origins"] if origin["Id"] == "api"]
    assert (api["DomainName"], api["OriginPath"]) == ({"Ref": "StableHost"}, {"Ref": "StablePath"})
    assert BEHAVIORS["/api/*"]["TargetOriginId"] == "api"


def test_before_stable_is_there_the_site_is_all_there_is() -> None:
    alone = deployed("prod").resources
    config = alone["Distribution"]["Properties"]["DistributionConfig"]
    assert [origin["Id"] for origin in config["Origins"]] == ["site"]
    assert config["DefaultCacheBehavior"] == DISTRIBUTION["DefaultCacheBehavior"]
    assert "CacheBehaviors" not in config
    assert not of_type(alone, "AWS::ApiGateway::UsagePlanKey")
    assert "lambda:AddPermission" not in str(alone["PublishingPolicy"])


def test_a_stable_api_without_a_usage_plan_gets_no_key() -> None:
    resources = deployed("prod", StableHost="abc.execute-api.us-east-1.amazonaws.com").resources
    assert "CacheBehaviors" in resources["Distribution"]["Properties"]["DistributionConfig"]
    assert not of_type(resources, "AWS::ApiGateway::UsagePlanKey")


@pytest.mark.parametrize(
    ("keys", "sent", "taken"),
    [
        ("a", "ApiKeySecret", ["OriginApiKey"]),
        ("ab", "ApiKeySecret", ["OriginApiKey", "SecondOriginApiKey"]),
        ("ba", "SecondApiKeySecret", ["OriginApiKey", "SecondOriginApiKey"]),
        ("b", "SecondApiKeySecret", ["SecondOriginApiKey"]),
    ],
)
def test_the_key_that_is_sent_is_one_that_every_api_takes(keys: str, sent: str, taken: list[str]) -> None:
    resources = before_stable("prod", OriginKeys=keys).resources
    config = resources["Distribution"]["Properties"]["DistributionConfig"]
    (api,) = [origin for origin in config["Origins"] if origin["Id"] == "api"]
    assert f"${{{sent}}}" in api["OriginCustomHeaders"][0]["HeaderValue"]["Fn::Sub"]
    on_stable = [one["KeyId"]["Ref"] for one in of_type(resources, "AWS::ApiGateway::UsagePlanKey").values()]
    assert on_stable == taken
    for function in ("SyncScheduledFunction", "SyncStreamFunction", "SyncManualFunction"):
        variables = resources[function]["Properties"]["Environment"]["Variables"]
        assert variables["API_KEY_SECRET"] == {"Ref": sent}
        assert [name for name in ("OriginApiKey", "SecondOriginApiKey") if name in _names(variables)] == taken


def _names(variables: Mapping[str, Any]) -> list[str]:
    return re.findall(r"\w+", str(variables["ORIGIN_API_KEYS"]))


def test_two_environments_or_keys_share_no_value() -> None:
    secrets = of_type(deployed("prod", OriginKeys="ab").resources, "AWS::SecretsManager::Secret")
    generated = [one["GenerateSecretString"] for name, one in secrets.items() if "ApiKey" in name]
    assert len(generated) == 2


APIS = of_type(template(LANE)["Resources"], "AWS::Serverless::Api")


@pytest.mark.parametrize("name", APIS)
def test_an_api_answers_head_and_options_wherever_it_answers_get(name: str) -> None:
    """CloudFront lets them through, and what API Gateway does not know it answers itself, with an error."""
    assert {"GET", "HEAD", "OPTIONS"} <= set(BEHAVIORS["/api/*"]["AllowedMethods"])
    for path, methods in APIS[name]["DefinitionBody"]["paths"].items():
        assert {"get", "head", "options"} <= set(methods), path


@pytest.mark.parametrize("name", APIS)
def test_an_api_demands_the_key_method_by_method(name: str) -> None:
    paths = APIS[name]["DefinitionBody"]["paths"]
    assert paths
    for path, methods in paths.items():
        assert not {"x-amazon-apigateway-any-method", "any"} & set(methods), path
        for method in methods.values():
            assert method["security"] == [{"origin_key": []}], path
            assert "stageVariables.function" in method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]


def _behaviors(resources: Mapping[str, Any]) -> list[Any]:
    configuration = resources["Distribution"]["Properties"]["DistributionConfig"]
    return [configuration["DefaultCacheBehavior"], *configuration["CacheBehaviors"]]


def _code(function: dict[str, Any]) -> str:
    location = function["FunctionCode"]["Fn::Transform"]["Parameters"]["Location"]
    return _joined(json.loads((ROOT / location).read_text(encoding="utf-8")))


def _joined(value: Any) -> str:
    """The text with the template's defaults in it."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return str(template()["Parameters"][value["Ref"]]["Default"])
    separator, parts = value["Fn::Join"]
    return str(separator).join(map(_joined, parts))
