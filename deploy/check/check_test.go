// Package check holds the Kubernetes manifests to kustomize, to the real API types of
// Kubernetes and cert-manager, and to Kubernetes' own rules for restricted pods. It is
// a module of its own, so that Pokey does not depend on them.
package check

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// render has kustomize build a directory and decodes what it yields strictly: an
// unknown or repeated field is an error.
func render(t *testing.T, dir string) map[string]runtime.Object {
	t.Helper()
	path, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		t.Fatalf("kustomize build %s: %v", dir, err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme, certmanagerv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	found := map[string]runtime.Object{}
	for _, r := range built.Resources() {
		id := r.GetKind() + "/" + r.GetName()
		if r.GetNamespace() != "pokey" {
			t.Errorf("%s: got namespace %q, want pokey", id, r.GetNamespace())
		}
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		object, _, err := decoder.Decode(text, nil, nil)
		if err != nil {
			t.Errorf("%s: %v\n%s", id, err, text)
			continue
		}
		found[id] = object
	}
	return found
}

// settings are the environment of the container pokey.
func settings(t *testing.T, found map[string]runtime.Object) (*appsv1.StatefulSet, map[string]string) {
	t.Helper()
	set, ok := found["StatefulSet/pokey"].(*appsv1.StatefulSet)
	if !ok {
		t.Fatalf("got no StatefulSet pokey among %v", found)
	}
	env := map[string]string{}
	for _, e := range set.Spec.Template.Spec.Containers[0].Env {
		env[e.Name] = e.Value
	}
	return set, env
}

// One StatefulSet with volumes, and nothing beside it.
func TestKustomizeBase(t *testing.T) {
	found := render(t, "../kubernetes")
	for _, id := range []string{"Service/pokey", "Service/pokey-nodes", "PodDisruptionBudget/pokey", "NetworkPolicy/pokey", "Ingress/pokey", "Certificate/pokey-node", "Issuer/pokey-nodes"} {
		if _, ok := found[id]; !ok {
			t.Errorf("got no %s", id)
		}
	}
	set, env := settings(t, found)
	var names []string
	for i := range *set.Spec.Replicas {
		names = append(names, fmt.Sprintf("%s-%d.%s.%s.svc.cluster.local", set.Name, i, set.Spec.ServiceName, set.Namespace))
	}
	if got, want := env["POKEY_CLUSTER"], strings.Join(names, ","); got != want {
		t.Errorf("POKEY_CLUSTER: got %s, want the pods, %s", got, want)
	}
	if got := env["POKEY_ETCD"]; got != "" {
		t.Errorf("POKEY_ETCD: got %s, want no etcd beside it", got)
	}
	if v := set.Spec.VolumeClaimTemplates; len(v) != 1 || v[0].Name != "data" {
		t.Errorf("got volumes %v, want one for the data", v)
	}
	if service := found["Service/pokey-nodes"].(*corev1.Service); service.Spec.ClusterIP != "None" || !service.Spec.PublishNotReadyAddresses {
		t.Errorf("got %+v, want names for pods that are not ready", service.Spec)
	}
	checkMounts(t, set)
	for _, c := range append(set.Spec.Template.Spec.InitContainers, set.Spec.Template.Spec.Containers...) {
		if c.Image != "registry.example.com/pokey:VERSION" {
			t.Errorf("%s: got image %s, want Pokey's own and no other", c.Name, c.Image)
		}
	}
	for _, says := range restricted(t, set) {
		t.Errorf("a namespace for restricted pods would not have them: %s", says)
	}
	certificate, _ := found["Certificate/pokey-node"].(*certmanagerv1.Certificate)
	if want := "*." + strings.SplitN(names[0], ".", 2)[1]; certificate == nil || len(certificate.Spec.DNSNames) != 1 || certificate.Spec.DNSNames[0] != want {
		t.Errorf("got the certificate %+v, want one for %s", certificate, want)
	}
}

// The rules for restricted pods are asked for real: they know a pod that may do more.
func TestRestrictedRefuses(t *testing.T) {
	set, _ := settings(t, render(t, "../kubernetes"))
	set.Spec.Template.Spec.SecurityContext.SeccompProfile = nil
	if got := restricted(t, set); len(got) != 1 || !strings.Contains(got[0], "seccompProfile") {
		t.Errorf("a pod without a seccomp profile: got %q, want it refused for that", got)
	}
}

// restricted returns why a namespace that enforces Kubernetes' "restricted" profile
// would refuse the pods.
func restricted(t *testing.T, set *appsv1.StatefulSet) (reasons []string) {
	t.Helper()
	rules, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, r := range rules.EvaluatePod(level, &set.Spec.Template.ObjectMeta, &set.Spec.Template.Spec) {
		if !r.Allowed {
			reasons = append(reasons, r.ForbiddenReason+": "+r.ForbiddenDetail)
		}
	}
	return reasons
}

// With an etcd of one's own, the nodes keep nothing.
func TestKustomizeWithEtcd(t *testing.T) {
	found := render(t, "../kubernetes-etcd")
	set, env := settings(t, found)
	if env["POKEY_CLUSTER"] != "" || env["POKEY_ETCD"] == "" || env["POKEY_NODE_LISTEN"] == "" {
		t.Errorf("got %v, want etcd and no -cluster", env)
	}
	if v := set.Spec.VolumeClaimTemplates; len(v) != 0 {
		t.Errorf("got volumes %v, want none", v)
	}
	if _, ok := found["Certificate/pokey-etcd"]; !ok {
		t.Error("got no certificate for etcd")
	}
	egress := found["NetworkPolicy/pokey"].(*networkingv1.NetworkPolicy).Spec.Egress
	if last := egress[len(egress)-1]; last.Ports[0].Port.IntValue() != 2379 {
		t.Errorf("got %v, want a way to etcd", last)
	}
	checkMounts(t, set)
	for _, says := range restricted(t, set) {
		t.Errorf("a namespace for restricted pods would not have them: %s", says)
	}
}

// checkMounts fails if a container mounts what is not there.
func checkMounts(t *testing.T, set *appsv1.StatefulSet) {
	t.Helper()
	volumes := map[string]bool{}
	for _, v := range set.Spec.Template.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, v := range set.Spec.VolumeClaimTemplates {
		volumes[v.Name] = true
	}
	for _, c := range append(set.Spec.Template.Spec.InitContainers, set.Spec.Template.Spec.Containers...) {
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] {
				t.Errorf("%s mounts %s, which is no volume", c.Name, m.Name)
			}
		}
	}
}
