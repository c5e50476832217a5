package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"
)

var bidiAddress = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

// startFirefox runs Debian's Firefox until the test ends and returns what opens
// tabs in it: each person's has cookies and a storage of its own. It speaks
// WebDriver BiDi itself (https://w3c.github.io/webdriver-bidi/), so that no
// driver is needed.
func startFirefox(t *testing.T, preferences string) func(*testing.T) screenTab {
	t.Helper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		need(t, "POKEY_BROWSERS", "firefox-esr")
	}
	profile := scratch(t)
	quiet := `user_pref("datareporting.policy.dataSubmissionEnabled", false); user_pref("ui.prefersReducedMotion", 1);` + "\n"
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(quiet+preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	firefox := exec.CommandContext(context.Background(), path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile)
	firefox.Env = append(os.Environ(), "HOME="+profile)
	said := startGroup(t, firefox)
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if m := bidiAddress.FindStringSubmatch(lines.Text()); m != nil {
			go discard(said)
			conn := dialFirefox(t, m[1])
			return func(t *testing.T) screenTab { return conn.newPerson(t) }
		}
	}
	t.Fatal("Firefox ended before it listened")
	return nil
}

// bidi is a WebDriver BiDi session.
type bidi struct {
	conn *websocket.Conn

	mu      sync.Mutex
	sent    int
	waiting map[int]chan bidiAnswer
}

type bidiAnswer struct {
	ID             int
	Type           string
	Error, Message string
	Result         json.RawMessage
}

func dialFirefox(t *testing.T, address string) *bidi {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), address+"/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(32 << 20)
	b := &bidi{conn: conn, waiting: map[int]chan bidiAnswer{}}
	go b.read()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := result[any](ctx, b, "session.new", fields{"capabilities": fields{"alwaysMatch": fields{"acceptInsecureCerts": true}}}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bidi) read() {
	for {
		_, data, err := b.conn.Read(context.Background())
		if err != nil {
			return
		}
		var answer bidiAnswer
		if json.Unmarshal(data, &answer) != nil || answer.Type == "event" {
			continue
		}
		b.mu.Lock()
		if waiting := b.waiting[answer.ID]; waiting != nil {
			waiting <- answer
		}
		delete(b.waiting, answer.ID)
		b.mu.Unlock()
	}
}

// ask sends a command and waits for its answer.
func (b *bidi) ask(ctx context.Context, method string, params fields) (json.RawMessage, error) {
	answered := make(chan bidiAnswer, 1)
	b.mu.Lock()
	b.sent++
	id := b.sent
	b.waiting[id] = answered
	b.mu.Unlock()
	command, err := json.Marshal(fields{"id": id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	// A write whose context ends would close the connection for all.
	if err := b.conn.Write(context.WithoutCancel(ctx), websocket.MessageText, command); err != nil {
		return nil, err
	}
	select {
	case answer := <-answered:
		if answer.Type == "error" {
			return nil, fmt.Errorf("%s: %s: %s", method, answer.Error, answer.Message)
		}
		return answer.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// result is what a command answers.
func result[T any](ctx context.Context, b *bidi, method string, params fields) (T, error) {
	var value T
	data, err := b.ask(ctx, method, params)
	if err == nil {
		err = json.Unmarshal(data, &value)
	}
	return value, err
}

// firefoxTab is a tab with cookies and a storage of its own.
type firefoxTab struct {
	*bidi
	context string
}

func (b *bidi) newPerson(t *testing.T) *firefoxTab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	user, err := result[struct{ UserContext string }](ctx, b, "browser.createUserContext", fields{})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := result[struct{ Context string }](ctx, b, "browsingContext.create", fields{"type": "window", "userContext": user.UserContext})
	if err != nil {
		t.Fatal(err)
	}
	return &firefoxTab{b, tab.Context}
}

func (f *firefoxTab) visit(ctx context.Context, url string) error {
	_, err := f.ask(ctx, "browsingContext.navigate", fields{"context": f.context, "url": url, "wait": "complete"})
	return err
}

func (f *firefoxTab) eval(ctx context.Context, js string) ([]byte, error) {
	answer, err := result[struct {
		Result           struct{ Value string }
		ExceptionDetails *struct{ Text string }
	}](ctx, f.bidi, "script.evaluate", fields{
		"expression": asJSON(js), "target": fields{"context": f.context}, "awaitPromise": true,
	})
	if err == nil && answer.ExceptionDetails != nil {
		err = errors.New(answer.ExceptionDetails.Text)
	}
	return []byte(answer.Result.Value), err
}

// act acts in the window that the person is in front of.
func (f *firefoxTab) act(ctx context.Context, actions []fields) error {
	if _, err := f.ask(ctx, "browsingContext.activate", fields{"context": f.context}); err != nil {
		return err
	}
	_, err := f.ask(ctx, "input.performActions", fields{"context": f.context, "actions": actions})
	return err
}

func (f *firefoxTab) click(ctx context.Context, x, y float64) error {
	return f.act(ctx, clickActions(x, y))
}

func (f *firefoxTab) keys(ctx context.Context, keys string, modifiers ...chromedp.Modifier) error {
	return f.act(ctx, keyActions(keys, modifiers))
}

func (f *firefoxTab) insert(ctx context.Context, text string) error { return insertText(ctx, f, text) }

func (f *firefoxTab) resize(ctx context.Context, width, height int64) error {
	_, err := f.ask(ctx, "browsingContext.setViewport", fields{"context": f.context, "viewport": fields{"width": width, "height": height}})
	return err
}

func (f *firefoxTab) screenshot(ctx context.Context) ([]byte, error) {
	shot, err := result[struct{ Data string }](ctx, f.bidi, "browsingContext.captureScreenshot", fields{"context": f.context})
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot.Data)
}
