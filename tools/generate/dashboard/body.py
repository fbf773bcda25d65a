"""The dashboard's widgets, row by row. CloudFormation substitutes names in `${...}`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["body", "included"]

E, GRAY, REGION = "${Environment}", "${GrayLane}", "${AWS::Region}"
LANES = {"v1": "stable", GRAY: "gray"}
EDGE_FUNCTIONS = ("request-static", "request-api", "response")
# CloudFront's metrics exist only in us-east-1 with Region=Global; otherwise a graph is silently empty
# (Amazon CloudFront developer guide, "View CloudFront and edge function metrics").
EDGE_REGION = "us-east-1"
COLUMNS = 24

type Widget = dict[str, Any]
type Line = list[Any]


def metric(namespace: str, name: str, dimensions: Mapping[str, str], **options: Any) -> Line:
    """One line of a graph."""
    flat = [part for pair in dimensions.items() for part in pair]
    return [namespace, name, *flat, *([options] if options else [])]


def ours(name: str, lane: str = "", **options: Any) -> Line:
    """A metric in our own namespace, of the environment or of one lane."""
    return metric("Graylane", name, {"environment": E} | ({"lane": lane} if lane else {}), **options)


def graph(title: str, lines: Sequence[Line], *, stat: str = "Sum", period: int = 60, **properties: Any) -> Widget:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": REGION,
            "view": "timeSeries",
            "stat": stat,
            "period": period,
            "metrics": list(lines),
            **properties,
        },
    }


def by_lane(title: str, name: str, unit: str, more: Sequence[Line] = (), *, stat: str = "Maximum") -> Widget:
    """One metric of both lanes in one graph."""
    lines = [ours(name, lane, label=label) for lane, label in LANES.items()]
    return graph(title, [*lines, *more], stat=stat, yAxis={"left": {"label": unit, "min": 0}})


def by_reason() -> Widget:
    """The edge's decisions as received by the APIs; a search, because a rule's id is a reason too. (Fn::Sub keeps
    `${!...}`, for CloudWatch to substitute.)"""
    schema = "{Graylane,environment,lane,reason,service}"
    search = f"""SEARCH('{schema} MetricName="Decisions" environment="{E}"', 'Sum', 60)"""
    line = {"expression": search, "id": "reasons", "label": "${!PROP('Dim.lane')} by ${!PROP('Dim.reason')}"}
    return graph("Decisions by reason (API requests)", [[line]], stacked=True)


def edge(title: str, name: str, stat: str) -> Widget:
    lines = [
        metric("AWS/CloudFront", name, {"FunctionName": f"graylane-{E}-{function}", "Region": "Global"}, label=function)
        for function in EDGE_FUNCTIONS
    ]
    return graph(title, lines, stat=stat, region=EDGE_REGION)


def logs(title: str, query: str, view: str) -> Widget:
    """A query over the logs of both lanes' APIs: the lane library adds `gray_*` to every record."""
    sources = " | ".join(f"SOURCE '/aws/lambda/graylane-{E}-api-{lane}'" for lane in LANES)
    properties = {"title": title, "region": REGION, "view": view, "query": f"{sources} | {query}"}
    return {"type": "log", "properties": properties}


def alarm_states() -> Widget:
    names = [f"withdraw-errors-{GRAY}", f"withdraw-latency-{GRAY}", f"share-mismatch-{GRAY}", "watch-silent"]
    names += ["publication-failed", "sync-silent", "sync-failed", "lane-withdrawn", "lane-mismatch", "mixed-traces"]
    prefix = f"arn:${{AWS::Partition}}:cloudwatch:{REGION}:${{AWS::AccountId}}:alarm:graylane-{E}-"
    return {"type": "alarm", "properties": {"title": "Alarms", "alarms": [prefix + name for name in names]}}


def evidence() -> Widget:
    lines = [ours("EvidenceErrors", GRAY, label="errors"), ours("EvidenceLatency", GRAY, label="latency")]
    limit = {"label": "withdrawn above", "value": 1.6}
    return graph(
        "Evidence that gray is worse (powers of ten)", lines, stat="Maximum", annotations={"horizontal": [limit]}
    )


def api_counts(title: str, name: str) -> Widget:
    lines = [
        metric("AWS/ApiGateway", name, {"ApiName": f"graylane-{E}-api-{lane}", "Stage": "live"}, label=label)
        for lane, label in LANES.items()
    ]
    return graph(title, lines)


def queues() -> Widget:
    names = ["sync-failed", "messages-failed", *(f"messages-failed-{lane}" for lane in LANES)]
    lines = [
        metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": f"graylane-{E}-{name}"}, label=name)
        for name in names
    ]
    return graph("Messages that failed", lines, stat="Maximum")


def sync_durations() -> Widget:
    lines = [
        metric("AWS/Lambda", "Duration", {"FunctionName": f"graylane-{E}-sync-{kind}"}, label=kind)
        for kind in ("scheduled", "stream", "manual")
    ]
    return graph("Sync duration (ms)", lines, stat="Maximum")


def distribution() -> Widget:
    dimensions = {"DistributionId": "${Id}", "Region": "Global"}
    names = {"5xxErrorRate": "5xx", "4xxErrorRate": "4xx"}
    lines = [metric("AWS/CloudFront", name, dimensions, label=label) for name, label in names.items()]
    return graph("Errors to viewers (%)", lines, stat="Average", region=EDGE_REGION)


def rows() -> list[list[Widget]]:
    """The dashboard from top to bottom: health of gray, traffic per lane, health of the edge and the control plane."""
    share_asked = ours("ShareAsked", GRAY, label="asked of gray", color="#999999")
    events = [ours(name) for name in ("LaneMismatch", "MixedTraces", "LaneWithdrawn")]
    published = [ours(name) for name in ("Publications", "PublicationFailed", "ValidationFailed", "DriftFound")]
    by_revision = "filter ispresent(gray_revision) | stats count(*) as requests by gray_revision, bin(1m)"
    return [
        [alarm_states()],
        [by_lane("Requests", "LaneRequests", "in 5 minutes"), by_lane("Error rate", "ErrorRate", "%")],
        [by_lane("Latency p95", "LatencyP95", "ms"), by_lane("Share of requests", "Share", "%", [share_asked])],
        [
            evidence(),
            by_lane("Failed calls of other services", "DownstreamErrors", "calls", stat="Sum"),
            graph("Lanes crossed or withdrawn", events),
        ],
        [
            by_reason(),
            logs("Propagation: revision seen behind the edge", by_revision, "timeSeries"),
        ],
        [api_counts("API requests", "Count"), api_counts("API 5xx", "5XXError"), distribution()],
        [
            edge("Edge function: compute utilisation (% of the time allowed)", "FunctionComputeUtilization", "Maximum"),
            edge("Edge function: execution errors", "FunctionExecutionErrors", "Sum"),
            edge("Edge function: invalid results", "FunctionValidationErrors", "Sum"),
            edge("Edge function: throttles", "FunctionThrottles", "Sum"),
        ],
        [graph("Publications", published), sync_durations(), queues()],
    ]


def body() -> dict[str, Any]:
    """The dashboard body, each row as wide as the page."""
    widgets = []
    top = 0
    for row in rows():
        width, height = COLUMNS // len(row), 3 if len(row) == 1 else 6
        for place, widget in enumerate(row):
            widgets.append({"x": place * width, "y": top, "width": width, "height": height, **widget})
        top += height
    return {"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets}


def included() -> str:
    """The file that template.yaml includes (AWS::Include): the body as one string, with names substituted."""
    distribution = {"Fn::If": ["CreatesDistribution", {"Ref": "Distribution"}, {"Ref": "ExistingDistribution"}]}
    text = json.dumps(body(), separators=(",", ":"))
    return json.dumps({"Fn::Sub": [text, {"Id": distribution}]}, indent=1) + "\n"
