package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "example.com/pokey/"

// mayImport is the house's rule of who may know whom, by package. Std stands
// for the standard library. Nobody may import cmd.
var mayImport = map[string][]string{
	"poker":           {"cmp", "errors", "fmt", "iter", "maps", "math", "net/url", "slices", "strconv", "strings", "unicode", "unicode/utf8", "golang.org/x/text/unicode/norm", "github.com/rivo/uniseg"},
	"identity":        {"std", "github.com/gorilla/securecookie"},
	"protocol":        {"std", module + "poker", "github.com/go-json-experiment/json/jsontext"},
	"store":           {"std"},
	"store/boltstore": {"std", module + "store", "go.etcd.io/bbolt", "go.etcd.io/bbolt/errors"},
	"store/etcdretry": {"std", module + "store", "go.etcd.io/etcd/client/v3", "go.etcd.io/etcd/api/v3/v3rpc/rpctypes", "google.golang.org/grpc/codes", "google.golang.org/grpc/status"},
	"store/etcdstore": {
		"std", module + "store", module + "store/etcdretry", "go.etcd.io/etcd/client/v3", "go.etcd.io/etcd/api/v3/mvccpb", "go.etcd.io/etcd/api/v3/v3rpc/rpctypes",
		"google.golang.org/grpc", "google.golang.org/grpc/backoff",
		"go.uber.org/zap", "go.uber.org/zap/zapcore", module + "zaplog",
	},
	"store/backup":    {"std", module + "store", "filippo.io/age"},
	"store/etcdtest":  {"std"},
	"store/storetest": {"std", module + "store"},
	"certificate": {
		"std", module + "store", "github.com/caddyserver/certmagic", "github.com/mholt/acmez/v3/acme", "github.com/miekg/dns",
		"go.uber.org/zap", "go.uber.org/zap/zapcore", module + "zaplog", "golang.org/x/crypto/x509roots/fallback", "golang.org/x/time/rate",
	},
	"cluster/joining":        {"std", module + "cluster", module + "store", "golang.org/x/time/rate"},
	"certificate/pebbletest": {"std", module + "store/etcdtest"},
	"cluster": {
		"std", module + "cluster/membership", "github.com/asynkron/protoactor-go/actor", "github.com/asynkron/protoactor-go/remote",
		"google.golang.org/grpc", "google.golang.org/grpc/codes", "google.golang.org/grpc/credentials", "google.golang.org/grpc/credentials/insecure",
		"google.golang.org/grpc/keepalive", "google.golang.org/grpc/peer", "google.golang.org/grpc/status",
		"google.golang.org/protobuf/proto", "google.golang.org/protobuf/reflect/protoreflect", "google.golang.org/protobuf/reflect/protoregistry",
		"golang.org/x/sys/unix",
	},
	"cluster/etcdmember": {
		"std", module + "cluster", "go.etcd.io/etcd/api/v3/etcdserverpb", "go.etcd.io/etcd/api/v3/v3rpc/rpctypes", "go.etcd.io/etcd/client/pkg/v3/transport", "go.etcd.io/etcd/client/pkg/v3/types", "go.etcd.io/etcd/client/v3",
		"go.etcd.io/etcd/client/pkg/v3/fileutil", "go.etcd.io/etcd/server/v3/etcdserver/api/snap", "go.etcd.io/etcd/server/v3/storage",
		"go.etcd.io/etcd/server/v3/storage/wal", "go.etcd.io/etcd/server/v3/storage/wal/walpb",
		"go.etcd.io/etcd/server/v3/config", "go.etcd.io/etcd/server/v3/etcdserver", "go.etcd.io/etcd/server/v3/etcdserver/api/etcdhttp",
		"go.etcd.io/etcd/server/v3/etcdserver/api/membership", "go.etcd.io/etcd/server/v3/etcdserver/api/rafthttp",
		"go.etcd.io/etcd/server/v3/etcdserver/api/v3client", "go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc",
		"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter", "go.etcd.io/raft/v3", "golang.org/x/time/rate", "google.golang.org/grpc", "google.golang.org/grpc/status",
		"go.etcd.io/etcd/server/v3/etcdserver/errors", "go.etcd.io/etcd/server/v3/features",
		"go.uber.org/zap", "go.uber.org/zap/zapcore", module + "zaplog",
	},
	"actors":                 {"std", module + "poker", module + "protocol", module + "identity", module + "store", "github.com/asynkron/protoactor-go/actor", module + "actors/wire", module + "actors/record", "go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/attribute"},
	"actors/record":          {"std", module + "poker", "google.golang.org/protobuf/proto", "google.golang.org/protobuf/reflect/protoreflect", "google.golang.org/protobuf/runtime/protoimpl"},
	"actors/wire":            {"std", "google.golang.org/protobuf/reflect/protoreflect", "google.golang.org/protobuf/runtime/protoimpl"},
	"transport":              {"std", module + "poker", module + "protocol", module + "identity", "github.com/coder/websocket", "rsc.io/qr", "github.com/tdewolff/minify/v2", "github.com/tdewolff/minify/v2/css", "github.com/tdewolff/minify/v2/js", "golang.org/x/sys/unix"},
	"transport/pipelistener": {"std"},
	"operator":               {"std"},
	"zaplog":                 {"std", "go.uber.org/zap", "go.uber.org/zap/zapcore"},
	"static":                 {"embed"},
	"docs":                   {"embed"},
	"cmd/pokey":              {"std", "any"},
	"cluster/membership":     {"std", module + "store/etcdretry", "go.etcd.io/etcd/client/v3", "go.etcd.io/etcd/api/v3/mvccpb", "go.etcd.io/etcd/api/v3/v3rpc/rpctypes"},
}

// mayNot is what the standard library has and a package still may not know.
var mayNot = map[string][]string{
	"identity":           {"net/http"},
	"protocol":           {"net/http"},
	"store":              {"net/http"},
	"store/boltstore":    {"net/http"},
	"store/etcdstore":    {"net/http"},
	"store/backup":       {"net/http"},
	"actors":             {"net/http"},
	"cluster":            {"net/http"},
	"cluster/membership": {"net/http"},
}

func TestWhoMayImportWhom(t *testing.T) {
	for pkg, imports := range packages(t) {
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s has no place in the house: say in this test what it may import", pkg)
			continue
		}
		for _, i := range imports {
			std := !strings.Contains(strings.Split(i, "/")[0], ".")
			switch {
			case strings.HasPrefix(i, module+"cmd/pokey/") || i == module+"cmd/pokey":
				t.Errorf("%s imports the composition root", pkg)
			case slices.Contains(mayNot[pkg], i):
				t.Errorf("%s may not import %s", pkg, i)
			case slices.Contains(allowed, i), std && slices.Contains(allowed, "std"), slices.Contains(allowed, "any"):
			default:
				t.Errorf("%s may not import %s", pkg, i)
			}
		}
	}
}

// packages lists the module's packages with what they import, tests aside.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(p.ImportPath, module)] = p.Imports
	}
	if len(found) < len(mayImport) {
		t.Fatalf("found only %d packages", len(found))
	}
	return found
}
