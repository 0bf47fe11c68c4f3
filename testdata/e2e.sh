#!/bin/sh
# e2e.sh COMMAND...: runs "make e2e"'s test, once all programs that it needs are there. Those that are absent it installs, on
# Debian only, and starts none of them.
set -eu
packages="postfix git-email libmailtools-perl dovecot-lmtpd dovecot-imapd maildrop isync nginx-light caddy b4 lei public-inbox curl"

absent() {
	for p in $packages; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q ' installed$' || printf ' %s' "$p"
	done
}

# apt becomes a user of its own, which must be able to write where temporary files are.
install() (
	TMPDIR=$(mktemp -d) policy=/usr/sbin/policy-rc.d
	export TMPDIR DEBIAN_FRONTEND=noninteractive
	chmod 1777 "$TMPDIR"
	if [ -e $policy ]; then policy=; fi
	trap 'rm -rf "$TMPDIR" $policy' EXIT
	if [ -n "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy; fi
	echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
	{ apt-get update && apt-get install -y --no-install-recommends "$@"; } </dev/null >"$TMPDIR/log" 2>&1 || { cat "$TMPDIR/log" >&2; exit 1; }
)

if [ "$(id -u)" != 0 ]; then
	echo "make e2e runs mail servers and proxies, which only root can: sudo make e2e" >&2
	exit 1
fi
missing=$(absent)
if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "make e2e needs these of Debian's packages, and can install them on Debian only:$missing" >&2
		exit 1
	fi
	echo "Installing$missing"
	install $missing
fi

# In a process namespace of its own, all servers end with the test, however it ends.
if unshare --pid --fork --mount-proc --kill-child true 2>/dev/null; then
	exec unshare --pid --fork --mount-proc --kill-child "$@"
fi
exec "$@"
