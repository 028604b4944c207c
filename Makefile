# Thin targets over scripts/; each script can be run by itself, and says at its top what it does.

.DEFAULT_GOAL := help
.PHONY: help build release test crash-test demo format lint clean bench bench-idle bench-fold bench-log

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

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

bench: ## measure how replies stream, with and without a limit of the homeserver
	@exec Benchmarks/streaming.sh

bench-idle: ## measure the memory and processor time of an idle daemon
	@exec Benchmarks/idle.sh

bench-fold: ## measure how fast events fold into a response
	@exec Benchmarks/fold.sh

bench-log: ## measure the event log: durable appends, and how soon readers have them
	@exec Benchmarks/event-log.sh
