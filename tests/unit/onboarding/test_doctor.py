"""What `grayctl doctor` finds in other people's templates and built files."""

import json
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grayctl.errors import UsageError
from grayctl.onboarding.application import Route
from grayctl.onboarding.distributions import read_application
from grayctl.onboarding.examine import examine
from grayctl.onboarding.findings import Unsure, Warned, Wrong
from grayctl.onboarding.template import find_template, parse_template, read_template, read_with_documents

TEMPLATES = Path(__file__).parent / "templates"
SHOP = {
    ("blocks", "function-there", "Distribution.DefaultCacheBehavior"),
    ("blocks", "lambda-there", "Distribution.CacheBehaviors[1] product*"),
    ("blocks", "continuous-deployment", "Distribution"),
    ("blocks", "path-not-covered", "Distribution"),
    ("blocks", "methods-refused", "Distribution.CacheBehaviors[1] product*"),
    ("blocks", "fixed-name", "Carts.FunctionName"),
    ("blocks", "fixed-name-of-data", "CartTable.TableName"),
    ("blocks", "one-address", "Distribution.DistributionConfig.Aliases[0]"),
    ("blocks", "name-too-long", "PaidQueue.QueueName"),
    ("blocks", "web-socket", "Chat"),
    ("blocks", "app-sync", "Reviews"),
    ("warning", "cross-origin", "CartApi"),
    ("warning", "options-refused", "Distribution.CacheBehaviors[0] /cart*"),
    ("warning", "only-read", "Distribution.CacheBehaviors[0] /cart*"),
    ("unknown", "not-read", "Distribution.Origins[3]"),
    ("unknown", "document-elsewhere", "StockApi"),
    ("unknown", "stack-elsewhere", "Reports"),
}
EXPECTED: dict[str, set[tuple[str, str, str]]] = {
    "http-api-spa.yaml": set(),
    "two-rest-apis.yaml": SHOP,
    "function-url.yaml": {
        ("blocks", "rendered-pages", "Distribution.DefaultCacheBehavior"),
        ("warning", "streams", "PageUrl"),
        ("warning", "only-read", "Distribution.DefaultCacheBehavior"),
    },
    "plain.json": {
        ("warning", "no-distribution", "the template"),
        ("warning", "same-api-name", "Form.Name"),
        ("unknown", "not-read", "ReadShared"),
    },
}
ORIGIN = {"Id": "api", "DomainName": {"Fn::Sub": "${Api}.execute-api.eu-west-1.amazonaws.com"}}


def codes(template: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(one.level, one.code, one.where) for one in examine(template)}


def with_api(event: dict[str, Any], pattern: Any = "/api/*", **origin: Any) -> dict[str, Any]:
    """A REST API with one route, behind a distribution with one behavior besides the default one."""
    methods = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    return {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {
            "Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": {"Ref": "Stage"}}},
            "Code": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Events": {"One": {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}, **event}}}
                },
            },
            "Edge": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {
                    "DistributionConfig": {
                        "Origins": [{**ORIGIN, **origin}, {"Id": "site", "DomainName": "site.example.com"}],
                        "DefaultCacheBehavior": {"TargetOriginId": "site"},
                        "CacheBehaviors": [
                            {"PathPattern": pattern, "TargetOriginId": "api", "AllowedMethods": methods}
                        ],
                    }
                },
            },
        },
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_each_template_has_its_findings(name: str) -> None:
    findings = examine(read_template(TEMPLATES / name))
    assert {(one.level, one.code, one.where) for one in findings} == EXPECTED[name]
    assert [one.level for one in findings] == sorted((one.level for one in findings), key="blocks warning unknown".find)
    for one in findings:
        assert one.remedy
        assert "\n" not in one.what + one.remedy


def test_every_declared_finding_is_found_in_a_template_or_a_build() -> None:
    elsewhere = {"absolute-address", "api-outside", "missing-in-a-lane"}  # below
    everything = {code for each in EXPECTED.values() for _, code, _ in each} | elsewhere
    assert everything == {one.code for one in (*Wrong, *Warned, *Unsure)}


@pytest.mark.parametrize(
    ("path", "pattern", "origin", "found"),
    [
        ("/api/notes", "/api/*", {"OriginPath": "/live"}, set()),
        ("/api", "/api/*", {"OriginPath": "/live"}, {("blocks", "path-not-covered", "Edge")}),
        ("/api", "/api*", {"OriginPath": "/live"}, set()),
        ("/api/{id}", "api/?", {"OriginPath": "/live"}, set()),
        ("/{proxy+}", "/anything/*", {"OriginPath": "/live"}, set()),
        # Without an origin path the stage is in the viewer's path, and only a deployment knows it.
        ("/api/notes", "/live/*", {}, {("unknown", "not-read", "Api")}),
        (
            "/api/notes",
            {"Fn::ImportValue": "pattern"},
            {"OriginPath": "/x"},
            {("unknown", "not-read", "Edge.CacheBehaviors[0]")},
        ),
    ],
)
def test_a_route_is_covered_by_the_first_behavior_that_matches(
    path: str, pattern: Any, origin: dict[str, str], found: set[tuple[str, str, str]]
) -> None:
    assert codes(with_api({"Path": path, "Method": "get"}, pattern, **origin)) == found


def test_an_api_without_a_behavior_is_told() -> None:
    template = with_api({"Path": "/api", "Method": "get"}, DomainName="other.example.com")
    assert codes(template) == {("warning", "api-outside", "Api")}


def test_an_event_of_an_api_that_is_not_in_the_template_is_told() -> None:
    event = {"Path": "/api", "Method": "get", "RestApiId": {"Fn::ImportValue": "api"}}
    assert ("unknown", "not-read", "Code.Events.One") in codes(with_api(event))


def test_a_behavior_with_our_own_functions_is_attached_already() -> None:
    template = with_api({"Path": "/api/x", "Method": "get"}, OriginPath="/x")
    config = template["Resources"]["Edge"]["Properties"]["DistributionConfig"]
    arn = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:function/graylane-prod-response"}
    config["CacheBehaviors"][0]["FunctionAssociations"] = [{"EventType": "viewer-response", "FunctionARN": arn}]
    assert codes(template) == set()


def test_a_name_with_a_condition_or_a_parameter_is_no_fixed_one() -> None:
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders"}}
    by_lane = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "orders-${Lane}"}}}
    template: dict[str, Any] = {
        "Parameters": {"Lane": {"Type": "String", "Default": "v1"}},
        "Resources": {"One": by_lane},
    }
    assert {code for _, code, _ in codes(template)} == {"no-distribution"}
    template["Resources"]["Two"] = {**named, "Condition": "IsStable"}
    assert {code for _, code, _ in codes(template)} == {"no-distribution"}
    template["Resources"]["Two"] = named
    assert ("blocks", "fixed-name", "Two.TopicName") in codes(template)


@pytest.mark.parametrize(
    ("place", "is_there"),
    [
        ({"Resources": {"Code": {"Type": "AWS::Lambda::Function", "Properties": {"X": {"Ref": "Table"}}}}}, False),
        ({"Outputs": {"Code": {"Value": {"Fn::Sub": "${Table.Arn}/x"}}}}, False),
        ({"Outputs": {"Code": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}, "Condition": "IsOther"}}}, False),
        ({"Outputs": {"Code": {"Value": {"Fn::If": ["IsStable", "one", {"Ref": "Table"}]}}}}, False),
        ({"Outputs": {"Code": {"Value": {"Fn::If": ["IsOther", {"Ref": "Table"}, "two"]}}}}, False),
        ({"Outputs": {"Code": {"Value": {"Ref": "Table"}, "Condition": "IsStable"}}}, True),
        ({"Outputs": {"Code": {"Value": [{"Fn::If": ["IsStable", {"Ref": "Table"}, "two"]}]}}}, True),
        # CloudFormation leaves out what a stack has not got.
        ({"Resources": {"Code": {"Type": "AWS::SQS::Queue", "DependsOn": "Table"}}}, True),
    ],
)
def test_what_refers_to_a_resource_that_a_lane_has_not_got(place: dict[str, Any], is_there: bool) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Condition": "IsStable", "Properties": {"TableName": "notes"}}
    template = {**place, "Resources": {"Table": table, **place.get("Resources", {})}}
    where = "Code" if "Resources" in place else "Outputs.Code"
    assert (("warning", "missing-in-a-lane", where) not in codes(template)) is is_there


def test_a_table_is_never_told_to_take_another_name() -> None:
    named = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "notes"}}
    (one,) = (found for found in examine({"Resources": {"Notes": named}}) if found.level == "blocks")
    assert "Do not rename it" in one.remedy


def test_built_files_with_an_api_s_own_address(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    address = "https://abc123.execute-api.eu-west-1.amazonaws.com"
    (tmp_path / "assets" / "app.js").write_text(f"let a = 1;\nfetch('{address}/prod/notes'); fetch('{address}/x')")
    (tmp_path / "assets" / "app.js.map").write_text("https://def456.execute-api.eu-west-1.amazonaws.com")
    (tmp_path / "index.html").write_text("<a href='https://abc.lambda-url.eu-west-1.on.aws/'>")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\xff\xfe")
    template = read_template(TEMPLATES / "http-api-spa.yaml")
    findings = [(one.where, one.what) for one in examine(template, tmp_path)]
    assert findings == [
        ("assets/app.js:2", f"calls {address} by its own address, past the edge (2 times)"),
        ("index.html:1", "calls https://abc.lambda-url.eu-west-1.on.aws by its own address, past the edge (once)"),
    ]
    with pytest.raises(UsageError, match="build folder not found"):
        examine(template, tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ((TEMPLATES / "broken.yaml").read_text(), "t.yaml is not valid YAML: line 5: expected ',' or ']'"),
        ("services: {web: {image: nginx}}", "t.yaml is not a CloudFormation template: it has no Resources"),
        ("- Resources", "t.yaml is not a CloudFormation template"),
        ("Resources: {A: {Properties: {}}}", "t.yaml: Resources.A has no Type"),
        ("Resources: {A: {Type: X, Properties: [a]}}", "t.yaml: Resources.A.Properties is not a mapping"),
        ("[" * 1000, "t.yaml is not valid YAML"),
        ("a: \x07", "t.yaml is not valid YAML"),
        ("? [a]\n: b", "t.yaml is not valid YAML"),
        ("Resources: &a {A: {Type: X, Properties: {one: *a}}}", "t.yaml has more than 1,000,000 values"),
    ],
)
def test_what_is_no_template_is_told_in_one_line(text: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_template(text, "t.yaml")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "named",
    [
        "DefinitionUri: api.yaml",
        "DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}",
    ],
)
def test_an_openapi_document_beside_the_template_is_read(tmp_path: Path, named: str) -> None:
    (tmp_path / "t.yaml").write_text(f"Resources: {{Api: {{Type: AWS::Serverless::Api, Properties: {{{named}}}}}}}")
    missing = read_application(read_with_documents(tmp_path / "t.yaml"))
    assert [one.code for one in missing.unread] == ["document-elsewhere"]
    (tmp_path / "api.yaml").write_text("openapi: 3.0.1\npaths: {/orders: {get: {responses: !Ref X}, x-other: 1}}")
    there = read_application(read_with_documents(tmp_path / "t.yaml"))
    assert (there.unread, there.apis["Api"].routes) == ((), (Route("GET", "/orders"),))
    (tmp_path / "api.yaml").write_text("paths: [")
    with pytest.raises(UsageError, match=r"api.yaml is not valid YAML: line 1"):
        read_with_documents(tmp_path / "t.yaml")


def test_the_template_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no template in"):
        find_template(tmp_path)
    (tmp_path / "template.yml").write_text("x")
    assert find_template(tmp_path).name == "template.yml"


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", 7, True, [], {}, ["x"], {"Ref": "X"}, {"Fn::If": ["C", 1]}, {"Fn::Sub": []}, {"a": 1}]
)
PARSED = [read_template(TEMPLATES / name) for name in EXPECTED]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_only_a_deployment_knows_never_blocks(name: str) -> None:
    """A value at any place is taken from another stack: that may hide what blocked, and never invents it."""
    original = read_template(TEMPLATES / name)
    blocked = {(one.code, one.where.split(" ")[0]) for one in examine(original) if one.level == "blocks"}
    for *way, last in places(original["Resources"])[1:]:
        if "Properties" not in way:
            continue
        template = deepcopy(original)
        inside: Any = template["Resources"]
        for key in way:
            inside = inside[key]
        inside[last] = {"Fn::ImportValue": "theirs"}
        now = {(one.code, one.where.split(" ")[0]) for one in examine(template) if one.level == "blocks"}
        assert now <= blocked, ".".join(map(str, (*way, last)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_template_with_anything_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    template = json.loads(json.dumps(data.draw(st.sampled_from(PARSED))))
    for place in data.draw(st.lists(st.sampled_from(places(template)[1:]), min_size=1, max_size=3)):
        *way, last = place
        inside = template
        try:
            for key in way:
                inside = inside[key]
            inside[last] = deepcopy(data.draw(JUNK))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    with suppress(UsageError):
        examine(parse_template(json.dumps(template), "t.yaml"))
