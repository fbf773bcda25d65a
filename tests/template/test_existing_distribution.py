"""The platform in a distribution that was there before, and the paths that lead to the lanes' APIs."""

import pytest
from tests.support.project.deployment import before_stable, deployed, of_type
from tests.template.transformed import references

ATTACHED = {"CreateDistribution": "false", "ExistingDistribution": "E1ABCDEF", "ExistingBucket": "shop-site"}


def test_a_platform_in_an_existing_distribution_makes_none_and_no_bucket_for_a_site() -> None:
    attached, whole = before_stable("prod", **ATTACHED), before_stable("prod")
    gone = {name for name in whole.resources if name not in attached.resources}
    logs = {name for name in whole.resources if name.startswith("EdgeLog")}
    assert gone == {"Distribution", "SiteAccessControl", "SiteBucket", "SiteBucketPolicy", *logs}
    assert len(of_type(attached.resources, "AWS::CloudFront::Function")) == 3
    assert not gone & {name for one in attached.resources.values() for name in references(one)}
    assert not gone & {name for one in attached.outputs.values() for name in references(one)}


@pytest.mark.parametrize("function", ["SyncScheduledFunction", "SyncStreamFunction", "SyncManualFunction"])
def test_its_control_plane_looks_at_what_is_there(function: str) -> None:
    variables = deployed("prod", **ATTACHED).resources[function]["Properties"]["Environment"]["Variables"]
    assert (variables["SITE_BUCKET"], variables["DISTRIBUTION_ID"]) == (
        {"Ref": "ExistingBucket"},
        {"Ref": "ExistingDistribution"},
    )


def test_without_a_bucket_its_role_reads_no_site() -> None:
    policy = deployed("prod", CreateDistribution="false").resources["PublishingPolicy"]
    assert "${Bucket}" not in str(policy)
    assert "${Bucket}" in str(deployed("prod", **ATTACHED).resources["PublishingPolicy"])


def test_it_has_an_address_where_it_is_told_one() -> None:
    assert "SiteUrl" not in deployed("prod", **ATTACHED).outputs
    told = deployed("prod", **ATTACHED, DomainName="shop.example.com").outputs["SiteUrl"]["Value"]
    assert told == {"Fn::Sub": "https://${DomainName}/"}


@pytest.mark.parametrize(
    ("more", "patterns"),
    [
        ({}, ["/api/*"]),
        ({"ApiPath": "/cart*", "SecondApiPath": "/product*"}, ["/cart*", "/product*"]),
        ({"SecondApiPath": "/b*", "ThirdApiPath": "/c*", "FourthApiPath": "/d*"}, ["/api/*", "/b*", "/c*", "/d*"]),
    ],
)
def test_each_path_of_the_apis_has_a_behavior_and_they_differ_in_nothing_else(
    more: dict[str, str], patterns: list[str]
) -> None:
    stack = before_stable("prod", **more)
    behaviors = stack.resources["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    assert [stack.text(one.pop("PathPattern")) for one in behaviors] == patterns
    assert all(one == behaviors[0] for one in behaviors)
