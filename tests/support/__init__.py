"""All fakes and builders of the tests, by what they stand for. Tests import them; nothing here is collected.

`aws`: services that AWS runs, strict where AWS is.

| module | what it is |
|---|---|
| `memory_aws` | DynamoDB, S3, SSM and Secrets Manager in memory, for thousands of runs |
| `memory_origins` | REST APIs, HTTP APIs and functions in memory |
| `memory_cloudwatch` | CloudWatch's metrics in memory |
| `strict_store` | the KeyValueStore's data API in memory, and what locations see of it |
| `strict_cloudfront` | CloudFront's API for functions, behind a real client; the functions run in njs |
| `store_server`, `moto_server` | a `strict_store`, and moto, at an address, for processes |
| `serving` | a small HTTP server for as long as a block lasts |
| `moto_writes` | who stands for a stream's function is told of moto's writes |
| `config_table` | the table of revisions and HEAD |

`release`: documents. `documents` builds valid ones and ones to refuse, `previewed` those that previews are made of.

`control`: the control plane. `world` is one environment in memory with a clock, `steady_world` the same for the
explorer, `bases` the worlds that its scenarios begin in, `world_services` the sync functions' services in a world,
`broken_heads` what HEAD may hold that no program wrote.

`edge`: the functions at the edge. `api_function` asks the built one what a viewer gets, `user_list` one list's members;
`replay` plays tests/cases and `outcome` compares; `random_events` makes what the fuzz sends; `broken_code` is
JavaScript that fails in CloudFront; `distribution` is a distribution made by hand, for the local CloudFront.

`grayctl`: `grayctl_stack` is a stack as grayctl finds it, `account` an account as deliveries find it, both by moto;
`command_cases` has each command's success and its mistakes, `command_runs` runs them.

`lane`: `carriers` has every carrier of a lane as one step, `orders_tables` the lanes' tables and the data copy; `play`
plays tests/cases/lane in Python and in Node, `json_texts` makes JSON as callers write it, and events as anybody might.

`functions`: built functions. `sample_events` is which file of events/ is for which function and what a good answer has,
`interface_emulator` runs one under AWS's runtime interface emulator.

`stack`: a deployed stack, local or on AWS. `operator` (the real `grayctl`), `viewers`, `lanes` (viewers of a lane and
their orders), `browser` (Chromium), `control_plane` and `watching` (its table, store, metrics, alarms and faults),
`deployed` (one that somebody else deployed), `project_commands` (those behind the make targets), `policies`, `probes`
and `iam_cases` (who may do what), `waiting`.

`project`: the repository itself. `pages` are the documents, `deployment` is template.yaml as an environment gets it.

What is the matter of one kind of test alone stands beside it: the cases (`tests/edge/vectors`), the histories
(`tests/edge/histories`) and the explorer (`tests/explore`).
"""
