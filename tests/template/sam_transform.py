"""Run by SAM CLI's interpreter: the template on stdin as JSON, its SAM transform on stdout.

That interpreter has samtranslator, which is what CloudFormation runs for `AWS::Serverless-2016-10-31`.
"""

import json
import sys
from typing import Any

from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]


class Region:
    """All that the translator asks of a boto3 session."""

    region_name = "us-east-1"


def transform(template: dict[str, Any], parameters: dict[str, str]) -> Any:
    """What CloudFormation gets to see of the template."""
    translator = Translator({}, Parser(), None, Region())
    return translator.translate(sam_template=template, parameter_values=parameters, feature_toggle=None)


if __name__ == "__main__":
    json.dump(transform(*json.load(sys.stdin)), sys.stdout)
