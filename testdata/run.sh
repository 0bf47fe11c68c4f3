#!/bin/sh
# What "make run" does after the build: patchwatch at work on a Maildir, first what waits there, then what comes, with its
# pages. Without a Maildir of one's own, one is made of the sample mails here. LISTEN is where the pages are served.
set -eu
maildir=$1 db=$2
pw=bin/patchwatch
listen=${LISTEN:-127.0.0.1:8080}

if [ "$maildir" = sample/Maildir ]; then
	rm -rf sample
	mkdir -p sample
	for mail in testdata/sample/*.eml; do
		mkdir -p "$maildir"
		$pw deliver "$maildir" <"$mail"
	done
	echo "Made $maildir, a Maildir with the sample mails of testdata/sample in new. Taking them in:"
	echo
fi
$pw --db "$db" watch --once --verbose "$maildir"
echo
echo "The series that were sent (patchwatch --db $db series):"
echo
$pw --db "$db" series --limit 25
echo
cat <<END
Now watching $maildir, and serving its pages; Ctrl-C stops. In a browser:

  all projects              http://$listen/
END
if [ "$maildir" = sample/Maildir ]; then
	link=$($pw --db "$db" user add you --admin --url "http://$listen/" | grep -o 'http[^ ]*' | head -n 1)
	echo "  to log in as \"you\"      $link"
fi
cat <<END

In another terminal:

  deliver one more mail     $pw deliver $maildir < some-mail.eml
  a patch, its comments     $pw --db $db show 1
  what could not be read    $pw --db $db failed list
  an account                $pw --db $db user add NAME --admin

END
exec $pw --db "$db" serve --listen "$listen" "$maildir"
