package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

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
