"""The key that CloudFront sends is changed over both keys, and only when every lane's API takes the next one."""

from itertools import pairwise

import pytest
from tests.support.grayctl.account import Account

from delivery.deploy import refuse
from delivery.errors import DeliveryError
from delivery.stacks.origin_keys import refuse_leap
from gray.lanes.lane_table import ADOPTED, GONE, Lane, LaneTable

WAY = ["a", "ab", "ba", "b", "ba", "ab", "a"]
BOTH = Lane("v2", ADOPTED, keys=("1", "2"))
ONE = Lane("v2", ADOPTED, keys=("1",))


def test_there_and_back_goes_step_by_step() -> None:
    for now, wanted in pairwise(WAY):
        refuse_leap(now, wanted, [BOTH], "prod")


@pytest.mark.parametrize(
    ("now", "wanted"), [("a", "b"), ("b", "a"), ("a", "ba"), ("ab", "b"), ("ba", "a"), ("b", "ab")]
)
def test_a_step_that_is_left_out_is_refused_with_the_way(now: str, wanted: str) -> None:
    with pytest.raises(DeliveryError, match=f"OriginKeys is {now} and cannot become {wanted}.*go a, ab, ba, b"):
        refuse_leap(now, wanted, [BOTH], "prod")


@pytest.mark.parametrize(("now", "wanted"), [("ab", "ba"), ("ba", "ab")])
def test_another_key_is_sent_only_when_every_lane_takes_it(now: str, wanted: str) -> None:
    with pytest.raises(DeliveryError, match=r"lane v2 does not take the other key yet: `grayctl sync --config"):
        refuse_leap(now, wanted, [ONE], "prod")

    refuse_leap(now, wanted, [Lane("v3", GONE), BOTH], "prod")


@pytest.mark.parametrize(("now", "wanted"), [("a", "ab"), ("ab", "a"), ("ba", "b"), ("b", "ba")])
def test_a_key_more_or_less_waits_for_no_lane(now: str, wanted: str) -> None:
    refuse_leap(now, wanted, [ONE], "prod")


def test_a_deployment_asks_the_stack_and_the_lanes_records(account: Account) -> None:
    account.deploy()  # no parameter OriginKeys yet: key a
    account.release()
    LaneTable(account.client("dynamodb"), "graylane-prod-config").put(ONE)

    refuse(account.session, "graylane-prod", "prod", {"Environment": "prod", "OriginKeys": "ab"})
    with pytest.raises(DeliveryError, match="cannot become b"):
        refuse(account.session, "graylane-prod", "prod", {"Environment": "prod", "OriginKeys": "b"})
