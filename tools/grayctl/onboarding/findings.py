"""What `grayctl doctor` can find: each with its place and the way out, declared once."""

from dataclasses import dataclass
from typing import Literal

from gray.release.validation.problem import Declared

__all__ = ["BLOCKS", "UNKNOWN", "WARNING", "Finding", "Level", "Unsure", "Warned", "Wrong", "found"]

type Level = Literal["blocks", "warning", "unknown"]
BLOCKS: Level = "blocks"
WARNING: Level = "warning"
UNKNOWN: Level = "unknown"


@dataclass(frozen=True)
class Finding:
    """One finding: `blocks` has to be mended first, a `warning` may be, `unknown` could not be read."""

    level: Level
    where: str
    what: str
    remedy: str
    code: str


class Wrong(Declared):
    """These have to be mended before the application can be released by Graylane."""

    FUNCTION_THERE = (
        "the event {event} has a CloudFront Function already",
        "CloudFront takes one for each event of a behavior: move its work to the origin, or to origin-request.",
        "{where}",
    )
    LAMBDA_THERE = (
        "the event {event} runs Lambda@Edge",
        "CloudFront takes no function of ours beside it: move it to origin-request or origin-response.",
        "{where}",
    )
    RENDERED_PAGES = (
        "pages come from {api}, and the edge has lanes for the pages of a bucket only",
        "Serve the pages from a bucket, and {api} by paths of its own.",
        "{where}",
    )
    CONTINUOUS_DEPLOYMENT = (
        "the distribution takes part in CloudFront's continuous deployment",
        "Two routers would decide for a viewer: remove ContinuousDeploymentPolicyId and Staging.",
        "{where}",
    )
    PATH_NOT_COVERED = (
        "no behavior leads {path} to {api}",
        'Add a behavior with PathPattern "{pattern}" and this API as its origin.',
        "{where}",
    )
    METHODS_REFUSED = (
        "{api} answers {methods} at {path}, which this behavior refuses",
        "AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]",
        "{where}",
    )
    FIXED_NAME = (
        'the name "{name}" is the same in every stack, so a second lane cannot be deployed',
        'Put the stack into it: !Sub "${{AWS::StackName}}-{name}". Stable\'s is replaced by one of that name.',
        "{where}",
    )
    FIXED_NAME_OF_DATA = (
        'the name "{name}" is the same in every stack, so a second lane cannot be deployed',
        "Give it a condition that only stable's stack meets. Do not rename it: an empty one would take its place.",
        "{where}",
    )
    ONE_ADDRESS = (
        "the address {name} can belong to one distribution only, so a second lane cannot be deployed",
        "Keep the distribution in a stack of its own, or give it a condition that only stable's stack meets.",
        "{where}",
    )
    NAME_TOO_LONG = (
        "the name has {length} characters of {limit}: no room for a lane's -v99",
        "Shorten it by {over}.",
        "{where}",
    )
    ABSOLUTE_ADDRESS = (
        "calls {url} by its own address, past the edge ({times})",
        "Call it by a path of the site, as fetch('/path'), so that the call follows its page's lane.",
        "{where}",
    )
    WEB_SOCKET = (
        "WebSocket APIs have no lanes: the edge decides once, for the handshake only",
        "Leave it in a stack of its own that serves every lane.",
        "{where}",
    )
    APP_SYNC = (
        "AppSync APIs are not supported",
        "Leave it in a stack of its own that serves every lane.",
        "{where}",
    )


class Warned(Declared):
    """These may be as they should; somebody who knows the application has to say so."""

    NO_DISTRIBUTION = (
        "there is no CloudFront distribution in it",
        "If another template has it, name that one: --template FILE. Else the platform's own takes the site.",
        "{where}",
    )
    API_OUTSIDE = (
        "no behavior leads to this API, so calls of it have no lane",
        "If pages call it, make it an origin of the distribution, with a behavior for its paths.",
        "{where}",
    )
    OPTIONS_REFUSED = (
        "OPTIONS is refused here, and {api} answers cross-origin calls",
        "AllowedMethods: [GET, HEAD, OPTIONS] at least; or call it by a path of the site, which needs no OPTIONS.",
        "{where}",
    )
    ONLY_READ = (
        "{api} takes every method, but here only {methods} pass",
        "If pages send others: AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE].",
        "{where}",
    )
    MISSING_IN_A_LANE = (
        "refers to {name}, which a stack without the condition {condition} has not got",
        "Give it the same condition, or choose by it: !If [{condition}, ..., ...]; else that stack cannot be deployed.",
        "{where}",
    )
    SAME_API_NAME = (
        'the API is called "{name}" in every stack, and CloudWatch counts REST APIs by name and stage: lanes as one',
        'Put the stack into it: !Sub "${{AWS::StackName}}-{name}". The API stays the same one.',
        "{where}",
    )
    CROSS_ORIGIN = (
        "allows calls from {origins}",
        "Calls by a path of the site need no CORS; for others, each address of the site must be in it.",
        "{where}",
    )
    STREAMS = (
        "streams its answers",
        "The edge passes them on as they come, but no test covers it: try it in a lane before you ramp.",
        "{where}",
    )


class Unsure(Declared):
    """These cannot be read in the template alone."""

    NOT_READ = (
        "{what} is decided at deployment, so it was not checked",
        "Check it yourself, or write it plainly.",
        "{where}",
    )
    DOCUMENT_ELSEWHERE = (
        "the API's OpenAPI document is in a file that is not beside the template",
        "Compare its paths and methods with the distribution's behaviors.",
        "{where}",
    )
    STACK_ELSEWHERE = (
        "the nested stack is in another file, which was not read",
        "Run grayctl doctor --template on that file too.",
        "{where}",
    )


_LEVELS: dict[type[Declared], Level] = {Wrong: BLOCKS, Warned: WARNING, Unsure: UNKNOWN}


def found(declared: Declared, **values: object) -> Finding:
    """A declared finding, with its values."""
    problem = declared(**values)
    return Finding(_LEVELS[type(declared)], problem.where, problem.what, problem.remedy, problem.code)
