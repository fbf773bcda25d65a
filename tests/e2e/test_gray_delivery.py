"""Delivering a gray lane to an account that has nothing else, by the commands behind the make targets."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.aws.config_table import make_config_table
from tests.support.stack.project_commands import run

from delivery.artifacts.parameters import LOCAL, overrides
from gray.history.revisions import Revisions
from gray.release.document import Release
from graylocal.stack import LocalStack
from graylocal.system.places import ACCOUNT, REGION, REPOSITORY

pytestmark = pytest.mark.own_stack

# The gray stack of an environment that is not there: its bucket and its config table are made by hand.
SITE, CONFIG = f"graylane-prod-site-{ACCOUNT}-{REGION}", "graylane-prod-config"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    state: Path = tmp_path_factory.mktemp("delivery")
    with LocalStack("prod", state=state) as stack:
        yield stack


@pytest.fixture
def prods_table(stack: LocalStack) -> Iterator[Revisions]:
    """Prod's config table with a release that leads a tenth of the viewers to v2."""
    dynamodb = stack.client("dynamodb")
    make_config_table(dynamodb, CONFIG)
    rules = [{"id": "ramp", "lane": "v2", "percent": 10}]
    release = Release.model_validate({"salt": "8f3kq1zt", "lanes": ["v2"], "rules": rules})
    revisions = Revisions(dynamodb, CONFIG)
    revisions.save(release, author="e2e", reason="test", via="cli", base=None)
    yield revisions
    dynamodb.delete_table(TableName=CONFIG)


def test_a_gray_lane_is_deployed_by_itself_kept_while_used_and_removed(
    stack: LocalStack, prods_table: Revisions
) -> None:
    s3, ssm = stack.client("s3"), stack.client("ssm")
    local = [f"--parameter={item}" for item in overrides(REPOSITORY, "gray", local=True) if item.split("=")[0] in LOCAL]
    variables = stack.environment_variables()

    s3.create_bucket(Bucket=SITE)
    deployed = run(["delivery", "deploy", "gray", "--yes", *local], variables)
    assert deployed.returncode == 0, deployed.stdout[-2000:] + deployed.stderr
    assert "The lane is registered; prod's next sync" in deployed.stdout
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket=SITE)["Contents"]}
    assert "v2/.graylane/manifest.json" in keys
    assert all(key.startswith("v2/") for key in keys)
    registered = json.loads(ssm.get_parameter(Name="/gray/prod/lanes/v2")["Parameter"]["Value"])
    assert registered["origins"][0]["api"] == stack.outputs("graylane-gray")["ApiId"]

    used = run(["delivery", "destroy", "gray", "--yes"], variables)
    assert used.returncode == 1
    assert "revision 1 still sends viewers to v2" in used.stderr
    assert stack.outputs("graylane-gray")

    prods_table.kill(author="e2e", reason="test", via="cli")
    removed = run(["delivery", "destroy", "gray", "--yes"], variables)
    assert removed.returncode == 0, removed.stdout + removed.stderr
    left = [name["Name"] for name in ssm.get_parameters_by_path(Path="/gray/prod", Recursive=True)["Parameters"]]
    assert "/gray/prod/lanes/v2" not in left
    assert "graylane-prod-orders-v2" not in stack.client("dynamodb").list_tables()["TableNames"]
