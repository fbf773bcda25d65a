"""The headers by which a request or an answer with Graylane in front may differ from the one without."""

# What only we may say on the way to the origin; a viewer's own values are taken off.
TO_ORIGIN = {"x-gray-version", "x-gray-reason", "x-gray-revision", "x-gray-reload", "x-gray-explain", "x-gray-page"}
TO_ORIGIN |= {"x-gray-pin", "x-gray-debug", "baggage", "traceparent", "tracestate", "x-amzn-trace-id"}
# A page must be asked for again, and a call never kept: the next one may be in another lane.
TO_VIEWER = {"x-gray-version", "server-timing", "cache-control", "set-cookie"}
OWN_TO_EACH_REQUEST = {"x-amz-cf-id", "age", "date"}
