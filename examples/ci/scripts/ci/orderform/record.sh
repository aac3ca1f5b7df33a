#!/usr/bin/env bash
# Commits what the state's directory holds and pushes it: `record.sh DIRECTORY BRANCH`. It runs whatever became of
# `apply`: what was bought is bought, and the next run has to know it.
set -euo pipefail
directory=$1
branch=$2

export GIT_AUTHOR_NAME=orderform GIT_AUTHOR_EMAIL=orderform@localhost
export GIT_COMMITTER_NAME=orderform GIT_COMMITTER_EMAIL=orderform@localhost

git add --all -- "$directory/.orderform"
if git diff --cached --quiet; then
    echo "nothing was recorded"
    exit 0
fi
git commit --quiet --message "orders: what was bought, and what is in doubt"
# Somebody may have merged in the meantime. Nobody else writes here, so what was recorded goes on top.
for _ in 1 2 3 4 5; do
    git push --quiet origin "HEAD:refs/heads/$branch" && exit 0
    git pull --quiet --rebase origin "$branch"
done
echo "what was recorded could not be pushed to $branch: push it before anything else is applied" >&2
exit 1
