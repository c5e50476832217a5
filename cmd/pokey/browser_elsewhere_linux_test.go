package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// others are the browsers beside Chromium, and how each is started.
var others = map[string]func(t *testing.T, changes string) (open func(*testing.T) screenTab){
	"firefox": startFirefox,
	"webkit":  startWebKit,
}

// startGroup runs a command until the test ends, and all that it starts; what
// they say can be read.
func startGroup(t *testing.T, command *exec.Cmd) io.Reader {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = write, write
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = command.Start()
	_ = write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait()
		_ = read.Close()
	})
	return read
}

func discard(said io.Reader) { _, _ = io.Copy(io.Discard, said) }

// scratch is a directory that a browser may still write to while it is removed.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pokey-browser-") //nolint:usetesting // t.TempDir fails where something is written meanwhile
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// elsewhere is a server and a browser to reach it with.
type elsewhere struct {
	name   string
	server *listening
	open   func(*testing.T) screenTab
}

// listenToFaults keeps what no test may cause; the other browsers have no common way to tell.
const listenToFaults = `(() => {
	window.faults = []
	addEventListener('error', ({message}) => faults.push(message))
	addEventListener('unhandledrejection', ({reason}) => faults.push(String(reason)))
	addEventListener('securitypolicyviolation', ({violatedDirective, sample}) => faults.push(violatedDirective + ' ' + sample))
	const said = console.error
	console.error = (...what) => { faults.push(what.join(' ')); said(...what) }
})()`

// at is a new person at an address, in front of a window of a size.
func (e *elsewhere) at(t *testing.T, url string, width, height int64) *person {
	t.Helper()
	p := &person{t: t, ctx: context.WithoutCancel(t.Context()), tab: e.open(t)}
	p.wants(func(ctx context.Context) error { return p.tab.resize(ctx, width, height) })
	p.until(`matchMedia('(prefers-reduced-motion: reduce)').matches && innerWidth === %d && innerHeight === %d`, width, height)
	p.visit(url)
	get[any](p, listenToFaults)
	t.Cleanup(func() {
		for _, fault := range get[[]string](p, `window.faults`) {
			t.Errorf("in the browser: %s", fault)
		}
	})
	return p
}

// ada is Ada, who owns a new room, and the link to it.
func (e *elsewhere) ada(t *testing.T, width, height int64) (*person, string) {
	t.Helper()
	ada := e.at(t, e.server.url+"/", width, height)
	ada.press(".landing .primary")
	ada.call("Ada")
	return ada, get[string](ada, `location.href`)
}

// keep keeps a picture of the screen where POKEY_BROWSER_SHOTS names a directory.
func (e *elsewhere) keep(p *person, what string) {
	p.t.Helper()
	if dir := os.Getenv("POKEY_BROWSER_SHOTS"); dir != "" {
		p.until(`document.getAnimations().every(a => a.playState !== 'running')`)
		p.wants(func(ctx context.Context) error {
			shot, err := p.tab.screenshot(ctx)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, e.name+"-"+what+".png"), shot, 0o600)
		})
	}
}
