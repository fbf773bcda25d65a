"""The JSON Schema of a registration, from the form that the control plane reads it by."""

import json

from gray.lanes.registration import FORM

__all__ = ["registration_schema"]


def registration_schema() -> str:
    """As draft 2020-12, for editors and for whoever writes registrations."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The registration of a lane"}
    return json.dumps({**head, **FORM.schema()}, indent=2, ensure_ascii=False) + "\n"
