# Rialto. `make` prints this help.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT_VERSION := v2.15.0
# The race detector needs a C compiler; without one the tests still run, and say so. It watches Rialto and its libraries, but
# not SQLite, which is C translated to Go and took half of all time. No other package may be left out: a copy of a generic function of
# sync that comes from one would hide what keeps others apart.
RACE := $(shell if [ "$${RIALTO_TEST_RACE:-auto}" != off ] && command -v "$$(go env CC)" >/dev/null 2>&1; then echo "-race -gcflags=modernc.org/sqlite/lib=-race=false"; fi)

# Tests that go through thousands of requests: after the others, without the race detector.
SWEEPS := ^(TestAuthorizationMatrix|TestEstimatesHold|TestPricesAreTrue|TestAnotherShopsAreNothing|TestBadInput|TestEveryStatementFindsItsRows|TestHostile|TestFaults|TestWarmCachesCrossNobody)$$

.PHONY: help
help: ## Print this help
	@awk 'BEGIN{FS=":.*## "} /^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/rialto
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/rialto ./cmd/rialto

.PHONY: run
run: build ## Run everything on this machine, with a demo shop
	@exec bin/rialto dev

.PHONY: dev
dev: ## Run from source, with readable logs
	@RIALTO_LOG_FORMAT=text go run ./cmd/rialto dev

.PHONY: test
test: ## Run all tests (lint vets them); PostgreSQL, Redis and NATS where RIALTO_TEST_…_URL name them
	@if [ -n "$(RACE)" ]; then echo "race detector: on"; else echo "race detector: off (no C compiler found)"; fi
	go test $(RACE) -vet=off -timeout 40m ./...
	@if [ -n "$(RACE)" ]; then echo "without the race detector:"; CGO_ENABLED=0 go test -vet=off -timeout 20m ./tests -run '$(SWEEPS)'; fi

.PHONY: lint
lint: ## Check style and likely mistakes
	@command -v golangci-lint >/dev/null 2>&1 || [ -x "$$(go env GOPATH)/bin/golangci-lint" ] || go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@PATH="$$PATH:$$(go env GOPATH)/bin" golangci-lint run $$(go list -f '{{.Dir}}' ./... | grep -v /generated)

.PHONY: generate
generate: ## Generate ent's client and gqlgen's executor from the schemas
	go generate ./ent
	go run ./graph/engine/gen

.PHONY: verify
verify: ## Check that generated code and migrations are fresh
	@.ci/fresh

.PHONY: evolution
evolution: build ## Check that the GraphQL schema is safe for clients of the last released one: make evolution ARGS=--app-data
	@bin/rialto schema check --against graph/evolution/released.graphql --acknowledged graph/evolution/acknowledged.txt $(ARGS)

.PHONY: release-schema
release-schema: evolution ## Keep the GraphQL schema as the released one, once it is checked: a part of every release
	@bin/rialto schema print > graph/evolution/released.graphql
	@sed -i '/^#/!d' graph/evolution/acknowledged.txt

.PHONY: migration
migration: ## Write the next migration: make migration NAME=what_changes (needs RIALTO_TEST_DATABASE_URL)
	@go run ./migrations/diff $(NAME)

.PHONY: schema
schema: ## Write migrations/schema.sql, what the migrations lead to (needs RIALTO_TEST_DATABASE_URL)
	@go run ./migrations/diff -schema

.PHONY: audit
audit: build ## Run the GraphQL-over-HTTP audits, the usual clients and GraphQL Inspector (needs Node)
	@.ci/audit

.PHONY: long
long: ## Run the long forms of tests that CI runs short: make long ARGS=-v for their figures
	RIALTO_TEST_LONG=1 CGO_ENABLED=0 go test -vet=off -count=1 -timeout 60m $(ARGS) ./tests ./graph ./platform/generation -run '^(TestFaults|TestEstimatesHold|TestPricesAreTrue|TestAbortedRequests|TestReadersAndWriters|TestReplicasShareOneBudget|TestSchedules)$$'

.PHONY: bench
bench: build ## Measure Rialto beside hand-written handlers, on PostgreSQL: make bench ARGS="-products 10000"
	@go build -o bin/bench ./bench && exec bin/bench $(ARGS)

.PHONY: check
check: lint verify evolution test ## Lint, freshness, safety of the GraphQL schema and tests
