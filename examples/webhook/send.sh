#!/bin/sh
# Signs one message of a customer and posts it: sh send.sh "where is my order?"
set -eu
id=msg_$(openssl rand -hex 12)
at=$(date +%s)
body=$(printf '{"type":"message.created","timestamp":"%s","data":{"id":"%s","contact":{"external_id":"u-1"},"content":{"type":"text","text":"%s"}}}' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$id" "$1")
key=$(printf %s "${APP_SECRET#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \n')
mac=$(printf %s "$id.$at.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
curl -sS "${SIGNALBOX:-http://127.0.0.1:7777}/v1/channels/webhook/app" -H 'content-type: application/json' \
  -H "webhook-id: $id" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$mac" --data-binary "$body"
echo
