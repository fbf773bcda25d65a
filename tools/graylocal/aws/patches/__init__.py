"""Patches of the emulator (MiniStack 1.5.33), by service, each named after the gap it closes.

They run in `.tools/ministack`, applied by `graylocal.aws.ministack_launcher`. Only gaps that cannot be closed from
outside through AWS APIs are here; the rest is in `graylocal.observe`. `tests/e2e/test_patches.py` runs every gap with
its patch off and on, so that it detects patches that are no longer needed.
"""

from collections.abc import Callable

from graylocal.aws.patches import functions, metrics, policies, templates, traces

__all__ = ["PATCHES", "apply"]

PATCHES: tuple[Callable[[], None], ...] = (
    traces.one_trace_through_api_and_lambda,
    traces.trace_of_events_reaches_their_functions,
    functions.failed_events_are_kept,
    functions.client_context_reaches_the_function,
    metrics.metrics_of_every_caller,
    metrics.alarms_are_evaluated_elsewhere,
    functions.functions_run_in_their_own_interpreter,
    functions.stage_variables_name_the_function,
    policies.a_path_of_parameters_is_a_resource,
    policies.a_key_value_store_is_a_resource,
    policies.an_event_has_a_source_in_policies,
    policies.a_metric_has_a_namespace_in_policies,
    templates.conditions_know_pseudo_parameters,
    metrics.trimmed_counts_are_counted,
)


def apply(without: frozenset[str] = frozenset()) -> list[str]:
    """Apply every patch except the named ones, and return the names of the applied ones."""
    applied = []
    for patch in PATCHES:
        if patch.__name__ not in without:
            patch()
            applied.append(patch.__name__)
    return applied
