package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var defaulted = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)

// TestComposeFiles has the program understand what both files say to it, and each
// service get no more than it needs.
func TestComposeFiles(t *testing.T) {
	for file, row := range map[string]struct {
		certified []string // volumes of certificates, which a service of that name makes
		published string   // by whom ports are
	}{
		"docker-compose.yml":      {[]string{"node-certs"}, "pokey proxy"},
		"deploy/compose.etcd.yml": {[]string{"node-certs", "etcd-certs", "client-certs"}, "proxy"},
	} {
		t.Run(file, func(t *testing.T) {
			services, _ := at(readYAML(t, "../../"+file)[0], "services").(map[string]any)
			certified := map[string][]string{} // the hosts, by volume
			for _, name := range row.certified {
				certified[name] = texts(at(services[name], "command"))[3:]
			}
			nodes, published := 0, []string{}
			for _, name := range slices.Sorted(maps.Keys(services)) {
				s := services[name]
				checkConfined(t, name, s)
				if len(texts(at(s, "ports"))) > 0 {
					published = append(published, name)
				}
				if name == "pokey" || strings.HasPrefix(name, "node-") && name != "node-certs" {
					if checkComposedNode(t, name, s) {
						nodes++
					}
				}
				for _, v := range texts(at(s, "volumes")) {
					volume, _, _ := strings.Cut(v, ":")
					if who := certified[volume]; who != nil && volume != name && !slices.Contains(who, name) {
						t.Errorf("%s has the volume %s, which is for %v", name, volume, who)
					}
				}
			}
			if etcd := certified["etcd-certs"]; etcd != nil && texts(at(services["node-certs"], "volumes"))[0] == texts(at(services["etcd-certs"], "volumes"))[0] {
				t.Errorf("nodes and etcd have the same authority: %v", etcd)
			}
			if got := strings.Join(published, " "); nodes != 3 || got != row.published {
				t.Errorf("got %d nodes, and ports published by %s; want 3 and %s", nodes, got, row.published)
			}
		})
	}
	if env, err := os.ReadFile("../../.env"); err != nil || !strings.Contains(string(env), "\nCOMPOSE_PROFILES=single\n") {
		t.Errorf("docker compose up does not mean the single node: %v", err)
	}
}

func checkConfined(t *testing.T, name string, s any) {
	t.Helper()
	if at(s, "read_only") != true || !slices.Equal(texts(at(s, "cap_drop")), []string{"ALL"}) || !slices.Contains(texts(at(s, "security_opt")), "no-new-privileges:true") {
		t.Errorf("%s may do more than it needs", name)
	}
	if at(s, "mem_limit") == nil || at(s, "pids_limit") == nil {
		t.Errorf("%s may take all the memory or processes there are", name)
	}
	if network := at(s, "network_mode"); network != "none" && strings.Contains(fmt.Sprint(texts(at(s, "volumes"))), "authority") {
		t.Errorf("%s has an authority's key and a network", name)
	}
}

// checkComposedNode reports whether a service is a node of a cluster.
func checkComposedNode(t *testing.T, name string, s any) bool {
	t.Helper()
	settings := imageSettings(t)
	own, _ := at(s, "environment").(map[string]any)
	for key, v := range own {
		settings[key] = defaulted.ReplaceAllString(fmt.Sprint(v), "$1")
	}
	c := accepts(t, name, settings)
	period, err := time.ParseDuration(fmt.Sprint(at(s, "stop_grace_period")))
	if err != nil {
		t.Error(err)
	}
	grace(t, name, period)
	if !c.shared() {
		return false
	}
	host, _, _ := strings.Cut(c.nodeAdvertise, ":")
	if host != name || c.nodeCert != "/certs/"+host+".pem" || len(c.etcd) > 0 && c.etcdCert != "/etcd-certs/"+host+".pem" {
		t.Errorf("%s is %s with %s and %s", name, c.nodeAdvertise, c.nodeCert, c.etcdCert)
	}
	if len(c.nodes) > 0 && (c.data != "/data" || !slices.Contains(texts(at(s, "volumes")), name+":/data")) {
		t.Errorf("%s keeps its copy of the rooms in %s of %v, want a volume of its own", name, c.data, texts(at(s, "volumes")))
	}
	return true
}
