package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// What docker-compose.yml and deploy/ say must be what the program understands.

// readYAML is every document of a file. YAML is read by a program that is not ours.
func readYAML(t *testing.T, file string) []any {
	t.Helper()
	if exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import yaml").Run() != nil {
		need(t, "POKEY_YAML", "python3-yaml")
	}
	const program = "import yaml, json, sys; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))"
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", program, file).Output()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var documents []any
	if err := json.Unmarshal(out, &documents); err != nil {
		t.Fatal(err)
	}
	return documents
}

// at follows keys into what was read; what is not there is nil.
func at(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// texts is a list of texts.
func texts(v any) (all []string) {
	list, _ := v.([]any)
	for _, x := range list {
		all = append(all, fmt.Sprint(x))
	}
	return all
}

// imageSettings are those that the image comes with.
func imageSettings(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, m := range regexp.MustCompile(`(POKEY_\w+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		settings[m[1]] = m[2]
	}
	return settings
}

// accepts has the program read settings from the environment, which must be all
// it knows of that name.
func accepts(t *testing.T, who string, settings map[string]string) config {
	t.Helper()
	asked := map[string]bool{}
	c, err := parseConfig(nil, func(name string) string { asked[name] = true; return settings[name] }, io.Discard)
	if err != nil {
		t.Errorf("%s: %v", who, err)
	}
	for name := range settings {
		if strings.HasPrefix(name, "POKEY_") && !asked[name] {
			t.Errorf("%s: nothing reads %s", who, name)
		}
	}
	return c
}

// grace checks that a stop is given the time it may take.
func grace(t *testing.T, who string, given time.Duration) {
	t.Helper()
	if given < stopTimeout+time.Second {
		t.Errorf("%s is killed %v after it was told to stop, which may take %v", who, given, stopTimeout)
	}
}

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

func TestKubernetesManifests(t *testing.T) {
	found := map[string]any{} // by kind and name
	var documents []any
	for _, file := range texts(at(readYAML(t, "../../deploy/kubernetes/kustomization.yaml")[0], "resources")) {
		documents = append(documents, readYAML(t, "../../deploy/kubernetes/"+file)...)
	}
	for _, d := range documents {
		id := fmt.Sprint(at(d, "kind"), "/", at(d, "metadata", "name"))
		if at(d, "apiVersion") == nil || found[id] != nil {
			t.Errorf("%s has no version, or is there twice", id)
		}
		found[id] = d
	}
	pod := at(found["StatefulSet/pokey"], "spec", "template", "spec")
	container := at(pod, "containers").([]any)[0]
	settings := imageSettings(t)
	for _, e := range at(container, "env").([]any) {
		value := strings.ReplaceAll(fmt.Sprint(at(e, "value")), "$(POD_NAME)", "pokey-0")
		settings[at(e, "name").(string)] = value
	}
	c := accepts(t, "the container", settings)
	names := texts(at(found["Certificate/pokey-node"], "spec", "dnsNames"))
	if host, _, _ := strings.Cut(c.nodeAdvertise, ":"); len(names) != 1 || strings.Replace(host, "pokey-0.", "*.", 1) != names[0] {
		t.Errorf("%s is not what the certificate is for: %v", host, names)
	}
	if headless := at(found["StatefulSet/pokey"], "spec", "serviceName"); found[fmt.Sprint("Service/", headless)] == nil {
		t.Errorf("there is no service %v", headless)
	}
	slept := at(container, "lifecycle", "preStop", "sleep", "seconds").(float64)
	allowed := at(pod, "terminationGracePeriodSeconds").(float64)
	grace(t, "a pod", time.Duration(allowed-slept)*time.Second)

	ports := map[string]string{}
	for _, p := range at(container, "ports").([]any) {
		ports[at(p, "name").(string)] = fmt.Sprint(":", at(p, "containerPort"))
	}
	if ports["http"] != c.listen || ports["admin"] != c.adminListen || ports["node"] != c.nodeListen {
		t.Errorf("ports %v, and it listens on %s, %s and %s", ports, c.listen, c.adminListen, c.nodeListen)
	}
	probe := at(container, "readinessProbe", "httpGet")
	if at(probe, "path") != "/readyz" || at(probe, "port") != "admin" {
		t.Errorf("readiness is asked at %v", probe)
	}
	labels := at(found["StatefulSet/pokey"], "spec", "template", "metadata", "labels")
	for id, selector := range map[string]any{
		"Service/pokey":             at(found["Service/pokey"], "spec", "selector"),
		"Service/pokey-nodes":       at(found["Service/pokey-nodes"], "spec", "selector"),
		"StatefulSet/pokey":         at(found["StatefulSet/pokey"], "spec", "selector", "matchLabels"),
		"PodDisruptionBudget/pokey": at(found["PodDisruptionBudget/pokey"], "spec", "selector", "matchLabels"),
		"NetworkPolicy/pokey":       at(found["NetworkPolicy/pokey"], "spec", "podSelector", "matchLabels"),
	} {
		if selector == nil || fmt.Sprint(selector) != fmt.Sprint(labels) {
			t.Errorf("%s selects %v, and the pods are %v", id, selector, labels)
		}
	}
	if types := texts(at(found["NetworkPolicy/pokey"], "spec", "policyTypes")); !slices.Equal(types, []string{"Ingress", "Egress"}) {
		t.Errorf("the network policy is for %v", types)
	}
	for _, rule := range at(found["NetworkPolicy/pokey"], "spec", "egress").([]any) {
		if at(rule, "to") == nil || at(rule, "ports") == nil {
			t.Errorf("pods may talk to anybody: %v", rule)
		}
	}
	etcd := readYAML(t, "../../deploy/kubernetes-etcd/certificate.yaml")[0]
	if issuer := at(etcd, "spec", "issuerRef", "name"); issuer == nil || issuer == at(found["Certificate/pokey-node"], "spec", "issuerRef", "name") {
		t.Errorf("etcd and the nodes have the same authority: %v", issuer)
	}
	for _, rule := range at(found["NetworkPolicy/pokey"], "spec", "ingress").([]any) {
		port := at(at(rule, "ports").([]any)[0], "port").(string)
		if ports[port] == "" || (at(rule, "from") == nil) != (port == "http") {
			t.Errorf("port %s is open to %v", port, at(rule, "from"))
		}
	}
}

// TestPin has deploy/pin write digests, with a docker that knows them all.
func TestPin(t *testing.T) {
	dir := t.TempDir()
	digest := "sha256:" + strings.Repeat("ab", 32)
	files := map[string]string{"bin/docker": "#!/bin/sh\necho '\"" + digest + "\"'\n"}
	for _, name := range []string{"deploy/pin", "Dockerfile", "docker-compose.yml", "deploy/compose.etcd.yml"} {
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // and again, which brings up to date
		pin := exec.CommandContext(t.Context(), filepath.Join(dir, "deploy/pin"))
		pin.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
		if out, err := pin.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for name, wants := range map[string][]string{
			"Dockerfile":              {"FROM golang:1.26@" + digest + " AS build\n", "FROM scratch\n"},
			"docker-compose.yml":      {"image: haproxy:3.2@" + digest + "\n", "image: ${POKEY_IMAGE:-pokey}\n"},
			"deploy/compose.etcd.yml": {"image: quay.io/coreos/etcd:v3.7.3@" + digest + "\n", "image: haproxy:3.2@" + digest + "\n"},
		} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range wants {
				if !strings.Contains(string(content), want) {
					t.Errorf("%s: got no %q, want it", name, want)
				}
			}
		}
	}
}
