#!/bin/sh
# Fuzzes the management API of a server that runs, by its own document: no call may end in a 5xx, nor in an answer that the document
# doesn't have. Needs schemathesis (PyPI), whose command is `schemathesis`, `uvx schemathesis` or what SCHEMATHESIS says.
#
#   scripts/api-fuzz.sh ISSUER CLIENT_ID CLIENT_SECRET [more arguments of schemathesis run]
#
# The application is a machine's with `permissions: [{ api: management, permissions: ["*"] }]`. What the run makes stays: give it a server of
# its own. It sends more than a caller may in a minute; the answers with 429 are documented ones.
set -eu
[ $# -ge 3 ] || { echo "usage: $0 ISSUER CLIENT_ID CLIENT_SECRET [arguments of schemathesis run]" >&2; exit 64; }
issuer=$1 client=$2 secret=$3
shift 3
token=$(curl -fsS -u "$client:$secret" "$issuer/oauth2/token" -d grant_type=client_credentials -d "resource=$issuer/api" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
exec ${SCHEMATHESIS:-uvx schemathesis} run "$issuer/api/openapi.json" \
  -H "Authorization: Bearer $token" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
  --rate-limit 900/m "$@"
