"""Every parameter of a template is typed, bounded, described and used."""

import re

import pytest
from tests.support.project.deployment import (
    LANE,
    PLATFORM,
    ROOT,
    TEMPLATES,
    template,
)
from tests.template.written import TEXT

PARAMETERS = [(written, name) for written in TEMPLATES for name in template(written)["Parameters"]]


@pytest.mark.parametrize(("written", "name"), PARAMETERS)
def test_a_parameter_is_typed_bounded_and_described(written: str, name: str) -> None:
    parameter = template(written)["Parameters"][name]
    assert parameter["Type"] in ("String", "Number", "CommaDelimitedList")
    assert "Default" in parameter, "an environment that leaves it out must still deploy"
    assert parameter["Description"].endswith(".")
    if "AllowedValues" in parameter:
        assert str(parameter["Default"]) in [str(value) for value in parameter["AllowedValues"]]
    elif parameter["Type"] == "Number":
        low, high = parameter["MinValue"], parameter["MaxValue"]
        assert low <= parameter["Default"] <= high
        assert f"({low}-{high})" in parameter["Description"], "the bounds are told to whoever reads the description"
    else:
        # the pattern holds for each value of a list
        values = (
            parameter["Default"].split(",") if parameter["Type"] == "CommaDelimitedList" else [parameter["Default"]]
        )
        assert all(re.fullmatch(parameter["AllowedPattern"], value) for value in values)
        assert re.search(r"\d", parameter["Description"]), "how long, or how many"


@pytest.mark.parametrize(
    ("written", "name"), [(t, n) for t, n in PARAMETERS if template(t)["Parameters"][n]["Type"] == "Number"]
)
def test_a_number_says_its_unit(written: str, name: str) -> None:
    units = r"days|minutes|seconds|requests|percentage points|MB|copies"
    assert re.search(units, template(written)["Parameters"][name]["Description"], re.IGNORECASE)


@pytest.mark.parametrize(("written", "name"), PARAMETERS)
def test_every_parameter_is_used(written: str, name: str) -> None:
    """In the template, or in a file that it includes."""
    places = re.findall(r"Location: (src/\S+?\.json)", TEXT[written])
    body = TEXT[written][TEXT[written].index("\nConditions:") :]
    body += "".join((ROOT / place).read_text(encoding="utf-8") for place in places)
    assert re.search(rf"(!Ref {name}\b|\$\{{{name}\}}|\"Ref\": \"{name}\")", body)


def test_a_parameter_that_both_templates_have_takes_the_same_values() -> None:
    """So that one value can be given to all stacks of an environment."""
    both = template(PLATFORM)["Parameters"].keys() & template(LANE)["Parameters"].keys()
    assert "Environment" in both
    for name in both:
        one, other = ({**template(each)["Parameters"][name], "Description": ""} for each in TEMPLATES)
        assert one == other, name
