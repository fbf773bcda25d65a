"""`grayctl lane list` and `status`: where each lane is, who may call it there, what a kill and the watch reach."""

import pytest
from tests.support.grayctl.grayctl_stack import Grayctl, Stack
from tests.support.release.registrations import registration_text, rest_api

URL = f"https://{'f' * 32}.lambda-url.us-east-1.on.aws/"
PAGES = {"id": "pages", "kind": "function-url", "url": URL, "function": "pages-v2", "health": "/", "guard": "oac"}
WEB = {
    **{"id": "web", "kind": "url", "url": "https://v2.shop.example", "paths": ["/w", "/x"]},
    **{"health": "/", "guard": "none"},
}


def _register(stack: Stack, text: str) -> None:
    stack.ssm.put_parameter(Name="/gray/test/lanes/v2", Value=text, Type="String", Overwrite=True)


def test_each_origin_with_its_guard_and_whether_a_kill_reaches_it(
    stack: Stack, grayctl: Grayctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    _register(stack, registration_text("v2", rest_api("v2", "api2", paths=["/api/"]), PAGES, WEB))

    rows = [line.split() for line in grayctl("lane", "list").out.splitlines()]
    told = {lane["lane"]: lane["origins"] for lane in grayctl("lane", "list", "--json").json}

    assert rows[1][:3] == ["v1", "stable", "always"]
    assert rows[1][-4:] == ["rest-api", "stable1/live", "api-key", "-"]
    assert rows[2][-5:] == ["rest-api", "api2/live", "/api/", "api-key", "yes"]
    assert rows[3] == ["function-url", "f" * 32, "oac", "no"]
    assert rows[4] == ["url", "v2.shop.example", "/w", "/x", "none", "no"]
    assert [(origin["guard"], origin["kill"], origin["figures"]) for origin in told["v2"]] == [
        ("api-key", True, True),
        ("oac", False, True),
        ("none", False, False),
    ]


def test_a_lane_that_the_watch_cannot_judge_is_told(stack: Stack, grayctl: Grayctl) -> None:
    _register(stack, registration_text("v2", PAGES, WEB))

    assert "! origin web of v2 has no figures: the watch does not judge v2" in grayctl("status").out


def test_a_registration_that_cannot_be_read_is_told_with_the_way_out(stack: Stack, grayctl: Grayctl) -> None:
    _register(stack, registration_text("v2", rest_api("v2", "api2", stage="li/ve")))

    out = " ".join(grayctl("lane", "list").out.split())

    assert "not registered" in out
    assert 'origins[0].stage: "li/ve" is not a stage\'s name.' in grayctl("lane", "list", "--json").json[1]["why"]
