#!/usr/bin/env bash
# Checks a proposed directory and plans what it would buy: `check.sh DIRECTORY FILES BASE`, where BASE is the commit that it is
# to be merged into, and the work tree the merge. FILES/plan.json is to be applied after the merge, FILES/comment.md to be
# shown before. The exit code is that of the first check that failed. (The kit for GitHub has these steps in its action.)
set -euo pipefail
directory=$1
files=$2
base=$3
journal=$directory/.orderform/journal.jsonl

mkdir -p "$files"
first=0
# Runs a check to its end, whatever became of the one before.
check() {
    local code=0
    "$@" || code=$?
    [ "$first" -ne 0 ] || first=$code
}

# Holds the journal to what it was. What was bought is only ever added to: a record that is taken away is an order that is
# bought again.
record_grows() {
    git cat-file -e "$base:./$journal" 2> /dev/null || return 0
    git show "$base:./$journal" > "$files/before"
    local bytes
    bytes=$(wc -c < "$files/before")
    if ! head -c "$bytes" "$journal" | cmp -s - "$files/before"; then
        rm "$files/before"
        echo "error: this takes records of what was bought out of journal.jsonl" >&2
        return 1
    fi
    cmp -s "$files/before" "$journal" || echo "warning: this adds records of what was bought to journal.jsonl: review them" >&2
    rm "$files/before"
}

git cat-file -e "$base^{commit}"
check record_grows
check orderform validate "$directory"
check orderform fmt --check "$directory"
check orderform plan "$directory" --expires 7d --out "$files/plan.json" --markdown "$files/comment.md"
exit "$first"
