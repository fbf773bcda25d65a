"""What policies select, and the CloudFront-* headers they bring."""

import pytest

from graylocal.cloudfront.configuration.policies import Selection, cache_policy, request_policy, response_policy
from graylocal.cloudfront.messages import Request
from graylocal.cloudfront.viewer import cloudfront_headers, device, played


@pytest.mark.parametrize(
    ("selection", "takes", "leaves"),
    [
        (Selection("none"), [], ["a"]),
        (Selection("all"), ["a"], []),
        (Selection("whitelist", frozenset({"a"})), ["a"], ["b"]),
        (Selection("allExcept", frozenset({"host"})), ["a"], ["host"]),
        (
            Selection("allViewerAndWhitelistCloudFront", frozenset({"cloudfront-viewer-country"})),
            ["a", "cloudfront-viewer-country"],
            ["cloudfront-viewer-city"],
        ),
    ],
)
def test_selections(selection: Selection, takes: list[str], leaves: list[str]) -> None:
    assert all(selection.takes(name) for name in takes)
    assert not any(selection.takes(name) for name in leaves)


def test_policies_are_read_as_the_api_writes_them() -> None:
    headers = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["CloudFront-Viewer-Country"]}}
    cached = cache_policy({"MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": {"HeadersConfig": headers}})
    assert cached.headers.cloudfront_headers == {"cloudfront-viewer-country"}
    assert request_policy({"HeadersConfig": {"HeaderBehavior": "allViewer"}}).headers.cloudfront_headers == frozenset()


def test_response_policy_overrides_only_where_it_says_so() -> None:
    policy = response_policy(
        {
            "SecurityHeadersConfig": {"FrameOptions": {"FrameOption": "DENY", "Override": False}},
            "CustomHeadersConfig": {"Items": [{"Header": "X-A", "Value": "ours", "Override": True}]},
            "RemoveHeadersConfig": {"Items": [{"Header": "Server"}]},
        }
    )
    given = [("x-frame-options", "SAMEORIGIN"), ("x-a", "origin's"), ("server", "s")]
    assert policy.apply(given) == [("x-frame-options", "SAMEORIGIN"), ("x-a", "ours")]


def test_only_listed_headers_are_added_and_only_known_ones() -> None:
    request = Request("GET", "/", "", [("user-agent", "Mozilla/5.0 (iPhone) Mobile")])
    listed = {"cloudfront-viewer-country", "cloudfront-is-mobile-viewer"}
    assert cloudfront_headers(request, "DE", listed) == [
        ("cloudfront-is-mobile-viewer", "true"),
        ("cloudfront-viewer-country", "DE"),
    ]
    assert cloudfront_headers(request, None, {"cloudfront-viewer-country"}) == []


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0)", "desktop"),
        ("Mozilla/5.0 (iPad; CPU OS 17)", "tablet"),
        ("Mozilla/5.0 (Linux; Android 14) Mobile", "mobile"),
        ("Mozilla/5.0 (Linux; Android 14)", "tablet"),
        ("HbbTV/1.4", "smarttv"),
    ],
)
def test_devices(agent: str, expected: str) -> None:
    assert device(agent) == expected


def test_a_local_viewer_plays_another_one() -> None:
    sent = [("x-local-country", "FR"), ("x-local-ip", "10.1.2.3"), ("x-local-location", "CDG"), ("accept", "*/*")]
    request, country = played(Request("GET", "/", "", sent))
    assert (country, request.ip, request.location) == ("FR", "10.1.2.3", "CDG")
    assert request.headers == [("accept", "*/*")]
