package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/store/etcdtest"
)

// promtool runs Prometheus' own tool in deploy/prometheus.
func promtool(t *testing.T, input string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "promtool", args...)
	command.Dir, command.Stdin = "../../deploy/prometheus", strings.NewReader(input)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// needPrometheus skips the test where Prometheus is not installed.
func needPrometheus(t *testing.T) {
	t.Helper()
	for _, program := range []string{"prometheus", "promtool"} {
		if _, err := exec.LookPath(program); err != nil {
			need(t, "POKEY_PROMETHEUS", program)
		}
	}
}

// A watching is Prometheus itself, with our rules.
type watching struct{ url string }

func startPrometheus(t *testing.T, targets ...*process) watching {
	t.Helper()
	dir := t.TempDir()
	var addresses []string
	for _, p := range targets {
		addresses = append(addresses, strings.TrimPrefix(p.admin, "http://"))
	}
	rules, err := filepath.Abs("../../deploy/prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("alerts.yaml", rules, "scrape_interval: 15s", "scrape_interval: 1s", `"127.0.0.1:9090"`, strings.Join(addresses, ", ")).
		Replace(readDocument(t, "../../deploy/prometheus/prometheus.yaml"))
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := etcdtest.FreeAddress(t)
	log := &lockedBuffer{}
	command := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "tsdb"), "--web.listen-address="+address)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Log(log)
		}
	})
	return watching{"http://" + address}
}

// query returns what an expression yields now; nothing while Prometheus starts.
func (p watching) query(t *testing.T, expression string) []any {
	t.Helper()
	response, err := http.Get(p.url + "/api/v1/query?query=" + url.QueryEscape(expression))
	if err != nil {
		return nil
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode == http.StatusServiceUnavailable {
		return nil
	}
	var answer struct {
		Status string
		Data   struct{ Result []any }
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Status != "success" {
		t.Errorf("%s: %s", expression, body)
	}
	return answer.Data.Result
}
