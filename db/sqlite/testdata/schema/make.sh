#!/bin/sh
# Makes a database of this folder with a patchwatch built from an old commit. Run it at the top of the repository:
#	sh db/sqlite/testdata/schema/make.sh NAME COMMIT COUNT
# COUNT is how many small mails are stored beside samples.
set -eu
name=$1 commit=$2 count=$3
here=$(pwd)
work=/tmp/patchwatch-schema # the database remembers where its Maildir was
mkdir "$work"
trap 'cd "$here"; git worktree remove --force "$work/tree"; rm -rf "$work"' EXIT
git worktree add -q --detach "$work/tree" "$commit"
(cd "$work/tree" && go build -tags 'sqlite_omit_load_extension sqlite_fts5' -o "$work/patchwatch" ./cmd/patchwatch)
sh db/sqlite/testdata/schema/mails.sh testdata/sample "$work/maildir" "$count"
cd "$work"
export PATCHWATCH_DB="$work/$name.db"
pw() { "$work/patchwatch" "$@" >"$work/out" 2>&1 || { echo "patchwatch $*:" >&2; cat "$work/out" >&2; return 1; }; }

pw project add frob-devel --list-id frob-devel.lists.example.org --list-email frob-devel@lists.example.org --name Frob
pw project add gone --list-id gadget-users.lists.example.com
# may is for what early ones don't know.
may() { "$work/patchwatch" "$@" >/dev/null 2>&1 || true; }
may project rule add frob-devel 'src/file1*' lin@example.org
# A watcher takes half of the mails, in order of delivery; an import the others, once widgets is tracked too.
mkdir -p late/cur late/new late/tmp
mv maildir/new/*[13579].* late/new
pw watch --once -q maildir
may project add widgets --list-id widgets.lists.example.net --mail-states
"$work/patchwatch" project list | grep -q '^widgets ' || pw project add widgets --list-id widgets.lists.example.net
pw import -q late || true # one of the samples can't be read
may project rule add frob-devel 'src/*' ada@example.org --priority -1

pw state 20261006091210.25091-1-priya@example.com accepted
pw state bulk.7@example.org bulk.8@example.org rejected
pw state 60bfa3b53f411d263b4e.1792854601@sam-laptop changes-requested
pw state 20261112130000.26320-1-sam@example.com accepted -p gone
pw project remove gone
# known tells whether that patchwatch has the command.
known() { "$work/patchwatch" "$@" 2>&1 | grep -q "$1 .*ID"; }
if known delegate --help; then pw delegate bulk.15@example.org wanda@example.org; fi
if known archive --help; then pw archive bulk.16@example.org; fi
if known series name --help; then pw series name cover.1791400502.git.bjorn@example.com 'Count what people see'; fi

sqlite3 "$PATCHWATCH_DB" 'VACUUM; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA integrity_check'
gzip -9nc "$PATCHWATCH_DB" >"$here/db/sqlite/testdata/schema/$name.db.gz"
