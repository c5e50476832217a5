package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// What deploy/grafana and deploy/prometheus say must be what servers tell.

// alerts returns the expressions of deploy/prometheus/alerts.yaml by alert.
func alerts(t *testing.T) map[string]string {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readDocument(t, "../../deploy/prometheus/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, group := range file.Groups {
		for _, r := range group.Rules {
			all[r.Alert] = r.Expr
			if severity := r.Labels["severity"]; severity != "page" && severity != "ticket" {
				t.Errorf("%s: got severity %q, want page or ticket", r.Alert, severity)
			}
			if r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
				t.Errorf("%s: got %v, want a summary and an action", r.Alert, r.Annotations)
			}
		}
	}
	return all
}

// dashboard returns the expressions of deploy/grafana/pokey.json by panel, for a
// server of any name.
func dashboard(t *testing.T) map[string]string {
	t.Helper()
	type target struct{ Expr string }
	var file struct {
		Panels []struct {
			Type, Title, Description string
			Targets                  []target
			GridPos                  struct{ X, Y, W, H int }
		}
		Annotations struct{ List []target }
	}
	if err := json.Unmarshal([]byte(readDocument(t, "../../deploy/grafana/pokey.json")), &file); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	add := func(name string, targets []target) {
		for i, x := range targets {
			all[fmt.Sprint(name, " ", i+1)] = strings.NewReplacer("$instance", ".*", "$__rate_interval", "10s").Replace(x.Expr)
		}
	}
	add("annotation", file.Annotations.List)
	taken := map[[2]int]string{}
	for _, p := range file.Panels {
		if p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("panel %q: got no description or no expression", p.Title)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("panel %q is at the place of %q, or beyond the edge", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		add(p.Title, p.Targets)
	}
	return all
}

// Each alert has a test with Prometheus' own tool: when it fires, when not, and what
// it says.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	needPrometheus(t)
	promtool(t, "", "check", "rules", "alerts.yaml")
	promtool(t, "", "check", "config", "prometheus.yaml")
	promtool(t, "", "test", "rules", "alerts_test.yaml")
	tests := readDocument(t, "../../deploy/prometheus/alerts_test.yaml")
	for name := range alerts(t) {
		if strings.Count(tests, "alertname: "+name+",") != 1 || strings.Count(tests, "alertname: "+name+"\n") != 1 {
			t.Errorf("alerts_test.yaml: got not one time when %s does not fire and one when it does", name)
		}
	}
}

var metricName = regexp.MustCompile(`\b(?:pokey|go|process|etcd)_[a-z0-9_]+\b`)

// The dashboard and the alerts name only metrics that a running server has, and a
// Prometheus that reads two servers answers each of their expressions.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	needPrometheus(t)
	alone := spawn(t, nil, "-data", t.TempDir())
	inside := foundInside(t)
	address := etcdtest.FreeAddress(t)
	member := inside.start(address, address)
	secure := secureServer(t)
	expressions := alerts(t)
	maps.Copy(expressions, dashboard(t))
	provoke(t, alone)
	provoke(t, member)
	exposed := ""
	for where, expression := range expressions {
		for _, name := range metricName.FindAllString(expression, -1) {
			eventually(t, name+" of a server, for "+where, func() bool {
				there := strings.Contains(exposed, "\n"+name+" ") || strings.Contains(exposed, "\n"+name+"{")
				if !there { // it may come with the next thing that the server does
					exposed = ""
					for _, p := range []*process{alone, member, secure} {
						_, metrics := p.get(t, "/metrics")
						exposed += metrics
					}
				}
				return there
			})
		}
	}
	for _, p := range []*process{alone, member} {
		_, metrics := p.get(t, "/metrics")
		if out := promtool(t, ownMetrics(metrics), "check", "metrics"); out != "" {
			t.Errorf("promtool check metrics: %s", out)
		}
	}
	for _, m := range regexp.MustCompile(`# TYPE (pokey_\w+)`).FindAllStringSubmatch(exposed, -1) {
		if documents := readDocument(t, "../../docs/operating.md") + readDocument(t, "../../docs/cluster.md"); !strings.Contains(documents, "`"+m[1]) {
			t.Errorf("%s is explained nowhere in docs", m[1])
		}
	}
	p := startPrometheus(t, alone, member)
	eventually(t, "both servers are read", func() bool {
		return len(p.query(t, `up{job="pokey"} == 1`)) == 2 && len(p.query(t, `rate(pokey_connections[10s])`)) == 2
	})
	silent := regexp.MustCompile(`(?i)_total|_tls_|Expires|Limit|absent|full|changes|has_leader`) // may have nothing to say yet
	machine := regexp.MustCompile(`Slow$|^PokeyDiskNearlyFull$`)                                  // about this machine, which may be busy
	for _, where := range slices.Sorted(maps.Keys(expressions)) {
		_, alert := alerts(t)[where]
		eventually(t, fmt.Sprintf("an answer of sound servers to %s: %s", where, expressions[where]), func() bool {
			got := p.query(t, expressions[where])
			if alert {
				return len(got) == 0 || machine.MatchString(where)
			}
			return len(got) > 0 || silent.MatchString(expressions[where])
		})
	}
}

// secureServer is a server with a certificate.
func secureServer(t *testing.T) *process {
	t.Helper()
	certs := cluster.Certificates{Dir: t.TempDir(), Hosts: []string{"poker.lan"}}
	if err := certs.Make(); err != nil {
		t.Fatal(err)
	}
	return spawn(t, nil, "-data", "none", "-domain", "poker.lan", "-listen", "127.0.0.1:0", "-http-listen", "",
		"-tls-cert", filepath.Join(certs.Dir, "poker.lan.pem"), "-tls-key", filepath.Join(certs.Dir, "poker.lan-key.pem"))
}

// provoke has a server count something of each kind: requests and a refused one, a
// security event, and a closed connection.
func provoke(t *testing.T, p *process) {
	t.Helper()
	ada := callIn(t, p.url, peerCookie(t, p.url))
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	ada.ask("estimate", message{"roomId": room, "value": "5"})
	if e := ada.ask("estimate", message{"roomId": room, "value": "1234567890123456789"}); e["event"] != "error" {
		t.Errorf("an estimate that no deck has: got %v", e)
	}
	_ = ada.conn.Close()
	request, err := http.NewRequest(http.MethodGet, p.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "elsewhere.invalid"
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	eventually(t, "the close is counted", func() bool {
		_, metrics := p.get(t, "/metrics")
		return strings.Contains(metrics, "pokey_closes_total{")
	})
}

// ownMetrics returns the metrics that are not the Go library's.
func ownMetrics(metrics string) string {
	var b strings.Builder
	for line := range strings.Lines(metrics) {
		if strings.Contains(line, "pokey_") {
			b.WriteString(line)
		}
	}
	return b.String()
}
