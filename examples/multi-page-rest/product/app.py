"""The products: GET /product, GET /product/{id}."""

import json

SEASON = "spring"
PRODUCTS = {"1": "Tea", "2": "Cups"}


def list_products(event, context):
    """All products, of this season."""
    return _answer(200, [{"id": each, "name": name, "season": SEASON} for each, name in PRODUCTS.items()])


def get_product(event, context):
    """One product."""
    found = event["pathParameters"]["id"]
    if found not in PRODUCTS:
        return _answer(404, {"error": f"no product {found}"})
    return _answer(200, {"id": found, "name": PRODUCTS[found], "season": SEASON})


def _answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
