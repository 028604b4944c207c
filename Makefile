# Thin targets over scripts/; each script can be run by itself, and says at its top what it does.

.DEFAULT_GOAL := help
.PHONY: help build release test crash-test demo format lint clean
.PHONY: bench bench-fold bench-log bench-connection bench-streaming bench-idle

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build the debug executable
	@scripts/build debug

release: ## build the release executable
	@scripts/build release

test: ## install what is missing, lint, build, run all tests (what CI runs)
	@scripts/test

crash-test: ## kill it 200 rounds long behind a faulty network, and count what is lost or doubled
	@scripts/crash-test

demo: ## chat with the agent in this terminal, over a real homeserver of your own
	@scripts/demo

format: ## format all Swift code in place
	@scripts/format

lint: ## check the format of all Swift code
	@scripts/lint

clean: ## remove what was built (keeps .tools and .demo)
	@rm -rf .build

bench: ## measure all that has a target: bench-fold, bench-log, bench-connection and bench-streaming
	@exec Benchmarks/all.sh

bench-fold: ## measure how fast events fold into a response
	@exec Benchmarks/agent.sh fold

bench-log: ## measure the event log: durable appends, and how soon readers have them
	@exec Benchmarks/agent.sh log

bench-connection: ## measure the way of a model's chunk to its frame on the agent connection
	@exec Benchmarks/agent.sh connection

bench-streaming: ## measure how replies stream, with and without a limit of the homeserver
	@exec Benchmarks/streaming.sh

bench-idle: ## measure the memory and processor time of an idle daemon
	@exec Benchmarks/idle.sh
