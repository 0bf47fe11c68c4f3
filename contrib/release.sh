#!/bin/sh
# Makes dist/: the tar.gz and the .deb of a static binary, for "make release", which sets what is read from the environment:
# VERSION, SOURCE_DATE_EPOCH, GOARCH. The same sources give the same bytes: sorted names, fixed owners, modes and times.
set -eu
umask 022
export LC_ALL=C TZ=UTC
arch=$GOARCH
# What is neither letter nor digit nor one of these would break a file's name, or the package's version.
version=$(printf %s "${VERSION#v}" | tr -c 'A-Za-z0-9.+~\n' '+')
case $version in [0-9]*.*) ;; *) version=0~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d).$version ;; esac
name=patchwatch-$version-linux-$arch
units="patchwatch.service patchwatch-web.service patchwatch-web.socket"

rm -rf dist
mkdir -p dist/build
cp bin/release/patchwatch dist/build/patchwatch
pw() { env -i SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" dist/build/patchwatch "$@"; }
pw man >dist/build/patchwatch.1
for shell in bash zsh fish; do pw completion $shell >dist/build/patchwatch.$shell; done

# put FROM TO [MODE]
put() {
	mkdir -p "$(dirname "$2")"
	install -m "${3:-644}" "$1" "$2"
}

# Fixed times for all in a folder.
settle() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

put_texts() {
	for f in README.md ARCHITECTURE.md CHANGELOG.md docs/*.md docs/pictures/series.png; do put "$f" "$1/$f"; done
	put LICENSE "$1/LICENSE"
}

tarball() {
	t=dist/build/$name
	put dist/build/patchwatch "$t/patchwatch" 755
	put_texts "$t"
	put dist/build/patchwatch.1 "$t/patchwatch.1"
	for unit in $units; do put contrib/$unit "$t/$unit"; done
	put contrib/patchwatch.default "$t/patchwatch.default"
	for shell in bash zsh fish; do put dist/build/patchwatch.$shell "$t/completions/patchwatch.$shell"; done
	settle "$t"
	tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
		-C dist/build -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
}

deb() {
	case $arch in 386) arch=i386 ;; arm) arch=armhf ;; ppc64le) arch=ppc64el ;; esac
	d=dist/build/deb
	put dist/build/patchwatch $d/usr/bin/patchwatch 755
	for unit in $units; do put contrib/$unit $d/usr/lib/systemd/system/$unit; done
	put contrib/patchwatch.default $d/etc/default/patchwatch
	gzip -9n <dist/build/patchwatch.1 >dist/build/patchwatch.1.gz
	put dist/build/patchwatch.1.gz $d/usr/share/man/man1/patchwatch.1.gz
	put dist/build/patchwatch.bash $d/usr/share/bash-completion/completions/patchwatch
	put dist/build/patchwatch.zsh $d/usr/share/zsh/vendor-completions/_patchwatch
	put dist/build/patchwatch.fish $d/usr/share/fish/vendor_completions.d/patchwatch.fish
	put_texts $d/usr/share/doc/patchwatch
	mv $d/usr/share/doc/patchwatch/LICENSE $d/usr/share/doc/patchwatch/copyright # its name in Debian
	size=$(find $d -type f -exec wc -c {} + | awk '$2 != "total" { n += int(($1 + 1023) / 1024) } END { print n }')
	mkdir -p $d/DEBIAN
	sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" contrib/debian/control >$d/DEBIAN/control
	put contrib/debian/conffiles $d/DEBIAN/conffiles
	for script in postinst prerm postrm; do put contrib/debian/$script $d/DEBIAN/$script 755; done
	(cd $d && find etc usr -type f | sort | xargs md5sum >DEBIAN/md5sums)
	settle $d
	# One thread: how xz divides its work shows in its output.
	DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz --build $d "dist/patchwatch_${version}_$arch.deb" >/dev/null
}

tarball
if command -v dpkg-deb >/dev/null; then
	deb
else
	echo "dpkg-deb is not installed: no .deb is made" >&2
fi
rm -rf dist/build
wc -c bin/release/patchwatch dist/* | grep -v total
