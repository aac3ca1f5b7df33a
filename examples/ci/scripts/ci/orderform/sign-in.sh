#!/usr/bin/env bash
# Exchanges what a CI system vouches for a job with for a token that Partner Center takes, and prints that token.
#
#   AZURE_TENANT_ID, AZURE_CLIENT_ID   the application in Microsoft Entra that trusts this CI system's issuer
#   AZURE_FEDERATED_TOKEN              what the CI system vouches with, for the audience api://AzureADTokenExchange;
#                                      on GitHub it is asked for here, which needs `permissions: id-token: write`
#   AZURE_AUTHORITY_HOST               Microsoft Entra's address, where it is not the global cloud's
#   PARTNER_CENTER_SCOPE               what the token is for, where it is not the global cloud's Partner Center
#
# No secret is stored anywhere, and none stands on a command line. Errors name Entra's code and nothing it echoes.
set -euo pipefail

fail() {
    echo "sign-in: $1" >&2
    exit 1
}

# Tells GitHub's runner to blot a value out of everything that the job prints from now on.
mask() {
    [ -z "${GITHUB_ACTIONS:-}" ] || echo "::add-mask::$1" >&2
}

# Asks for JSON with what stands on stdin as a part of the request; plain HTTP goes to this machine only.
ask() {
    local url=${!#}
    case $url in
        https://* | http://127.0.0.1:*) ;;
        *) fail "the address has to begin with https://" ;;
    esac
    curl --silent --show-error --max-time 60 --retry 3 "$@"
}

: "${AZURE_TENANT_ID:?is the tenant of the application}" "${AZURE_CLIENT_ID:?is the id of the application}"
assertion=${AZURE_FEDERATED_TOKEN:-}
if [ -z "$assertion" ] && [ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]; then
    answer=$(echo "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
        ask --header @- "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange") || fail "GitHub did not answer"
    assertion=$(jq -er '.value | strings' <<< "$answer") || fail "GitHub vouches for nothing"
fi
[ -n "$assertion" ] || fail "there is nothing to exchange: AZURE_FEDERATED_TOKEN is empty"
mask "$assertion"

answer=$(printf %s "$assertion" | ask \
    --data-urlencode grant_type=client_credentials \
    --data-urlencode "client_id=$AZURE_CLIENT_ID" \
    --data-urlencode "scope=${PARTNER_CENTER_SCOPE:-https://api.partnercenter.microsoft.com/.default}" \
    --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    --data-urlencode client_assertion@- \
    "${AZURE_AUTHORITY_HOST:-https://login.microsoftonline.com}/$AZURE_TENANT_ID/oauth2/v2.0/token") ||
    fail "Microsoft Entra did not answer"
token=$(jq -er '.access_token | strings' <<< "$answer") || {
    codes=$(jq -r '[.error_codes[]? | numbers | "AADSTS\(.)"] | join(", ")' <<< "$answer" 2> /dev/null) || true
    fail "Microsoft Entra refused (${codes:-without a code})"
}
mask "$token"
echo "$token"
