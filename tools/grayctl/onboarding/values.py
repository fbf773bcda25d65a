"""What a template says without an account: its intrinsic functions, as far as the template itself decides them.

Parameters have their defaults. What only a deployment knows stays in a text as `${...}`; nothing is guessed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from grayctl.onboarding.template import Template

_PLACE = re.compile(r"\$\{([^!}][^}]*)\}")
_NO_VALUE = {"Ref": "AWS::NoValue"}


class Values:
    """The values of one template."""

    def __init__(self, template: Template) -> None:
        declared = _mapping(template.get("Parameters"))
        self._defaults = {
            name: str(one["Default"])
            for name, one in declared.items()
            # What AWS::SSM::Parameter::Value has is the name of a parameter; its value is in the account.
            if isinstance(one, dict) and "Default" in one and "SSM" not in str(one.get("Type"))
        }
        self._conditions = _mapping(template.get("Conditions"))
        self._mappings = _mapping(template.get("Mappings"))

    def text(self, value: Any) -> str:
        """The value as a text, with `${...}` for each part that only a deployment knows; empty for None."""
        match value:
            case None:
                return ""
            case bool():
                return str(value).lower()
            case {"Ref": str() as name}:
                return self._defaults.get(name, f"${{{name}}}")
            case {"Fn::GetAtt": str() as name}:
                return f"${{{name}}}"
            case {"Fn::GetAtt": [*names]}:
                return f"${{{'.'.join(map(str, names))}}}"
            case {"Fn::Sub": str() as text}:
                return self._filled(text, {})
            case {"Fn::Sub": [str() as text, dict() as own]}:
                return self._filled(text, own)
            case {"Fn::Join": [str() as between, list() as parts]}:
                return between.join(map(self.text, parts))
            case {"Fn::FindInMap": [top, second, key, *_]}:
                found = self._mapped(self.text(top), self.text(second), self.text(key))
                return "${Fn::FindInMap}" if found is None else str(found)
            case {"Fn::If": [_, _, _]}:
                taken = self.taken(value)
                return "${Fn::If}" if taken == value else self.text(taken)
            case dict() | list():
                return f"${{{next(iter(value), '')}}}" if isinstance(value, dict) else "${list}"
        return str(value)

    def taken(self, value: Any) -> Any:
        """The value with the branch of each `Fn::If` that the template decides; what has no value is None."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Fn::If": [str() as condition, then, otherwise]}:
                holds = self.holds(condition)
                return value if holds is None else self.taken(then if holds else otherwise)
            case dict():
                return {key: self.taken(each) for key, each in value.items() if each != _NO_VALUE}
            case list():
                return [taken for each in value if (taken := self.taken(each)) is not None]
        return value

    def holds(self, condition: str) -> bool | None:
        """Whether a condition holds; None if the template alone does not decide it."""
        return self._truth(self._conditions.get(condition), (condition,))

    def _truth(self, expression: Any, above: tuple[str, ...]) -> bool | None:
        match expression:
            case {"Condition": str() as name} if name not in above:
                return self._truth(self._conditions.get(name), (*above, name))
            case {"Fn::Not": [one]}:
                inner = self._truth(one, above)
                return None if inner is None else not inner
            case {"Fn::And": [*all_of]}:
                truths = [self._truth(each, above) for each in all_of]
                return False if False in truths else None if None in truths else True
            case {"Fn::Or": [*any_of]}:
                truths = [self._truth(each, above) for each in any_of]
                return True if True in truths else None if None in truths else False
            case {"Fn::Equals": [one, other]}:
                texts = self.text(one), self.text(other)
                return texts[0] == texts[1] if known(*texts) else None
        return None

    def _filled(self, text: str, own: Mapping[str, Any]) -> str:
        def value(place: re.Match[str]) -> str:
            name = place[1].strip()
            return self.text(own[name]) if name in own else self._defaults.get(name, place[0])

        return _PLACE.sub(value, text).replace("${!", "${")

    def _mapped(self, *keys: str) -> Any:
        found: Any = self._mappings
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found


def known(*texts: str) -> bool:
    """Whether these texts are complete: no part waits for a deployment, or is read from another place then."""
    return not any("${" in text or "{{resolve:" in text for text in texts)


def references(value: Any) -> Iterator[str]:
    """Every logical name in Ref, GetAtt and Sub, without the attribute; pseudo parameters too."""
    match value:
        case {"Ref": str() as name}:
            yield name.split(".")[0]  # SAM knows `Api.Stage`
        case {"Fn::GetAtt": str() as name} | {"Fn::GetAtt": [str() as name, *_]}:
            yield name.split(".")[0]
        case {"Fn::Sub": str() as text}:
            yield from (name.split(".")[0].strip() for name in _PLACE.findall(text))
        case {"Fn::Sub": [str() as text, dict() as own]}:
            yield from (name for name in references({"Fn::Sub": text}) if name not in own)
            yield from references(own)
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
