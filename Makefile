# Shortcuts for the steps of .ci/run. Pass arguments as in: make run ARGS="-data none".
.PHONY: run test quick golden lint page fuzz bench load kubernetes packages image ci

run: ## serve on http://localhost:8080
	go run ./cmd/pokey $(ARGS)

test: ## every test, with the race detector
	go test -race ./... $(ARGS) && go test -C cmd/pokey-load -race ./... $(ARGS)

quick: ## the tests that take seconds
	go test -short ./... $(ARGS) && go test -C cmd/pokey-load -short ./... $(ARGS)

golden: ## rewrite the golden files; read the diff
	go test ./poker ./protocol -update

lint: ## the Go code: format, vet, linters
	test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	for module in . cmd/pokey-load; do (cd $$module && go vet ./... && golangci-lint run --allow-parallel-runners) || exit; done

page: ## the page's code: types, linter, format, unit tests
	.ci/page

fuzz: ## each fuzz target, briefly
	.ci/fuzz

bench: ## benchmarks of the hot paths
	go test -run '^$$' -bench . -benchmem ./poker ./protocol ./actors ./store/... ./transport $(ARGS)

load: ## the load tools: make load ARGS="hostile -help"; paths in ARGS are relative to cmd/pokey-load
	go run -C cmd/pokey-load . $(ARGS)

kubernetes: ## the manifests: kustomize, and Kubernetes' own types
	go test -C deploy/check .

packages: ## the deb and the rpm, with Debian's dpkg and rpm, as root
	POKEY_PACKAGES=require go test -C deploy/check ./packages

image: ## a container image called pokey
	docker build -t pokey .

ci: ## everything that must hold before a change lands
	.ci/run
