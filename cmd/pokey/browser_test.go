package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	patience = 90 * time.Second // for whatever is waited for, on a machine with other work too
	lanHost  = "pokey.lan"      // a name of this machine that no browser takes for secure
	wikiHost = "wiki.example"   // one of another site
)

// chromium is the one browser of all tests: a fresh person costs 70 ms, a fresh
// browser ten times that.
var chromium = sync.OnceValues(func() (engine, error) {
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		return engine{}, err
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience), chromedp.WindowSize(1280, 800), chromedp.Flag("lang", "en-US"), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("ignore-certificate-errors", true), // for tests over https, whose certificates nobody has signed
		chromedp.Flag("site-per-process", true),          // so that a frame of another site is a target of its own
		chromedp.Flag("host-resolver-rules", "MAP "+lanHost+" 127.0.0.1, MAP "+wikiHost+" 127.0.0.1"))...)
	ctx, closeFirst := chromedp.NewContext(ctx)
	e := engine{ctx, func() { closeFirst(); stop() }}
	started.Do(func() { stopChromium = e.stop })
	return e, chromedp.Do(ctx)
})

type engine struct {
	ctx  context.Context
	stop func()
}

var (
	started      sync.Once
	stopChromium = func() {}
)

func TestMain(m *testing.M) {
	runMoreAtOnce()
	// What the tests start is on this machine, where no proxy leads.
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy", "ftp_proxy"} {
		_, _ = os.Unsetenv(name), os.Unsetenv(strings.ToUpper(name))
	}
	code := m.Run()
	stopChromium()
	removeBinary()
	os.Exit(code)
}

// person is somebody in front of a tab. Every person has cookies and a storage
// of their own, unless they are a second tab.
type person struct {
	t   *testing.T
	ctx context.Context
	tab screenTab

	mu     sync.Mutex
	faults []string
	seen   []any // the events of the network
}

// browse is a new person at a URL.
func browse(t *testing.T, url string, first ...chromedp.Action[chromedp.Void]) *person {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	e, err := chromium()
	if errors.Is(err, exec.ErrNotFound) {
		need(t, "POKEY_BROWSER", "chromium-headless-shell")
	}
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, e.ctx, first, chromedp.WithNewBrowserContext())
	p.visit(url)
	return p
}

// secondTab is the same person in another tab.
func (p *person) secondTab(url string) *person {
	p.t.Helper()
	q := open(p.t, p.ctx, nil)
	q.visit(url)
	return q
}

func open(t *testing.T, parent context.Context, first []chromedp.Action[chromedp.Void], options ...chromedp.ContextOption) *person {
	t.Helper()
	p := &person{t: t}
	ctx, stop := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.listen))...)
	t.Cleanup(func() {
		stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, fault := range p.faults {
			t.Errorf("in the browser: %s", fault)
		}
	})
	if err := chromedp.Do(ctx, first...); err != nil {
		t.Fatal(err)
	}
	p.ctx, p.tab = ctx, chromiumTab{}
	return p
}

// listen keeps what no test may cause: uncaught exceptions, those that the page
// caught and told the console, and what the content security policy and Trusted
// Types had to stop.
func (p *person) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.faults = append(p.faults, text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			p.faults = append(p.faults, said(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
			p.faults = append(p.faults, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent, *network.EventLoadingFinished, *network.EventResponseReceivedExtraInfo, *network.EventWebSocketFrameError:
		p.seen = append(p.seen, e)
	}
}

// said is what was told to the console.
func said(args []*runtime.RemoteObject) string {
	var texts []string
	for _, arg := range args {
		texts = append(texts, arg.Description+string(arg.Value))
	}
	return strings.Join(texts, " ")
}

// network returns what the network did, and forgets it.
func (p *person) network() []any {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen
	p.seen = nil
	return seen
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) visit(url string) {
	p.t.Helper()
	p.wants(func(ctx context.Context) error { return p.tab.visit(ctx, url) })
}

// wants does what must not fail.
func (p *person) wants(do func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := do(ctx); err != nil {
		p.t.Fatal(err)
	}
}

// get evaluates an expression, a promise too.
func get[T any](p *person, js string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := evaluate[T](ctx, p.tab, js)
	if err != nil {
		p.t.Fatalf("%v\n%s", err, js)
	}
	return value
}

// until waits for an expression to hold.
func (p *person) until(format string, args ...any) {
	p.t.Helper()
	js := fmt.Sprintf(format, args...)
	p.poll(js, func(ctx context.Context) bool {
		held, err := evaluate[bool](ctx, p.tab, "!!("+js+")")
		return err == nil && held // an error is a page that is only just loading
	})
}

func (p *person) poll(what string, done func(context.Context) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !done(ctx) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			p.t.Fatalf("got nothing after %v, want %s; the page shows:\n%s", patience, what, p.picture())
		}
	}
}

// picture says what is on the screen when a test fails, and keeps it with
// go test -artifacts.
func (p *person) picture() string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 5*time.Second)
	defer cancel()
	if shot, err := p.tab.screenshot(ctx); err == nil {
		_ = os.WriteFile(filepath.Join(p.t.ArtifactDir(), "screen.png"), shot, 0o600)
	}
	text, err := evaluate[string](ctx, p.tab, `location.href + "\n" + document.body.innerText`)
	if err != nil {
		return err.Error()
	}
	return text
}

// screen is a screen of a size; phones are touched and have sharp screens.
func screen(width, height int64, phone bool) chromedp.Action[chromedp.Void] {
	if phone {
		return chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(width, height)
}

// media sets CSS media features: "prefers-color-scheme", "dark".
func media(pairs ...string) chromedp.Action[chromedp.Void] {
	var features []*emulation.MediaFeature
	for pair := range slices.Chunk(pairs, 2) {
		features = append(features, &emulation.MediaFeature{Name: pair[0], Value: pair[1]})
	}
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// call is a command of the DevTools protocol whose answer nobody needs.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, command, params)
		return chromedp.Void{}, err
	}
}

// speaks is a browser set to languages, in header and script.
func speaks(languages string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		agent, err := chromedp.Evaluate[string](`navigator.userAgent`)(ctx, t)
		if err != nil {
			return chromedp.Void{}, err
		}
		return call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: languages})(ctx, t)
	}
}
