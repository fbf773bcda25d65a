"""One request and one response on their way through the edge."""

from collections.abc import Iterable
from dataclasses import dataclass, field

type Pairs = list[tuple[str, str]]


@dataclass(slots=True)
class Request:
    """A viewer's request. Header names are lower case; `uri` is the raw path, never decoded."""

    method: str
    uri: str
    query: str
    headers: Pairs
    body: bytes = b""
    ip: str = "127.0.0.1"
    location: str = "local"

    def header(self, name: str) -> str | None:
        """The first header of this name, or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(slots=True)
class Response:
    """A response before it goes to the viewer. `headers` holds no Set-Cookie line that a function may still change."""

    status: int
    headers: Pairs = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of this name, or None."""
        return next((value for key, value in self.headers if key == name), None)


def without(headers: Iterable[tuple[str, str]], *names: str) -> Pairs:
    """The headers but those of these (lower case) names."""
    return [(key, value) for key, value in headers if key not in names]


def explained(status: int, text: str, x_cache: str) -> Response:
    """A response CloudFront writes itself, with its reason in the body and in x-cache."""
    page = f"<html><head><title>ERROR</title></head><body><h1>{status} ERROR</h1><p>{text}</p></body></html>"
    headers = [("content-type", "text/html; charset=utf-8"), ("x-cache", f"{x_cache} from cloudfront")]
    return Response(status, headers, page.encode())
