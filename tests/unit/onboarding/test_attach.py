"""What `grayctl attach` prints: read by the tools of each language, and compared with the platform."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import pytest
import quickjs

from generate.reference.template_reference import read_template as platform_template
from grayctl.attachment.cdk import as_cdk
from grayctl.attachment.cloudformation import as_cloudformation
from grayctl.attachment.plan import attachment
from grayctl.attachment.terraform import as_terraform
from grayctl.cli import run
from grayctl.errors import EXIT_OK, UsageError
from grayctl.onboarding.examine import examine
from grayctl.onboarding.settings import parse_settings
from grayctl.onboarding.template import parse_template, read_template

NOTEBOOK = read_template(Path(__file__).parent / "templates" / "http-api-spa.yaml")
SETTINGS = """
environment = "prod"
template = "template.yaml"
lanes.v1.stack = "notebook"
site = {folder = "dist", documents = "spa"}
[[origins]]
id = "notes-api"
kind = "http-api"
resource = "NotesApi"
behaviors = ["/api/*", "/it's/\\"\\"$"]
"""
ATTACHMENT = attachment(parse_settings(SETTINGS, "graylane.toml"))
PATTERNS = ["/api/*", '/it\'s/""$']
STATIC, CALL, RESPONSE = "graylane-prod-request-static", "graylane-prod-request-api", "graylane-prod-response"
# AWS CDK, as far as the printed statements use it: each construct is what it was given.
CDK = """
const given = (_scope, _id, properties) => properties;
const made = class { constructor(_scope, _id, properties) { Object.assign(this, properties); } };
const cdk = { Duration: { seconds: Number }, Stack: { of: () => ({ formatArn: (one) => one.resourceName }) } };
const lists = { allowList: (...names) => names, all: () => 'all' };
const cloudfront = {
  Function: { fromFunctionAttributes: given }, CachePolicy: made, OriginRequestPolicy: made,
  FunctionEventType: { VIEWER_REQUEST: 'viewer-request', VIEWER_RESPONSE: 'viewer-response' },
  CacheHeaderBehavior: lists, OriginRequestHeaderBehavior: lists,
  CacheCookieBehavior: lists, CacheQueryStringBehavior: lists,
};
"""


def platform(resource: str) -> Any:
    (config,) = (one for one in platform_template()["Resources"][resource]["Properties"].values())
    return {key: value for key, value in config.items() if key not in ("Name", "Comment")}


def merged(into: Any, more: Any) -> Any:
    """The one with the other added, behaviors by their patterns: what the printed comment asks a person to do."""
    if isinstance(into, dict) and isinstance(more, dict):
        return {**into, **{key: merged(into.get(key), value) for key, value in more.items()}}
    if isinstance(into, list) and any("PathPattern" in one for one in more):
        ours = {one["PathPattern"]: one for one in more}
        return [merged(one, ours.get(one["PathPattern"], {})) for one in into]
    return more


def test_cloudformation_is_a_template_that_passes_cfn_lint_where_it_is_merged(tmp_path: Path) -> None:
    fragment = parse_template(as_cloudformation(ATTACHMENT), "printed")
    config = fragment["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    assert [one["PathPattern"] for one in config["CacheBehaviors"]] == PATTERNS
    whole = merged(NOTEBOOK, fragment)
    assert examine(whole) == []  # the functions that are there now are ours
    (tmp_path / "template.json").write_text(json.dumps(whole))
    linted = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--regions", "us-east-1", "--", tmp_path / "template.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_its_policies_are_those_of_the_platform() -> None:
    resources = parse_template(as_cloudformation(ATTACHMENT), "printed")["Resources"]
    for ours, theirs in (
        ("GraylaneApiCachePolicy", "ApiCachePolicy"),
        ("GraylaneSiteRequestPolicy", "StaticOriginRequestPolicy"),
    ):
        (config,) = resources[ours]["Properties"].values()
        assert {key: value for key, value in config.items() if key != "Name"} == platform(theirs)


def test_its_functions_are_those_of_the_platform() -> None:
    resources = platform_template()["Resources"]
    own = {
        one["Properties"]["Name"]["Fn::Sub"] for one in resources.values() if one["Type"] == "AWS::CloudFront::Function"
    }
    assert {name.replace("${Environment}", "prod") for name in own} == {STATIC, CALL, RESPONSE}


def test_terraform_is_hcl() -> None:
    found = hcl2.loads(
        as_terraform(ATTACHMENT), serialization_options=hcl2.SerializationOptions(strip_string_quotes=True)
    )
    functions = {label: one["name"] for each in found["data"] for label, one in each["aws_cloudfront_function"].items()}
    assert functions == {"graylane_request_static": STATIC, "graylane_request_api": CALL, "graylane_response": RESPONSE}
    resources = {kind: one for each in found["resource"] for kind, one in each.items()}
    key = resources["aws_cloudfront_cache_policy"]["graylane_api"]["parameters_in_cache_key_and_forwarded_to_origin"][0]
    wanted = platform("ApiCachePolicy")["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    assert key["headers_config"][0]["headers"][0]["items"] == wanted
    site = resources["aws_cloudfront_distribution"]["site"]
    assert [one["path_pattern"] for one in site["ordered_cache_behavior"]] == PATTERNS
    for behavior, request in (
        (site["default_cache_behavior"][0], "request_static"),
        *((one, "request_api") for one in site["ordered_cache_behavior"]),
    ):
        assert [(one["event_type"], one["function_arn"]) for one in behavior["function_association"]] == [
            ("viewer-request", f"${{data.aws_cloudfront_function.graylane_{request}.arn}}"),
            ("viewer-response", "${data.aws_cloudfront_function.graylane_response.arn}"),
        ]


def test_cdk_runs_and_gives_each_behavior_its_functions() -> None:
    text = as_cdk(ATTACHMENT)
    made = json.loads(quickjs.Context().eval(f"{CDK}{text}; JSON.stringify([graylaneSite, graylaneApi])"))
    functions = [
        [(one["eventType"], one["function"]["functionArn"]) for one in each["functionAssociations"]] for each in made
    ]
    assert functions == [
        [("viewer-request", STATIC), ("viewer-response", RESPONSE)],
        [("viewer-request", CALL), ("viewer-response", RESPONSE)],
    ]
    wanted = platform("ApiCachePolicy")["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    assert made[1]["cachePolicy"]["headerBehavior"] == wanted
    for pattern in PATTERNS:
        assert f"additionalBehaviors[{json.dumps(pattern)}]" in text


def test_without_pages_there_is_nothing_to_attach() -> None:
    with pytest.raises(UsageError, match=r"no \[site\] in the file"):
        attachment(parse_settings(SETTINGS.replace("site = {", "# {"), "graylane.toml"))


def test_pages_of_an_origin_are_refused() -> None:
    text = SETTINGS.replace('site = {folder = "dist", documents = "spa"}', "").replace('"/api/*"', '"*"')
    with pytest.raises(UsageError, match="the default behavior"):
        attachment(parse_settings(text, "graylane.toml"))


def test_the_command_prints_it_to_the_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "graylane.toml").write_text(SETTINGS)
    for language, write in (("cloudformation", as_cloudformation), ("terraform", as_terraform), ("cdk", as_cdk)):
        assert run(["attach", "--print", language, "--file", str(tmp_path / "graylane.toml")]) == EXIT_OK
        assert capsys.readouterr().out == write(ATTACHMENT)
