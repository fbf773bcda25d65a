"""In which order CloudFormation makes things, by the graph of the transformed template."""

import pytest
from tests.support.project.deployment import Deployment, every_deployment
from tests.template.transformed import needs, resources_of


@pytest.mark.parametrize(("title", "deployment"), list(every_deployment()))
def test_a_stage_that_writes_access_logs_comes_after_the_accounts_log_role(title: str, deployment: Deployment) -> None:
    """API Gateway refuses the stage until then ("CloudWatch Logs role ARN must be set in account settings")."""
    resources = resources_of(deployment)
    stages = {name: one for name, one in resources.items() if one["Type"] == "AWS::ApiGateway::Stage"}
    assert bool(stages) == ("Lane" in deployment.parameters)
    for name, stage in stages.items():
        assert ("AccessLogSetting" in stage["Properties"]) == (deployment.parameters["AccessLogs"] != "off")
        # "account": the role was set before, by whom the stack does not know
        if deployment.parameters["AccessLogs"] == "on":
            assert "ApiLogsAccount" in needs(resources, name), f"{title}: nothing puts {name} after ApiLogsAccount"


@pytest.mark.parametrize(("title", "deployment"), list(every_deployment()))
def test_nothing_waits_for_itself(title: str, deployment: Deployment) -> None:
    resources = resources_of(deployment)
    assert not [name for name in resources if name in needs(resources, name)], title
