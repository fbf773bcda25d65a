"""What a platform has to know of stable, as lane v1 has registered it: its parameters Stable... of template.yaml."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from delivery.errors import DeliveryError
from gray.lanes.parameters import read_parameters
from gray.lanes.preflight import DEFAULT_ORIGIN_URL, base_url
from gray.lanes.registration import STABLE

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

__all__ = ["stable_values"]


def stable_values(ssm: "SSMClient", environment: str, region: str, *, several: bool = False) -> dict[str, str]:
    """The parameters with their values; none while v1 is not registered: the platform keeps those that it has.

    Of `several` origins it is the one with a kill switch. Raises DeliveryError if there may be one only.
    """
    stable = read_parameters(ssm, f"/gray/{environment}").registrations.get(STABLE)
    if stable is None:
        return {}
    if len(stable.origins) > 1 and not several:
        raise DeliveryError(
            f"stable has {len(stable.origins)} origins, and the platform's own distribution leads to one only: keep "
            "that of the application, with CreateDistribution=false and what `grayctl attach` prints"
        )
    origin = next((each for each in stable.origins if each.variable), stable.origins[0])
    url = urlsplit(base_url(DEFAULT_ORIGIN_URL, origin, region))
    return {
        "StableHost": url.netloc,
        "StablePath": url.path,
        "StableFunction": origin.function,
        "StableUsagePlan": origin.usage_plan,
    }
