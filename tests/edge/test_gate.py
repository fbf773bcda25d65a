"""Before a deployment CloudFront runs the built functions as `<name>-gate`, on the store that viewers' ones read."""

import pytest
from rich.console import Console
from tests.support.aws.strict_cloudfront import StrictCloudFront

from delivery.edge_gate import pass_gate
from delivery.errors import DeliveryError
from edge.build import functions

KILLED = {"config": "1|1|1|1|k"}
PROD = {"Environment": "prod"}
CONSOLE = Console(quiet=True)


def test_the_built_functions_pass_and_nothing_is_left() -> None:
    aws = StrictCloudFront(stores={"graylane-prod-edge": KILLED})

    pass_gate(aws.client(), PROD, functions(), CONSOLE)

    assert aws.functions == {}
    assert aws.calls.count("POST function test") >= 15
    assert aws.calls.count("POST function") == aws.calls.count("DELETE function") == 3


def test_what_an_interrupted_run_left_is_taken_over() -> None:
    left = "graylane-prod-request-api-gate"
    aws = StrictCloudFront(stores={"graylane-prod-edge": KILLED}, functions={left: ("E77", "old", True)})

    pass_gate(aws.client(), PROD, functions(), CONSOLE)

    assert aws.functions == {}
    assert "PUT function" in aws.calls


def test_a_platform_without_a_store_yet_has_nothing_to_try() -> None:
    aws = StrictCloudFront(stores={"graylane-prod-edge": KILLED})

    pass_gate(aws.client(), {"Environment": "new"}, functions(), CONSOLE)

    assert not [call for call in aws.calls if "function" in call]


def test_a_function_that_uses_too_much_time_is_refused() -> None:
    aws = StrictCloudFront(stores={"graylane-prod-edge": KILLED}, utilization=71)

    with pytest.raises(DeliveryError, match=r"nothing was deployed: .*uses 71 % of CloudFront's time"):
        pass_gate(aws.client(), PROD, functions(), CONSOLE)

    assert aws.functions == {}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("function handler( {", "(?s)CloudFront says .*SyntaxError"),
        ("function handler(event) { throw new Error('oh'); }", "CloudFront says .*oh"),
        ("function handler(event) { event.request.headers.via = { value: 'x' }; return event.request; }", "read-only"),
        ("function handler(event) { return { statusCode: 99, headers: {} }; }", "status 99"),
    ],
)
def test_code_that_cloudfront_does_not_take_is_refused(code: str, said: str) -> None:
    aws = StrictCloudFront(stores={"graylane-prod-edge": KILLED})

    with pytest.raises(DeliveryError, match=said):
        pass_gate(aws.client(), PROD, dict.fromkeys(functions(), code), CONSOLE)

    assert aws.functions == {}
