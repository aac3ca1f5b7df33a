#!/usr/bin/env bash
# Applies reviewed plans, each as far as it still stands: `apply.sh DIRECTORY PLANS`, with the plans as PLANS/*.json.
#
# A plan that leaves an order in doubt is kept in the state's directory, for the scheduled run that settles it. The exit
# code is orderform's, the last one that is not 0. `sign-in.sh` beside this says who may buy. SUMMARY names a file that gets the outcome as Markdown.
set -euo pipefail
directory=$1
plans=$2
doubts=$directory/.orderform/in-doubt

ORDERFORM_ACCESS_TOKEN=$(bash "$(dirname "$0")/sign-in.sh")
export ORDERFORM_ACCESS_TOKEN

# Says whether nothing is in doubt.
is_settled() {
    jq -e 'all(.orders[]; .status != "pending")' "$directory/.orderform/state.json" > /dev/null
}

worst=0
for plan in "$plans"/*.json; do
    kept=$doubts/$(sha256sum < "$plan" | cut -c 1-16).json
    # What was kept to be settled has done its work once nothing is in doubt any more.
    if [ -e "$kept" ] && is_settled; then continue; fi
    code=0
    orderform apply "$directory" --plan "$plan" --rebase --format markdown | tee -a "${SUMMARY:-/dev/null}" || code=$?
    if [ "$code" -eq 4 ]; then mkdir -p "$doubts" && cp "$plan" "$kept"; fi
    [ "$code" -eq 0 ] || worst=$code
done
if is_settled; then rm -rf "$doubts"; fi
exit "$worst"
