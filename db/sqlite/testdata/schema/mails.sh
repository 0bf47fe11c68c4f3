#!/bin/sh
# Makes a Maildir of mails for make.sh: some of the samples, and COUNT small ones. 180 are enough for a dictionary.
#	sh mails.sh SAMPLES MAILDIR COUNT
set -eu
samples=$1 maildir=$2 count=$3
mkdir -p "$maildir/cur" "$maildir/new" "$maildir/tmp"

at=1790800000
for mail in "$samples"/*.eml; do
	case $(basename "$mail") in 2[4-7]* | 3[0-7]* | 4[5-9]* | 5[0-8]* | 6[1278]* | 7[678]*) continue ;; esac
	received=$(sed -n '1,/^\r*$/s/.*; \([A-Z][a-z][a-z], .*\)/\1/p' "$mail" | head -n 1)
	at=$((at + 1))
	[ -z "$received" ] || at=$(date -d "$received" +%s)
	name=$(basename "$mail" .eml)
	cp "$mail" "$maildir/new/$at.S${name%%-*}.sample"
done

# header N SUBJECT DATE prints the header of one mail.
header() {
	printf 'From: Sender %d <s%d@example.org>\nSubject: %s\n%s' $(($1 % 32 / 4)) $(($1 % 32 / 4)) "$2" "$3"
	printf 'Message-ID: <bulk.%d@example.org>\nList-Id: <frob-devel.lists.example.org>\n' "$1"
}

change() {
	case $1 in 5 | 11) printf '\n---\nchange-id: 20261118-count-0123456789ab\n' ;; esac
	printf '\n---\n--- a/src/file%d.c\n+++ b/src/file%d.c\n@@ -1 +1 @@\n-int number = 0;\n+int number = %d;\n' "$1" "$1" "$1"
}

bulk=1795000000
for i in $(seq 0 $((count - 1))); do
	sent=$((bulk + i * 600))
	date="Date: $(LC_ALL=C date -u -d "@$sent" '+%a, %d %b %Y %H:%M:%S +0000')
"
	case $i in # dates that can't be true, and none
	20) date='Date: Thu, 01 Jan 1970 00:00:00 +0000
' ;;
	22) date='Date: Fri, 31 Dec 2100 23:59:59 +0000
' ;;
	24) date= ;;
	esac
	{
		if [ "$i" -ge 32 ]; then
			header "$i" "talk $i" "$date"
			printf '\n%d\n' "$i"
		elif [ $((i % 4)) -eq 3 ]; then
			header "$i" "[PATCH v2] file $((i - 1)): count" "$date"
			change "$i"
		else
			header "$i" "[PATCH] file $i: count" "$date"
			change "$i"
		fi
	} >"$maildir/new/$((sent + 5)).B$i.bulk"
done

# One whose frame is longer than a page of the database.
{
	header 999 'a table' 'Date: Tue, 24 Nov 2026 12:00:00 +0000
'
	echo
	for i in $(seq 1 135); do printf '%d' "$i" | sha256sum | cut -c 1-64; done
} >"$maildir/new/1795521600.B999.bulk"
