"""Tables and buckets: protected, versioned, closed, encrypted."""

import pytest
from tests.support.project.deployment import (
    PLATFORM,
    deployed,
    of_type,
)
from tests.template.written import FUNCTIONS, RESOURCES, each_of, whole


@pytest.mark.parametrize(("written", "name"), each_of("AWS::DynamoDB::Table"))
def test_a_table_can_be_restored_and_protected(written: str, name: str) -> None:
    for stack in whole(written):
        table = of_type(stack.resources, "AWS::DynamoDB::Table")[name]
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert RESOURCES[written][name]["UpdateReplacePolicy"] == "Retain"


def test_the_tables_that_wake_somebody_have_a_stream() -> None:
    config = deployed("prod").resources["ConfigTable"]["Properties"]
    stable, gray = (deployed(name).resources["OrdersTable"]["Properties"] for name in ("prod-v1", "gray"))
    assert config["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert stable["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "StreamSpecification" not in gray


def test_only_a_move_of_head_wakes_the_stream_function() -> None:
    (source,) = FUNCTIONS[PLATFORM]["SyncStreamFunction"]["Events"].values()
    (pattern,) = source["Properties"]["FilterCriteria"]["Filters"]
    assert pattern == {"Pattern": '{"dynamodb":{"Keys":{"pk":{"S":["head"]}}}}'}


@pytest.mark.parametrize(("written", "name"), each_of("AWS::S3::Bucket"))
def test_a_bucket_is_versioned_closed_and_encrypted(written: str, name: str) -> None:
    bucket = RESOURCES[written][name]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"]


@pytest.mark.parametrize(("written", "name"), each_of("AWS::S3::Bucket"))
def test_a_bucket_refuses_plain_http(written: str, name: str) -> None:
    policies = [one for stack in whole(written) for one in of_type(stack.resources, "AWS::S3::BucketPolicy").values()]
    (policy,) = [one for one in policies if one["Bucket"] == {"Ref": name}]
    (refusal,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert refusal["Condition"] == {"Bool": {"AWS:SecureTransport": "false"}}


def test_the_site_is_read_by_the_distribution_alone() -> None:
    platform = RESOURCES[PLATFORM]
    policies = of_type(platform, "AWS::S3::BucketPolicy").values()
    (policy,) = [one for one in policies if one["Bucket"] == {"Ref": "SiteBucket"}]
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one.get("Effect") == "Allow"]
    assert allowed
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "distribution/${Distribution}" in str(statement["Condition"]["StringEquals"]["AWS:SourceArn"])
    configuration = platform["Distribution"]["Properties"]["DistributionConfig"]
    site = next(origin for origin in configuration["Origins"] if origin.get("Id") == "site")
    assert site["OriginAccessControlId"] == {"Ref": "SiteAccessControl"}
    control = platform["SiteAccessControl"]["Properties"]["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
