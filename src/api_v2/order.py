"""What a viewer may order."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Sku = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]


class Line(BaseModel):
    """So many pieces of one article."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: Sku
    quantity: int = Field(ge=1, le=999)


class NewOrder(BaseModel):
    """The body of POST /api/orders."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer: Name
    items: list[Line] = Field(min_length=1, max_length=20)
    priority: Literal["normal", "express"] = "normal"
