"""The watch function's settings, from its environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from gray.analysis.trial import Limits

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """`prefix` is the path of the parameters, `period` the length of a window, `settle` the age it must have before it
    counts (seconds; CloudWatch may take two minutes to have all of a minute's data), `window_minutes` how far back
    rates and p95 are averaged."""

    environment: str
    table: str
    prefix: str
    limits: Limits
    period: int = 60
    settle: int = 120
    window_minutes: float = 5.0
    service: str = "api"

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Settings":
        """Raises KeyError for a missing variable and ValueError for one that is not a number, both with its name."""

        def number(name: str, default: float) -> float:
            try:
                return float(variables.get(name) or default)
            except ValueError:
                raise ValueError(f"{name} must be a number, not {variables[name]!r}") from None

        limits = Limits(
            error_margin_points=number("WATCH_ERROR_MARGIN_POINTS", Limits.error_margin_points),
            slow_margin_points=number("WATCH_SLOW_MARGIN_POINTS", Limits.slow_margin_points),
            false_withdrawals=number("WATCH_FALSE_WITHDRAWALS", Limits.false_withdrawals),
            minimum_requests=int(number("WATCH_MINIMUM_REQUESTS", Limits.minimum_requests)),
            cluster=number("WATCH_CLUSTER", Limits.cluster),
        )
        return cls(
            environment=variables["GRAY_ENVIRONMENT"],
            table=variables["CONFIG_TABLE"],
            prefix=variables["PARAMETER_PREFIX"],
            limits=limits,
            period=int(number("WATCH_PERIOD_SECONDS", cls.period)),
            settle=int(number("WATCH_SETTLE_SECONDS", cls.settle)),
            window_minutes=number("WATCH_WINDOW_MINUTES", cls.window_minutes),
            service=variables.get("WATCH_SERVICE") or cls.service,
        )
