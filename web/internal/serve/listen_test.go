package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/internal/listen"
)

func TestListenAddress(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:8080": "tcp4 127.0.0.1:8080", ":0": "tcp4 127.0.0.1:0", "0.0.0.0:1": "tcp4 0.0.0.0:1",
		"[::1]:1": "tcp [::1]:1", "localhost:1": "tcp localhost:1", "": "", "8080": "", "localhost": "", "::1": "",
		":99999": "", "1.2.3.4:": "", "unix:": "",
	} {
		network, full, ok := listen.TCP(address)
		err := CheckListen(address)
		if want == "" {
			if ok || !errors.Is(err, ErrListen) {
				t.Errorf("%q: %s %s, %v", address, network, full, err)
			}
		} else if network+" "+full != want || err != nil {
			t.Errorf("%q: %s %s, want %s, %v", address, network, full, want, err)
		}
	}
	if err := CheckListen("unix:/run/x"); err != nil {
		t.Error(err)
	}
}

func TestReadyTellsThePort(t *testing.T) {
	for listen, prefix := range map[string]string{
		"127.0.0.1:0": "http://127.0.0.1:", ":0": "http://127.0.0.1:", "localhost:0": "http://localhost:",
		"0.0.0.0:0": "http://0.0.0.0:",
	} {
		url, _ := start(t, Config{Listen: listen}, text("x"))
		if !strings.HasPrefix(url, prefix) || strings.HasSuffix(url, ":0/") || !strings.HasSuffix(url, "/") {
			t.Errorf("%s: %s", listen, url)
		}
		if resp, err := http.Get(url); err != nil || resp.StatusCode != 200 {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func unixClient(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
}

func TestUnixSocket(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	log, lines := logTo()
	url, stop := start(t, Config{Listen: "unix:" + path, Log: log}, text("hello"))
	if url != "unix:"+path {
		t.Error(url)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o660 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if resp, err := unixClient(path).Get("http://example.org/"); err != nil || resp.StatusCode != 200 {
		t.Fatal(err)
	}
	if _, err := listenAt("unix:" + path); err == nil || !strings.Contains(err.Error(), "another program listens") {
		t.Errorf("a second server: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(lines.String(), "remote=unix") {
		t.Error(lines.String())
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUnixSocketInTheWay(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	again, err := listenAt("unix:" + stale)
	if err != nil {
		t.Fatalf("a stale socket: %v", err)
	}

	// What another server has put there meanwhile stays.
	os.Remove(stale)
	os.WriteFile(stale, nil, 0o600)
	again.Close()
	if _, err := os.Lstat(stale); err != nil {
		t.Error(err)
	}

	for _, name := range []string{"file", "dir", "link"} {
		path := filepath.Join(dir, name)
		switch name {
		case "file":
			err = os.WriteFile(path, []byte("precious"), 0o600)
		case "dir":
			err = os.Mkdir(path, 0o700)
		case "link":
			err = os.Symlink(filepath.Join(dir, "file"), path)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := listenAt("unix:" + path); err == nil || !strings.Contains(err.Error(), "is no socket") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
	if _, err := listenAt("unix:" + filepath.Join(dir, "no", "such")); err == nil {
		t.Error("listens in a directory that does not exist")
	}
}

// servePassedSockets is what the test below runs in a process of its own.
func servePassedSockets() {
	s := New(Config{Listen: "127.0.0.1:1", Ready: func(url string) { fmt.Println(url) }},
		text("LISTEN_FDS="+os.Getenv("LISTEN_FDS")))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := s.Run(ctx); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("LISTEN_FDS=" + os.Getenv("LISTEN_FDS"))
	os.Exit(0)
}

func TestSocketActivation(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	path := filepath.Join(t.TempDir(), "s")
	unix, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	tcpFile, _ := tcp.(*net.TCPListener).File()
	unixFile, _ := unix.(*net.UnixListener).File()
	defer tcpFile.Close()
	defer unixFile.Close()

	cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=2 exec "$0"`, os.Args[0])
	cmd.Env = append(os.Environ(), "SERVE_PASSED_SOCKETS=1")
	cmd.ExtraFiles = []*os.File{tcpFile, unixFile}
	stdin, _ := cmd.StdinPipe()
	stdout, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := "http://" + tcp.Addr().String() + "/"
	for client, at := range map[*http.Client]string{{Transport: &http.Transport{}}: url, unixClient(path): "http://x/"} {
		resp, err := client.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	stdin.Close()
	out, _ := io.ReadAll(stdout)
	if err := cmd.Wait(); err != nil || string(out) != url+"\nLISTEN_FDS=\n" {
		t.Errorf("%v, said %q", err, out)
	}
}

// What is meant for another process does not count.
func TestSocketsOfOthers(t *testing.T) {
	t.Setenv("LISTEN_FDS", "1")
	t.Setenv("LISTEN_PID", "1")
	if l, err := passedSockets(); l != nil || err != nil {
		t.Errorf("%v %v", l, err)
	}
	t.Setenv("LISTEN_PID", fmt.Sprint(os.Getpid()))
	t.Setenv("LISTEN_FDS", "many")
	if _, err := passedSockets(); err == nil {
		t.Error("no error")
	}
}
