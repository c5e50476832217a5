package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// kubernetes is what deploy/kubernetes has, by kind and name.
type kubernetes struct {
	t     *testing.T
	found map[string]any
}

func readKubernetes(t *testing.T) kubernetes {
	t.Helper()
	k := kubernetes{t, map[string]any{}}
	for _, file := range texts(at(readYAML(t, "../../deploy/kubernetes/kustomization.yaml")[0], "resources")) {
		for _, d := range readYAML(t, "../../deploy/kubernetes/"+file) {
			id := fmt.Sprint(at(d, "kind"), "/", at(d, "metadata", "name"))
			if at(d, "apiVersion") == nil || k.found[id] != nil {
				t.Errorf("%s has no version, or is there twice", id)
			}
			k.found[id] = d
		}
	}
	return k
}

// at follows keys into an object.
func (k kubernetes) at(id string, path ...string) any { return at(k.found[id], path...) }

// The program understands what the pods say to it, and everything else fits the pods.
func TestKubernetesManifests(t *testing.T) {
	k := readKubernetes(t)
	pod := k.at("StatefulSet/pokey", "spec", "template", "spec")
	container := at(pod, "containers").([]any)[0]
	settings := imageSettings(t)
	for _, e := range at(container, "env").([]any) {
		value := strings.ReplaceAll(fmt.Sprint(at(e, "value")), "$(POD_NAME)", "pokey-0")
		settings[at(e, "name").(string)] = value
	}
	c := accepts(t, "the container", settings)
	names := texts(k.at("Certificate/pokey-node", "spec", "dnsNames"))
	if host, _, _ := strings.Cut(c.nodeAdvertise, ":"); len(names) != 1 || strings.Replace(host, "pokey-0.", "*.", 1) != names[0] {
		t.Errorf("%s is not what the certificate is for: %v", host, names)
	}
	if headless := k.at("StatefulSet/pokey", "spec", "serviceName"); k.found[fmt.Sprint("Service/", headless)] == nil {
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
	k.checkSelectors()
	k.checkNetwork(ports)
	etcd := readYAML(t, "../../deploy/kubernetes-etcd/certificate.yaml")[0]
	if issuer := at(etcd, "spec", "issuerRef", "name"); issuer == nil || issuer == k.at("Certificate/pokey-node", "spec", "issuerRef", "name") {
		t.Errorf("etcd and the nodes have the same authority: %v", issuer)
	}
}

// checkSelectors checks that what is for pods selects them.
func (k kubernetes) checkSelectors() {
	k.t.Helper()
	labels := k.at("StatefulSet/pokey", "spec", "template", "metadata", "labels")
	for id, selector := range map[string]any{
		"Service/pokey":             k.at("Service/pokey", "spec", "selector"),
		"Service/pokey-nodes":       k.at("Service/pokey-nodes", "spec", "selector"),
		"StatefulSet/pokey":         k.at("StatefulSet/pokey", "spec", "selector", "matchLabels"),
		"PodDisruptionBudget/pokey": k.at("PodDisruptionBudget/pokey", "spec", "selector", "matchLabels"),
		"NetworkPolicy/pokey":       k.at("NetworkPolicy/pokey", "spec", "podSelector", "matchLabels"),
	} {
		if selector == nil || fmt.Sprint(selector) != fmt.Sprint(labels) {
			k.t.Errorf("%s selects %v, and the pods are %v", id, selector, labels)
		}
	}
}

// checkNetwork checks that pods and others reach each other only where they must.
func (k kubernetes) checkNetwork(ports map[string]string) {
	k.t.Helper()
	if types := texts(k.at("NetworkPolicy/pokey", "spec", "policyTypes")); !slices.Equal(types, []string{"Ingress", "Egress"}) {
		k.t.Errorf("the network policy is for %v", types)
	}
	for _, rule := range k.at("NetworkPolicy/pokey", "spec", "egress").([]any) {
		if at(rule, "to") == nil || at(rule, "ports") == nil {
			k.t.Errorf("pods may talk to anybody: %v", rule)
		}
	}
	for _, rule := range k.at("NetworkPolicy/pokey", "spec", "ingress").([]any) {
		port := at(at(rule, "ports").([]any)[0], "port").(string)
		if ports[port] == "" || (at(rule, "from") == nil) != (port == "http") {
			k.t.Errorf("port %s is open to %v", port, at(rule, "from"))
		}
	}
}
