"""What is wrong with a release: `value_problems` and `release_problems` declare each problem, the others look for them.

`whole.problems` checks a release that its model has accepted, `structure` puts the model's own errors into the same
form. docs/reference/errors.md is generated from the declarations.
"""
