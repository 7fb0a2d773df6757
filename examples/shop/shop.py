#!/usr/bin/env python3
"""Plays the shop's own server, as far as signalbox needs one: vouches for customers, and reports what became of orders.

    examples/shop/shop.py secrets              makes the secrets that both sides know, once
    examples/shop/shop.py address hanmeimei    the chat's address for a customer who has logged in to the shop
    examples/shop/shop.py created hanmeimei    reports an order, signed, as the shop's order system would
    examples/shop/shop.py delivered hanmeimei  reports its delivery
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

SECRETS = Path(__file__).resolve().parent.parent.parent / "data/shop/secrets"
CUSTOMERS = {
    "lilei": {"name": "李雷", "tier": "normal", "spent": "300.00", "orders": 2},
    "hanmeimei": {"name": "韩梅梅", "tier": "vip", "spent": "12000.00", "orders": 31},
    "alice": {"name": "Alice", "tier": "gold", "spent": "2600.00", "orders": 9},
}
TOKEN_LIVES_SECONDS = 12 * 3600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default="http://127.0.0.1:7777", help="where the gateway is (%(default)s)")
    does = parser.add_subparsers(dest="does", required=True)
    does.add_parser("secrets")
    address = does.add_parser("address")
    address.add_argument("customer", choices=CUSTOMERS)
    for event in ("created", "delivered"):
        report = does.add_parser(event)
        report.add_argument("customer", choices=CUSTOMERS)
        report.add_argument("--no", default="A1", help="order number (%(default)s)")
        report.add_argument("--amount", default="300.00", help="yuan (%(default)s)")
    arguments = parser.parse_args()
    make_secrets()
    if arguments.does == "address":
        print(f"{arguments.gateway}/#token={chat_token(arguments.customer)}")
    elif arguments.does != "secrets":
        return report_order(arguments)
    return 0


def make_secrets() -> None:
    # The mode goes to the last directory only, and the gateway keeps its data beside the secrets.
    SECRETS.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    SECRETS.mkdir(exist_ok=True, mode=0o700)
    for name, secret in (
        ("chat", secrets.token_urlsafe(32)),
        ("orders", "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()),
    ):
        try:
            file = os.open(SECRETS / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(file, "w") as written:
            written.write(secret)


def chat_token(customer: str) -> str:
    """A JWT, HS256: docs/webchat.md, “Logged-in users”."""
    now = int(time.time())
    known = CUSTOMERS[customer]
    claims = {
        "iss": "shop.example",
        "aud": "gateway",
        "sub": customer,
        "iat": now,
        "exp": now + TOKEN_LIVES_SECONDS,
        "name": known["name"],
        "attributes": {
            "tier": known["tier"],
            "spent": {"amount": known["spent"], "currency": "CNY"},
            "orders": known["orders"],
        },
    }
    header = {"alg": "HS256", "typ": "JWT", "kid": "shop"}
    signed = f"{url_safe(json.dumps(header).encode())}.{url_safe(json.dumps(claims).encode())}"
    key = (SECRETS / "chat").read_bytes()
    return f"{signed}.{url_safe(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def report_order(arguments: argparse.Namespace) -> int:
    """A signed event: docs/webhook.md."""
    event = {
        "type": f"order.{arguments.does}",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "data": {
            "contact": {"channel": "webchat:shop", "external_id": f"user:{arguments.customer}"},
            "no": arguments.no,
            "amount": {"amount": arguments.amount, "currency": "CNY"},
        },
    }
    body = json.dumps(event).encode()
    message, stamp = f"evt_{uuid.uuid4()}", str(int(time.time()))
    key = base64.b64decode((SECRETS / "orders").read_text().removeprefix("whsec_"))
    signature = hmac.digest(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    request = urllib.request.Request(
        f"{arguments.gateway}/v1/channels/webhook/orders",
        data=body,
        headers={
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            print(answer.status, answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode(), file=sys.stderr)
    except urllib.error.URLError as error:
        print(f"{arguments.gateway} does not answer ({error.reason}): is the gateway running?", file=sys.stderr)
    return 1


def url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    sys.exit(main())
