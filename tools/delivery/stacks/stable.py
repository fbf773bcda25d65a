"""What a platform has to know of stable, as lane v1 has registered it: its parameters Stable... of template.yaml."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gray.lanes.parameters import read_parameters
from gray.lanes.preflight import DEFAULT_ORIGIN_URL, base_url
from gray.lanes.registration import STABLE

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

__all__ = ["stable_values"]


def stable_values(ssm: "SSMClient", environment: str, region: str) -> dict[str, str]:
    """The parameters with their values; none while v1 is not registered: the platform keeps those that it has."""
    stable = read_parameters(ssm, f"/gray/{environment}").registrations.get(STABLE)
    if stable is None:
        return {}
    origin = stable.origins[0]
    url = urlsplit(base_url(DEFAULT_ORIGIN_URL, origin, region))
    return {
        "StableHost": url.netloc,
        "StablePath": url.path,
        "StableFunction": origin.function,
        "StableUsagePlan": origin.usage_plan,
    }
