"""The carts: GET /cart/{id}, POST /cart/{id}, and what the queue brings."""

import json
import os

import boto3

carts = boto3.resource("dynamodb").Table(os.environ["CARTS"])
queue = boto3.client("sqs")


def get_cart(event, context):
    """What is in a cart; a new one is empty."""
    cart = event["pathParameters"]["id"]
    item = carts.get_item(Key={"id": cart}).get("Item", {})
    return _answer(200, {"id": cart, "products": sorted(item.get("products", []))})


def add_to_cart(event, context):
    """Accepts a product for a cart: {"product": "1"}."""
    message = {"cart": event["pathParameters"]["id"], "product": json.loads(event["body"])["product"]}
    queue.send_message(QueueUrl=os.environ["ADDED"], MessageBody=json.dumps(message))
    return _answer(202, message)


def put_into_cart(event, context):
    """Puts the products of the queue's messages into their carts."""
    for record in event["Records"]:
        message = json.loads(record["body"])
        carts.update_item(
            Key={"id": message["cart"]},
            UpdateExpression="ADD products :one",
            ExpressionAttributeValues={":one": {message["product"]}},
        )


def _answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
