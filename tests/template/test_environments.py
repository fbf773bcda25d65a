"""The stacks of samconfig.toml, and what each makes of its template."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.support.project.deployment import (
    LANE,
    PLATFORM,
    ROOT,
    Deployment,
    before_stable,
    deployed,
    every_deployment,
    of_type,
    template,
)
from tests.template.transformed import references

from delivery.artifacts.parameters import build_of, names, overrides, stacks_of

SAMCONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
PLATFORMS = ("dev", "test", "prod")
# Each stack with its environment and lane.
LANES = {
    "dev-v1": ("dev", "v1"),
    "dev-v2": ("dev", "v2"),
    "test-v1": ("test", "v1"),
    "test-v2": ("test", "v2"),
    "prod-v1": ("prod", "v1"),
    "gray": ("prod", "v2"),
}
STACKS = sorted([*PLATFORMS, *LANES])
# A mail address is nobody's default, and the second key is there only while the first is changed.
OPTIONAL = {"AlarmMail", "SecondApiKeySecret", "SecondOriginApiKey", "SecondStableUsagePlanKey"}
EDGE_LOGS = {name for name in template(PLATFORM)["Resources"] if name.startswith("EdgeLog")}
OF_GRAY = {"WithdrawErrorsAlarm", "WithdrawLatencyAlarm", "ShareMismatchAlarm"}
OF_STABLE = {
    name for name in template(LANE)["Resources"] if name.startswith(("Pricing", "UnknownLane", "SharedMessages"))
}
COPY = {"DataCopyFunction", "DataCopyLogGroup", "DataCopyRole"}


def test_there_are_three_platforms_with_their_lanes() -> None:
    assert set(names(ROOT)) == set(STACKS)
    assert {name: stacks_of(ROOT, name) for name in (*PLATFORMS, "gray")} == {
        "dev": ["dev-v1", "dev-v2", "dev"],
        "test": ["test-v1", "test-v2", "test"],
        "prod": ["prod-v1", "prod"],
        "gray": ["gray"],
    }


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_has_its_template_and_what_is_built_of_it(name: str) -> None:
    """`sam build --config-env X && sam deploy --config-env X` deploys what was built; who shares it is alike."""
    build, deploy = (SAMCONFIG[name][command]["parameters"] for command in ("build", "deploy"))
    assert build["template_file"] == (LANE if name in LANES else PLATFORM)
    assert deploy["template_file"] == f"{build['build_dir']}/template.yaml"
    alike = [build_of(ROOT, each, dict(item.split("=", 1) for item in overrides(ROOT, each))) for each in STACKS]
    assert len({each.folder for each in alike}) == len(set(alike)) == 3


@pytest.mark.parametrize("name", STACKS)
def test_every_override_is_a_value_that_the_template_takes(name: str) -> None:
    parameters = template(deployed(name).template)["Parameters"]
    for item in overrides(ROOT, name):
        parameter, value = item.split("=", 1)
        assert parameter in parameters, f"the template of {name} has no parameter {parameter}"
        assert _takes(parameters[parameter], value), item


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_says_where_it_goes_and_what_it_is(name: str) -> None:
    common, deploy = (SAMCONFIG[name][command]["parameters"] for command in ("global", "deploy"))
    environment, lane = LANES.get(name, (name, None))
    given = deployed(name).values
    assert common["stack_name"] == f"graylane-{name}"
    assert common["region"] == "us-east-1"  # CloudFront's metrics and certificates
    assert (given["Environment"], given.get("Lane")) == (environment, lane)
    assert f"environment={environment}" in deploy["tags"]
    assert deploy["confirm_changeset"] == (environment == "prod")


@pytest.mark.parametrize(("name", "without"), [("dev", EDGE_LOGS), ("test", set()), ("prod", set())])
def test_a_platform_that_stands_before_stable_holds_everything(name: str, without: set[str]) -> None:
    assert set(template(PLATFORM)["Resources"]) - set(before_stable(name).resources) == OPTIONAL | without


def test_what_all_lanes_share_is_with_stable_and_what_compares_with_gray() -> None:
    everything = set(template(LANE)["Resources"])
    for name, (_, lane) in LANES.items():
        there = set(deployed(name).resources)
        assert there == everything - (OF_GRAY if lane == "v1" else OF_STABLE | COPY), name
    assert set(deployed("gray").outputs) == {"ApiId"}


@pytest.mark.parametrize("environment", PLATFORMS)
def test_the_stacks_of_an_environment_share_no_physical_name(environment: str) -> None:
    lanes = [name for name, (of, _) in LANES.items() if of == environment]
    found = [_physical_names(deployed(name)) for name in (environment, *lanes)]
    assert all(found)
    assert len(set().union(*found)) == sum(map(len, found))


def test_the_platforms_values_of_stable_are_the_outputs_of_its_stack() -> None:
    outputs = set(deployed("prod-v1").outputs)
    assert outputs == {"ApiId", *(before_stable("prod").values.keys() - deployed("prod").values.keys())}


def test_shared_data_leaves_out_the_second_table_and_the_copy() -> None:
    stable, gray = (
        [set(deployed(name, DataMode=mode).resources) for mode in ("isolated", "shared")] for name in ("dev-v1", "gray")
    )
    assert stable[0] - stable[1] == COPY
    assert gray[0] - gray[1] == {"OrdersTable"}
    assert "OrdersTable" not in json.dumps(deployed("gray", DataMode="shared").resources)


def test_data_is_protected_where_people_depend_on_it() -> None:
    for stack in STACKS:
        protected = deployed(stack).values["Environment"] == "prod"
        tables = of_type(deployed(stack).resources, "AWS::DynamoDB::Table")
        assert len(tables) == 1
        for name, table in tables.items():
            assert table["DeletionProtectionEnabled"] is protected, (stack, name)


def test_options_bring_what_they_say() -> None:
    assert set(deployed("prod").resources) >= EDGE_LOGS
    assert not EDGE_LOGS & set(deployed("dev").resources)
    log_role = {"ApiLogsRole", "ApiLogsAccount"}
    assert not log_role & set(deployed("prod-v1", AccessLogs="account").resources)
    assert deployed("prod-v1", AccessLogs="account").resources["Api"]["Properties"]["AccessLogSetting"]
    manual = "SyncManualFunction"
    assert "ReservedConcurrentExecutions" not in deployed("prod").resources[manual]["Properties"]
    reserving = deployed("prod", KillConcurrency="5").resources[manual]["Properties"]
    assert reserving["ReservedConcurrentExecutions"] == {"Ref": "KillConcurrency"}
    assert "AlarmMail" in deployed("prod", AlarmEmail="ops@shop.example").resources
    assert "WithdrawSubscription" not in deployed("prod", AutomaticRollback="off").resources
    domain = deployed("prod", DomainName="shop.example", CertificateArn="arn:aws:acm:us-east-1:1:certificate/x")
    configuration = domain.resources["Distribution"]["Properties"]["DistributionConfig"]
    assert configuration["Aliases"] == [{"Ref": "DomainName"}]
    assert "CloudFrontDefaultCertificate" not in configuration["ViewerCertificate"]
    assert "Aliases" not in deployed("prod").resources["Distribution"]["Properties"]["DistributionConfig"]
    # CloudFront has no metrics elsewhere: alarms on them would stay silent for ever; nor deliveries of its logs
    elsewhere = replace(deployed("prod"), region="eu-central-1").resources
    assert not [name for name in elsewhere if name.startswith("Edge") and name.endswith("Alarm")]
    assert not EDGE_LOGS & set(elsewhere)


@pytest.mark.parametrize(("title", "deployment"), list(every_deployment()))
def test_nothing_refers_to_what_this_deployment_does_not_have(title: str, deployment: Deployment) -> None:
    known = {*deployment.resources, *deployment.parameters}
    for name, resource in {**deployment.resources, **deployment.outputs}.items():
        missing = set(references(resource)) - known - {"AWS::NoValue"}
        assert not missing, f"{title}: {name} refers to {sorted(missing)}"


def _takes(parameter: Mapping[str, Any], value: str) -> bool:
    if "AllowedValues" in parameter:
        return value in [str(each) for each in parameter["AllowedValues"]]
    if "AllowedPattern" in parameter:
        return re.fullmatch(parameter["AllowedPattern"], value) is not None
    if parameter["Type"] == "Number":
        return bool(parameter["MinValue"] <= float(value) <= parameter["MaxValue"])
    return bool(value)


def _physical_names(deployment: Deployment) -> set[tuple[str, str]]:
    """Every name that the template gives itself, with the kind of what carries it."""
    return {
        (resource["Type"], deployment.text(value))
        for resource in deployment.resources.values()
        for key, value in resource["Properties"].items()
        if re.fullmatch(r"(Bucket|Table|Function|Queue|Topic|Alarm|LogGroup|UsagePlan|Dashboard)?Name", key)
        and "Ref" not in value  # a permission names somebody else
    }
