package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"example.com/pokey/store/etcdtest"
)

// narrowWindow lets MiniBrowser's window be as narrow as a phone: the buttons
// above the page take no room.
const narrowWindow = `window * { min-width: 0; min-height: 0; padding: 0; margin: 0; }`

// startWebKit returns what opens tabs in Debian's WebKit: each is a browser of its
// own on a screen of its own, and forgets all when the test ends.
func startWebKit(t *testing.T, features string) func(*testing.T) screenTab {
	t.Helper()
	driver, noDriver := exec.LookPath("WebKitWebDriver")
	screen, noScreen := exec.LookPath("Xvfb")
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	if noDriver != nil || noScreen != nil || len(browsers) == 0 {
		need(t, "POKEY_BROWSERS", "webkit2gtk-driver with xvfb")
	}
	home := scratch(t)
	if err := errors.Join(
		os.Mkdir(filepath.Join(home, "gtk-3.0"), 0o700),
		os.WriteFile(filepath.Join(home, "gtk-3.0", "gtk.css"), []byte(narrowWindow), 0o600),
		os.WriteFile(filepath.Join(home, "gtk-3.0", "settings.ini"), []byte("[Settings]\ngtk-enable-animations=0\n"), 0o600), // reduced motion
	); err != nil {
		t.Fatal(err)
	}
	// Without a graphics card it compiles shaders for seconds: fewer of them if the
	// processor paints, and none twice as the cache is not among what is forgotten.
	env := append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "LANG=C.UTF-8", "LANGUAGE=en",
		"WEBKIT_SKIA_ENABLE_CPU_RENDERING=1", "NO_AT_BRIDGE=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/dev/null")
	arguments := []string{"--automation"}
	if features != "" {
		arguments = append(arguments, "--features="+features)
	}
	return func(t *testing.T) screenTab {
		// A window that another covers draws nothing, and the pointer gives it the focus.
		w := startDriver(t, driver, append(slices.Clip(env), "DISPLAY=:"+startScreen(t, screen)))
		w.start(t, browsers[len(browsers)-1], arguments)
		return w
	}
}

// startScreen runs a screen that nobody sees and returns its number.
func startScreen(t *testing.T, path string) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	server := exec.CommandContext(context.Background(), path, "-displayfd", "3", "-screen", "0", "1300x900x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	go discard(startGroup(t, server))
	_ = write.Close()
	number, err := bufio.NewReader(read).ReadString('\n') // said once it is ready
	if err != nil {
		t.Fatalf("got no screen of Xvfb: %v", err)
	}
	return strings.TrimSpace(number)
}

// webkitTab is a session of W3C WebDriver (https://w3c.github.io/webdriver/).
type webkitTab struct{ url string }

// startDriver runs a driver, which serves one session.
func startDriver(t *testing.T, path string, env []string) *webkitTab {
	t.Helper()
	address := etcdtest.FreeAddress(t) // WebKitWebDriver cannot choose a port itself
	_, port, _ := strings.Cut(address, ":")
	driver := exec.CommandContext(context.Background(), path, "--host=127.0.0.1", "--port="+port) // else it wants IPv6, too
	driver.Env = env
	go discard(startGroup(t, driver))
	w := &webkitTab{url: "http://" + address}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually(t, "WebKitWebDriver listens", func() bool { return w.ask(ctx, http.MethodGet, "/status", nil, nil) == nil })
	return w
}

// start opens the browser and closes it when the test ends.
func (w *webkitTab) start(t *testing.T, binary string, arguments []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var session struct{ SessionID string }
	wanted := fields{"capabilities": fields{"alwaysMatch": fields{"acceptInsecureCerts": true, "webkitgtk:browserOptions": fields{"binary": binary, "args": arguments}}}}
	if err := w.ask(ctx, http.MethodPost, "/session", wanted, &session); err != nil {
		t.Fatal(err)
	}
	w.url += "/session/" + session.SessionID
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		_ = w.ask(ctx, http.MethodDelete, "", nil, nil)
	})
}

// ask sends a command and reads the value that answers it.
func (w *webkitTab) ask(ctx context.Context, method, path string, params, value any) error {
	var body io.Reader
	if params != nil {
		data, err := json.Marshal(params)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, w.url+path, body)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer.Value)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}

func (w *webkitTab) post(ctx context.Context, path string, params fields) error {
	return w.ask(ctx, http.MethodPost, path, params, nil)
}

func (w *webkitTab) visit(ctx context.Context, url string) error {
	return w.post(ctx, "/url", fields{"url": url})
}

func (w *webkitTab) eval(ctx context.Context, js string) ([]byte, error) {
	var value string
	err := w.ask(ctx, http.MethodPost, "/execute/sync", fields{"script": "return " + asJSON(js), "args": []any{}}, &value)
	return []byte(value), err
}

func (w *webkitTab) click(ctx context.Context, x, y float64) error {
	return w.post(ctx, "/actions", fields{"actions": clickActions(x, y)})
}

func (w *webkitTab) keys(ctx context.Context, keys string, modifiers ...chromedp.Modifier) error {
	return w.post(ctx, "/actions", fields{"actions": keyActions(keys, modifiers)})
}

func (w *webkitTab) insert(ctx context.Context, text string) error { return insertText(ctx, w, text) }

// resize makes the window as much larger as what is around the page needs.
func (w *webkitTab) resize(ctx context.Context, width, height int64) error {
	around, err := evaluate[int64](ctx, w, `outerHeight - innerHeight`)
	if err != nil {
		return err
	}
	return w.post(ctx, "/window/rect", fields{"x": 0, "y": 0, "width": width, "height": height + around})
}

func (w *webkitTab) screenshot(ctx context.Context) ([]byte, error) {
	var shot string
	if err := w.ask(ctx, http.MethodGet, "/screenshot", nil, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot)
}
