"""Patches of the emulator (MiniStack 1.5.33), by service, each named after the gap it closes.

They run in `.tools/ministack`, applied by `graylocal.aws.ministack_launcher`. Only gaps that cannot be closed from
outside through AWS APIs are here; the rest is in `graylocal.observe`. `tests/e2e/test_patches.py` runs every gap with
its patch off and on, so that it detects patches that are no longer needed.
"""

from collections.abc import Callable

from graylocal.aws.patches import apis, function_urls, functions, hosts, metrics, policies, templates, traces

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
    apis.a_rest_api_has_the_any_methods_of_its_body,
    apis.an_http_api_has_the_routes_of_its_body,
    apis.an_http_api_calls_functions_as_aws,
    function_urls.a_function_url_gives_its_function_the_cookies,
    function_urls.a_function_streams_its_answer,
    # last, so that the others see each request at its host
    hosts.origins_answer_by_their_host,
)


def apply(without: frozenset[str] = frozenset()) -> list[str]:
    """Apply every patch except the named ones, and return the names of the applied ones."""
    applied = []
    for patch in PATCHES:
        if patch.__name__ not in without:
            patch()
            applied.append(patch.__name__)
    return applied
