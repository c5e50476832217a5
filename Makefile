# Each target is one line over what .ci/run runs. Arguments: make run ARGS="-data none".
.PHONY: run test quick golden lint page fuzz bench image ci

run: ## serve on http://localhost:8080
	go run ./cmd/pokey $(ARGS)

test: ## every test, with the race detector
	go test -race ./... $(ARGS)

quick: ## the tests that take seconds
	go test -short ./... $(ARGS)

golden: ## rewrite the golden files; read the diff
	go test ./poker ./protocol -update

lint: ## the Go code: format, vet, linters
	gofmt -l . && go vet ./... && golangci-lint run --allow-parallel-runners

page: ## the page's code: types, linter, unit tests
	.ci/page

fuzz: ## each fuzz target, briefly
	.ci/fuzz

bench: ## benchmarks of the hot paths
	go test -run '^$$' -bench . -benchmem ./poker ./protocol ./actors ./store ./transport $(ARGS)

image: ## a container image called pokey
	docker build -t pokey .

ci: ## everything that must hold before a change lands
	.ci/run
