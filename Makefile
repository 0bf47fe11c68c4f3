# The two commands of a newcomer: make run, make test.

GO      ?= go
CC      ?= cc
PREFIX  ?= /usr/local
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null)

# SQLite would load extensions, that is foreign code, by an SQL function; nothing here needs that. FTS5 is what search needs.
TAGS    := sqlite_omit_load_extension sqlite_fts5
# Where neither mails nor requests spend their time, functions are called rather than copied to where they are called: that makes
# the program half a megabyte smaller. What claims, reads and stores mail is not among these, nor what hashes it: 4 % of the time
# that a drain takes would be lost.
fips140 := $(addprefix crypto/internal/fips140/,bigmod ecdh ecdsa ed25519 edwards25519/... mlkem nistec/... rsa tls12 tls13)
inside  := $(addprefix patchwatch/cmd/patchwatch/internal/,adopt ops pubinbox stress term view)
CALLED  := crypto/ecdh crypto/ecdsa crypto/ed25519 crypto/internal/hpke crypto/rsa crypto/tls crypto/x509/... $(fips140) vendor/... \
	encoding/asn1 flag github.com/fsnotify/... github.com/spf13/... math/big mime/multipart net/netip os/exec regexp/syntax \
	patchwatch/cmd/patchwatch $(inside) patchwatch/db/internal/carry patchwatch/web/admin patchwatch/web/auth patchwatch/web/hook
GCFLAGS := $(foreach packages,$(CALLED),-gcflags=$(packages)=-l)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# make run MAILDIR=~/Maildir DB=~/patches.db is for one's own mail.
MAILDIR ?= sample/Maildir
DB      ?= sample/patches.db

export CGO_ENABLED = 1
# Go's own flags for C, and SQLite without statistics of its memory, as its authors advise: nobody reads them, and they cost a lock
# for each allocation, 4 % of the time that adding mail takes. C that throws no exceptions needs no tables to unwind its stack.
export CGO_CFLAGS ?= -g -O2 -DSQLITE_DEFAULT_MEMSTATUS=0 -fno-asynchronous-unwind-tables

.PHONY: all build run test spec browser browser-on-server pictures test-faults test-postgres suite-on-server rest-on-server e2e e2e-on-server check race stress bench beside fuzz install clean needs release release-binary release-test

all: build

build: needs
	@$(GO) build -trimpath -tags '$(TAGS)' $(GCFLAGS) -ldflags '$(LDFLAGS)' -o bin/patchwatch ./cmd/patchwatch

needs:
	@command -v $(GO) >/dev/null 2>&1 || { echo "patchwatch is built with Go, which is not installed: get 1.26 or newer from https://go.dev/dl/" >&2; exit 1; }
	@command -v $(firstword $(CC)) >/dev/null 2>&1 || { echo "patchwatch is built with a C compiler (for SQLite), which is not installed: on Debian, apt-get install gcc" >&2; exit 1; }

run: build
	@sh testdata/run.sh '$(MAILDIR)' '$(DB)'

test: needs
	$(GO) test -tags '$(TAGS)' -shuffle=on -timeout 20m ./...

# Holds answers of the API against Patchwork's own OpenAPI files, which are in ../shared/openapi or in PATCHWORK_OPENAPI. It is a
# module of its own, since nothing else needs a validator: go mod tidy in there follows a change of ours.
spec: needs
	@[ -n "$$PATCHWORK_OPENAPI" ] || [ -d ../shared/openapi ] || \
		echo "no answer is held against Patchwork's OpenAPI files: they are not in ../shared/openapi, nor does PATCHWORK_OPENAPI name their folder" >&2
	cd web/spec && $(GO) vet -tags '$(TAGS)' ./... && $(GO) test -tags '$(TAGS)' ./...

# The pages in Debian's Chromium: whether all can use them, hostile mail, and what people do. It is a module of its own too.
browser: build
	cd web/browser && $(GO) vet ./... && PATCHWATCH_BINARY=$(CURDIR)/bin/patchwatch $(GO) test -count=1 -shuffle=on -timeout 10m ./...

# The same on a PostgreSQL server; RUN="..." has some of them only.
RUN ?= .
browser-on-server: build
	cd web/browser && PATCHWATCH_TEST_POSTGRES=1 PATCHWATCH_BINARY=$(CURDIR)/bin/patchwatch $(GO) test -count=1 -timeout 20m -run '$(RUN)' ./...

# What the pages look like; PAGES="series patch" makes the pictures of these.
PICTURES ?= docs/pictures
pictures: build
	cd web/browser && PATCHWATCH_BINARY=$(CURDIR)/bin/patchwatch PATCHWATCH_PICTURES='$(abspath $(PICTURES))' PATCHWATCH_PAGES='$(PAGES)' \
		$(GO) test -count=1 -timeout 10m -run TestPictures ./...

# Where things happen at once: not the rooms that are pure, nor tests that measure, or in which one goroutine asks databases or servers
# very much; and of the command and of SQLite what watches, serves, sends, waits for others. Random trials are few here: make test makes
# many. What has a slash comes last: go test looks at nothing behind it.
ONE_BY_ONE := TestHostile|TestPrivateIsAbsent|TestAnswersAreCurrent|TestIndexIsScan|TestTextOfEveryMail|TestRemarksStand|TestPagesA(sk|re)
ONE_AT_A_TIME := OthersStoreMail|PutsInAnyOrder|SupersededInAnyOrder|OrderDoesNotMatter|DecidedAndFollowedLater|ToldIsWhatChanged|NumbersInAnyOrder
AT_ONCE := Serve|Watch|Servers|Hooks|Metrics|Manager|Signal|Interrupted|Finishes|Delivered|Fault|Locked|Socket|Outlive|FIFO|Race|AtOnce|LogBeside|Replaced|Goes|Cancelled|Closed|Wait|Stamp|Warm|ReadOnly
SUITE_AT_ONCE := AtOnce|Several|Beside|Cancelled|Closed|Panic|Turns|Broken|Together|Lease
race: needs
	$(GO) test -tags '$(TAGS)' -race -shuffle=on -run '$(AT_ONCE)' ./cmd/patchwatch ./db/sqlite
	$(GO) test -tags '$(TAGS)' -race -shuffle=on -run 'TestSuite/($(SUITE_AT_ONCE))' ./db/sqlite
	RAPID_CHECKS=10 $(GO) test -tags '$(TAGS)' -race -shuffle=on -timeout 20m \
		-skip '$(ONE_BY_ONE)|TestMemory/($(ONE_AT_A_TIME))' \
		$$($(GO) list -tags '$(TAGS)' ./... | grep -v -e /cmd/patchwatch$$ -e /db/sqlite$$ -e /track$$ -e /rangediff$$ -e /ingest$$ \
			-e /search$$ -e /mailtext$$ -e /diffview$$ -e /remarks$$ -e /difftext$$)

# What breaks around it: full disks, a database that is gone, crashes at every step, in the long forms of tests that make test has
# short: a hundred thousand mails, a log of 64 MiB. As root, since some of it needs a mount. An engine's suite has its tests of faults
# below one name.
FAULTS := Fault|Disk|MemoryDoes|MemoryIs|MemoryWith|Locked|ReadOnly|Descriptors|Clocks|Killed|Stress|Replaced|Goes|Panic|LogStays
# About PostgreSQL servers: ten hosts with the generated mail of ../shared take six minutes.
FAULTS := $(FAULTS)|Cut(At|Off)|Failover|Replica|Frozen|ServerThat|BrokenOff|TenHosts
test-faults: needs
	@[ "$$(id -u)" = 0 ] || echo "not root: what needs a mount is skipped" >&2
	PATCHWATCH_LONG=1 $(GO) test -tags '$(TAGS)' -parallel 4 -timeout 40m -run '$(FAULTS)|TestSuite/(Fail|Panic|Closed|Cancelled)' ./...

# The engine's suite on a PostgreSQL server, for minutes, and what asks a database in memory or a file otherwise: the tests of pages,
# of the web, of webhooks, of what adopts, looks up and shows how a machine is, of the API's form, and of
# the command those that are neither about a file nor long. Its scripts and ten hosts on one server are in make test.
COMMAND := Clients|AdoptSays|GitAm|FollowList|Import(Finishes|Of|Passes)|Served|Serve(Finishes|Requires|Tells|At)|TwoServers|EightWatchers
COMMAND := $(COMMAND)|StoppedWatcher|StuckWatcher|InterruptedOnce|DeliveredMail|SettingsOf|ListsAreStored|WrongClocks|FewDescriptors
COMMAND := $(COMMAND)|HooksOutlive|KilledAtRandom
test-postgres: needs # the suite waits for its server half of its time: the two parts run beside each other
	@$(MAKE) --no-print-directory -j2 -Otarget suite-on-server rest-on-server

suite-on-server:
	PATCHWATCH_POSTGRES=1 $(GO) test -tags '$(TAGS)' -count=1 -timeout 30m -run 'TestSuite|AsMemory' ./db/postgres

rest-on-server:
	PATCHWATCH_TEST_POSTGRES=1 $(GO) test -tags '$(TAGS)' -count=1 -timeout 30m ./web ./web/pages ./web/hook \
		./cmd/patchwatch/internal/adopt ./cmd/patchwatch/internal/lookup ./cmd/patchwatch/internal/ops
	PATCHWATCH_TEST_POSTGRES=1 $(GO) test -tags '$(TAGS)' -count=1 -timeout 20m -run '$(COMMAND)' ./cmd/patchwatch
	cd web/spec && PATCHWATCH_TEST_POSTGRES=1 $(GO) test -tags '$(TAGS)' -count=1 ./...

# Delivery by real mail servers, real proxies before the web server, as docs/deploy.md configures them, and b4 and lei, which get
# the same mails as from public-inbox's own server. As root; on Debian it installs those that are absent. Where PATCHWATCH_B4 names
# the b4.sh of a checkout, that b4 is run too.
e2e: needs
	@PATCHWATCH_E2E=1 sh testdata/e2e.sh $(GO) test -tags '$(TAGS)' -count=1 -run TestEndToEnd -timeout 15m -v ./cmd/patchwatch

# The same with all databases on a PostgreSQL server. Ten thousand mails are as many for the mail server.
e2e-on-server: needs
	@PATCHWATCH_E2E=1 PATCHWATCH_TEST_POSTGRES=1 sh testdata/e2e.sh $(GO) test -tags '$(TAGS)' -count=1 -run TestEndToEnd -skip TenThousand -timeout 15m -v ./cmd/patchwatch

# What the program's style and structure are held to, beside the tests.
check: needs
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted" >&2; exit 1; }
	$(GO) vet -tags '$(TAGS)' ./...
	$(GO) tool -modfile=.ci/tools/go.mod staticcheck -tags '$(TAGS)' ./...

# Ten runs of watchers that are killed and frozen, 200 times each; ARCHIVE=... takes an archive of one's own (mbox, Maildir, folder).
# Then a server that is killed 200 times while bots post checks, and pages of all mails of ../shared/corpus/real, of which make test
# looks at some: whether their text is there, and remarks stand at the lines that they quote.
ARCHIVE ?= testdata/sample
stress: build
	@kills=0; for seed in 1 2 3 4 5 6 7 8 9 10; do \
		said=$$(bin/patchwatch stress --seed $$seed $(ARCHIVE)) || { echo "$$said"; exit 1; }; echo "$$said"; \
		kills=$$((kills + $$(echo "$$said" | sed -n 's/^kills *//p'))); \
	done; echo "$$kills kills in ten runs, nothing lost, nothing twice, nothing different, no faulty event"; [ $$kills -ge 200 ]
	PATCHWATCH_LONG=1 $(GO) test -tags '$(TAGS)' -count=1 -run TestWritesOutliveTheirServer -v ./cmd/patchwatch
	PATCHWATCH_LONG=1 $(GO) test -tags '$(TAGS)' -count=1 -timeout 60m -run 'TestRemarksStandAtTheirLines|TestTextOfEveryMailIsOnItsPage' -v ./web

# An hour, best on an idle machine; beside notmuch and mu where they are installed. The last table has what adding and
# asking, and pages, take at 10,000, 100,000 and a million stored mails, for benchstat. The same mail on a PostgreSQL server
# is held against a file, and with PATCHWORK_MAILS=83 against a Patchwork that stores so many mails a second on this machine.
PATCHWORK_MAILS ?=
bench: build
	PATCHWATCH_BENCH=1 PATCHWATCH_BESIDE_MAILS='$(PATCHWORK_MAILS)' \
		$(GO) test -tags '$(TAGS)' -run 'TestBench$$|TestServerSpeed$$' -timeout 60m -v ./cmd/patchwatch
	PATCHWATCH_MILLION=1 $(GO) test -tags '$(TAGS)' -run NONE -bench 'At$$' -benchtime 0.5s -timeout 90m ./db/sqlite ./search/index ./web

# The pages beside those of a Patchwork and a public-inbox that have the mail of ../shared/corpus/real: the table of docs/pages.md.
# On an idle machine, on which both run. ROWS="list|thread" measures these rows.
PATCHWORK ?=
PUBLICINBOX ?=
beside: needs
	@[ -n '$(PATCHWORK)$(PUBLICINBOX)' ] || { echo "say where they are: make beside PATCHWORK=http://127.0.0.1:8001 PUBLICINBOX=http://127.0.0.1:8090" >&2; exit 1; }
	PATCHWATCH_BESIDE_PATCHWORK='$(PATCHWORK)' PATCHWATCH_BESIDE_PUBLICINBOX='$(PUBLICINBOX)' PATCHWATCH_BESIDE_ROWS='$(ROWS)' \
		$(GO) test -tags '$(TAGS)' -count=1 -run 'TestBeside$$' -timeout 30m -v ./cmd/patchwatch

FUZZTIME ?= 1m
fuzz: needs
	@for room in ./ingest ./cmd/patchwatch/internal/pubinbox ./search ./search/index ./track/rangediff; do \
		for f in $$(grep -ho 'func Fuzz[A-Za-z]*' $$room/*_test.go | cut -c6-); do \
			echo "$$f for $(FUZZTIME)"; \
			$(GO) test -tags '$(TAGS)' -run NONE -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$room || exit 1; done; done

# What is given to others: a static binary that needs nothing of the machine, in an archive and a Debian package, in dist/.
# The same sources and versions of Go and cc give the same bytes, in whatever folder.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
release: release-binary
	@VERSION='$(VERSION)' SOURCE_DATE_EPOCH='$(SOURCE_DATE_EPOCH)' GOARCH=$$($(GO) env GOARCH) sh contrib/release.sh

release-binary: needs
	@[ -n '$(VERSION)' ] && [ -n '$(COMMIT)' ] && [ -n '$(SOURCE_DATE_EPOCH)' ] || { echo "a release says what it is made of: outside a git repository, name VERSION=, COMMIT= and SOURCE_DATE_EPOCH= (seconds)" >&2; exit 1; }
	@$(GO) build -trimpath -buildvcs=false -tags '$(TAGS) netgo osusergo' $(GCFLAGS) \
		-ldflags '$(LDFLAGS) -buildid= -linkmode external -extldflags "-static -Wl,--build-id=none"' -o bin/release/patchwatch ./cmd/patchwatch

# Two builds in two folders, an empty chroot, and the package installed and removed; the last two need root.
release-test: needs
	@sh testdata/release_test.sh

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install bin/patchwatch $(DESTDIR)$(PREFIX)/bin/patchwatch

clean:
	rm -rf bin sample dist
