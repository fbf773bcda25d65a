"""The lane library is a package of its own: what a service gets of it is the whole of it."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

LANE = Path(__file__).parents[3] / "src" / "lane"


def test_every_module_is_in_the_wheel() -> None:
    included = {Path(each.path).relative_to(LANE) for each in WheelBuilder(str(LANE)).recurse_included_files()}

    assert included == {each.relative_to(LANE) for each in LANE.rglob("*.py")} | {Path("py.typed")}
