"""The four environments of samconfig.toml, and what each makes of the one template."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.project.deployment import ROOT, Deployment, deployed, every_deployment, of_type, template
from tests.template.transformed import references

from delivery.artifacts.parameters import environments, overrides

SAMCONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
# A lane's own, and the policy that every function of a stack shares.
GRAY_ONLY = {name for name in template()["Resources"] if name.startswith("Gray")}
SHARED = {"TelemetryPolicy", "ApiLogsRole", "ApiLogsAccount"}
SECOND_KEY = {name for name in template()["Resources"] if name.startswith("Second")}
EDGE_LOGS = {name for name in template()["Resources"] if name.startswith("EdgeLog")}
STABLE_ONLY = set(template()["Resources"]) - GRAY_ONLY - SHARED


def test_there_are_exactly_the_four_environments() -> None:
    assert set(environments(ROOT)) == {"dev", "test", "gray", "prod"}


@pytest.mark.parametrize("environment", ["dev", "test", "gray", "prod"])
def test_every_override_is_a_value_that_the_template_takes(environment: str) -> None:
    for item in overrides(ROOT, environment):
        name, value = item.split("=", 1)
        assert name in template()["Parameters"], f"template.yaml has no parameter {name}"
        assert _takes(template()["Parameters"][name], value), item


@pytest.mark.parametrize("environment", ["dev", "test", "gray", "prod"])
def test_a_stack_says_where_it_goes_and_what_it_is(environment: str) -> None:
    common, deploy = (SAMCONFIG[environment][command]["parameters"] for command in ("global", "deploy"))
    assert common["stack_name"] == f"graylane-{environment}"
    assert common["region"] == "us-east-1"  # CloudFront's metrics and certificates
    assert f"environment={deployed(environment).parameters['Environment']}" in deploy["tags"]
    assert deploy["confirm_changeset"] == (environment in ("gray", "prod"))


@pytest.mark.parametrize(("environment", "optional"), [("dev", EDGE_LOGS), ("test", set())])
def test_dev_and_test_hold_everything(environment: str, optional: set[str]) -> None:
    there = set(deployed(environment).resources)
    # a mail address is nobody's default, and the second key is there only while the first is changed
    assert set(template()["Resources"]) - there == {"AlarmMail"} | SECOND_KEY | optional


def test_gray_holds_its_lane_and_nothing_of_prod() -> None:
    there = set(deployed("gray").resources)
    assert there == GRAY_ONLY | SHARED
    assert set(deployed("gray").outputs) == {"GrayApiId"}


def test_prod_holds_everything_but_the_gray_lane() -> None:
    assert set(deployed("prod").resources) == (STABLE_ONLY | SHARED) - {"AlarmMail"} - SECOND_KEY
    assert "GrayApiId" not in deployed("prod").outputs


def test_prod_and_gray_share_no_physical_name() -> None:
    prod, gray = (_physical_names(deployed(environment)) for environment in ("prod", "gray"))
    assert prod
    assert gray
    assert not prod & gray


def test_shared_data_leaves_out_the_second_table_and_the_copy() -> None:
    isolated, shared = (set(deployed("dev", DataMode=mode).resources) for mode in ("isolated", "shared"))
    assert isolated - shared == {"GrayOrdersTable", "DataCopyFunction", "DataCopyLogGroup", "DataCopyRole"}
    assert "${GrayOrdersTable" not in json.dumps(deployed("gray", DataMode="shared").resources)


def test_data_is_protected_where_people_depend_on_it() -> None:
    for environment, protected in {"dev": False, "test": False, "prod": True, "gray": True}.items():
        for name, table in of_type(deployed(environment).resources, "AWS::DynamoDB::Table").items():
            assert table["DeletionProtectionEnabled"] is protected, (environment, name)


def test_options_bring_what_they_say() -> None:
    assert set(deployed("prod").resources) >= EDGE_LOGS
    assert not EDGE_LOGS & set(deployed("dev").resources)
    log_role = {"ApiLogsRole", "ApiLogsAccount"}
    assert not log_role & set(deployed("prod", AccessLogs="account").resources)
    assert deployed("prod", AccessLogs="account").resources["StableApi"]["Properties"]["AccessLogSetting"]
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
    elsewhere = Deployment(deployed("prod").values, "eu-central-1").resources
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
    }
