"""What IAM is asked for a recorded call: action, resource and the keys that conditions look at.

After the Service Authorization Reference; the name of an operation is the action's, but for those named here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.iam.recording import Call
from tests.iam.resolved import ACCOUNT, REGION

__all__ = ["Asked", "asked"]

_S3 = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket"}
_WITHOUT_RESOURCE = ("cloudwatch", "xray")


@dataclass(frozen=True)
class Asked:
    """One question to IAM. `context` has the condition keys of the request."""

    function: str
    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.function}: {self.action} on {self.resource}"


def asked(call: Call) -> Iterator[Asked]:
    """Each question; more than one for a transaction. Raises LookupError for a service that is not thought of."""
    given, service = call.parameters, call.service
    match service:
        case "dynamodb" if call.name == "TransactWriteItems":
            for item in given["TransactItems"]:
                ((kind, one),) = item.items()
                yield Asked(call.function, f"dynamodb:{kind}Item", _of("dynamodb", f"table/{one['TableName']}"))
        case "dynamodb":
            yield Asked(call.function, f"dynamodb:{call.name}", _of(service, f"table/{given['TableName']}"))
        case "s3":
            yield _of_s3(call)
        case "ssm":
            path = given.get("Path") or given["Name"]
            yield Asked(call.function, f"ssm:{call.name}", _of(service, f"parameter{path}"))
        case "lambda":
            action = "InvokeFunction" if call.name == "Invoke" else call.name
            yield Asked(call.function, f"lambda:{action}", _of(service, f"function:{given['FunctionName']}"))
        case "secretsmanager":
            yield Asked(call.function, f"secretsmanager:{call.name}", given["SecretId"])
        case "sns":
            yield Asked(call.function, f"sns:{call.name}", given["TopicArn"])
        case "cloudfront-keyvaluestore":
            yield Asked(call.function, f"cloudfront-keyvaluestore:{call.name}", given["KvsARN"])
        case "cloudfront":
            distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{given['DistributionId']}"
            yield Asked(call.function, f"cloudfront:{call.name}", distribution)
        case "apigateway":
            yield _of_apigateway(call)
        case "events":
            sources = [entry["Source"] for entry in given["Entries"]]
            yield Asked(
                call.function, "events:PutEvents", _of(service, "event-bus/default"), {"events:source": sources}
            )
        case _ if service in _WITHOUT_RESOURCE:
            keys = {"cloudwatch:namespace": given["Namespace"]} if "Namespace" in given else {}
            yield Asked(call.function, f"{service}:{call.name}", "*", keys)
        case _:
            raise LookupError(f"tests/iam/requests.py does not know {service}:{call.name}")


def _of(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _of_s3(call: Call) -> Asked:
    action, bucket = _S3.get(call.name, call.name), f"arn:aws:s3:::{call.parameters['Bucket']}"
    if action == "GetObject" and call.parameters.get("VersionId"):
        action = "GetObjectVersion"
    return Asked(
        call.function, f"s3:{action}", bucket if action == "ListBucket" else f"{bucket}/{call.parameters['Key']}"
    )


def _of_apigateway(call: Call) -> Asked:
    """The action is the HTTP method, the resource the path."""
    path = call.operation.http["requestUri"].partition("?")[0]
    shapes = call.operation.input_shape
    for name, shape in (shapes.members if shapes else {}).items():
        if shape.serialization.get("location") == "uri":
            path = path.replace(f"{{{shape.serialization['name']}}}", str(call.parameters[name]))
    return Asked(call.function, f"apigateway:{call.operation.http['method']}", f"arn:aws:apigateway:{REGION}::{path}")
