# Two commands do everything, set-up included: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

# Bytecode is kept whatever the environment says: to compile everything anew, in each process that the tests start and in
# each of pytest's own, takes as long as collecting the tests does. `make clean` removes it.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo docs picture test test-slow light walk sdks tools conformance audit audit-systematic twin trust check format bench million soak full-load report clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## make .venv with everything that the checks need

demo: $(VENV)/.run ## one outage, run for real: a verdict in the terminal, a report to open
	$(BIN)/brownout run stripe-brownout --mode real

# How deep: `make test` tries every property on all its examples, drawn anew each time (in CI: the same). `make check` tries
# a fifth of most, the same each time, leaves out what is marked `thorough` (the further ones of a kind, and those that take long) and what is `real`.
# CHECKED=1, for who has just run `make check`: what is neither real nor thorough nor a property would only be run again as it was.
test: $(VENV)/.dev ## every test but the slow ones
	$(BIN)/python -m pytest -q -rs -n $(WAITING) --dist worksteal -m "not slow$(if $(CHECKED), and (real or thorough or hypothesis))"

# More than there are cores: many tests wait, for a vendor's timer or for a process; of those that are real, most.
WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
WAITING := $(shell echo $$(($(WORKERS) + 1)))

check: $(VENV)/.dev ## format, lint, types, layers, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -rs -n $(WORKERS) --dist worksteal --hypothesis-profile=quick \
		-m "not slow and not real and not thorough"

# An environment of its own: what draws the pages is nothing that the checks or a user need. Nothing is fetched by a page.
DOCS := .venv-docs
docs: $(DOCS)/.done ## the pages of docs/ as a site, in build/site; a dead link is an error
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict
	@echo "build/site/index.html"

$(DOCS)/.done: docs/site/requirements.txt
	$(PYTHON) -m venv --clear $(DOCS)
	$(DOCS)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

picture: $(VENV)/.run ## the report's picture in the documents, of a run that is made for it; needs chromium
	rm -rf build/picture
	$(BIN)/brownout run stripe-brownout --seed 7 --out build/picture
	$(BIN)/python docs/site/picture.py build/picture/report.html docs/images/report.png

format: $(VENV)/.dev ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-slow: $(VENV)/.dev ## the slow tests: every scenario for real, 50 seeds each in virtual time
	$(BIN)/python -m pytest -q -rs -m "slow and not real" -n auto
	$(BIN)/python -m pytest -q -rs -m "slow and real"

light: $(VENV)/.dev ## the bare package from its wheel, in empty environments, at its lowest and its newest versions; a minute
	$(BIN)/python -m pytest -q -rs tests/harness/test_light_install.py

walk: $(VENV)/.dev ## a death at every place at which the long flow touches the world, in virtual time and for real
	$(BIN)/python -m pytest -q -n auto tests/core/flows/test_book_job_walk.py
	$(BIN)/python -m pytest -q tests/harness/real/test_book_job_killed_everywhere.py

conformance: $(VENV)/.dev sdks ## the vendors' official clients against the simulators: one table
	$(BIN)/python -m tests.conformance

# The official SDKs are programs of their own: what they pin is not what this project does.
SDKS := .venv-sdks
CLIENTS := tests/conformance
sdks: $(SDKS)/.done $(SDKS)-older/.done $(CLIENTS)/node_modules/.done ## the official SDKs, for Python and Node

$(SDKS)/.done: $(CLIENTS)/requirements.txt
	$(PYTHON) -m venv --clear $(SDKS)
	$(SDKS)/bin/python -m pip install -q --disable-pip-version-check -r $(CLIENTS)/requirements.txt
	@touch $@

$(SDKS)-older/.done: $(CLIENTS)/requirements-older.txt $(SDKS)/.done
	$(SDKS)/bin/python -m pip install -q --disable-pip-version-check --no-deps --upgrade --target $(SDKS)-older -r $<
	@touch $@

$(CLIENTS)/node_modules/.done: $(CLIENTS)/package.json
	@command -v npm >/dev/null || { echo "Node and npm are needed: on Debian, apt-get install nodejs npm"; exit 2; }
	npm install --silent --prefix $(CLIENTS) || npm install --silent --prefix $(CLIENTS)
	@touch $@

# Programs of others that tests and scenarios use where they are: each has a rule of its own.
# The real Toxiproxy comes by Go's own module proxy. Niced: it is built beside what somebody waits for.
TOXIPROXY := .tools/toxiproxy-server
TOXIPROXY_VERSION := 2.12.0
BUILD_TOXIPROXY = GOBIN=$(CURDIR)/$(dir $(TOXIPROXY)) GOFLAGS=-mod=mod nice -n 10 go install \
	-ldflags "-s -w -X github.com/Shopify/toxiproxy/v2.Version=$(TOXIPROXY_VERSION)" \
	github.com/Shopify/toxiproxy/v2/cmd/server@v$(TOXIPROXY_VERSION)
MITMPROXY := .venv-tools
tools: $(TOXIPROXY) $(MITMPROXY)/.done ## programs of others: mitmproxy; where Go is, a real toxiproxy-server

$(TOXIPROXY):
	@command -v go >/dev/null || { echo "no Go here: without a real toxiproxy-server, ours serves"; exit 0; }; \
		mkdir -p $(@D); $(BUILD_TOXIPROXY) || $(BUILD_TOXIPROXY) && mv $(@D)/server $@

$(MITMPROXY)/.done: harness/brownout_harness/intercept/requirements.txt
	$(PYTHON) -m venv --clear $(MITMPROXY)
	$(MITMPROXY)/bin/python -m pip install -q --disable-pip-version-check --no-deps -r $<
	@touch $@

audit: $(VENV)/.run ## whether the library catches every known-bad part; minutes
	$(BIN)/brownout audit

SHARE ?= 0.1
audit-systematic: $(VENV)/.dev ## what the library notices of a SHARE of all changes of the core; long, or against a BASELINE
	$(BIN)/brownout audit --systematic --sample $(SHARE) $(if $(BASELINE),--baseline $(BASELINE)) --out runs/systematic
	$(BIN)/python -m brownout_harness.audit.systematic.page docs/detection.md runs/systematic

twin: $(VENV)/.run ## how far virtual and real agree, scenario by scenario; hours, or some with ONLY=
	-$(BIN)/brownout twin $(ONLY) --out runs/twin
	$(BIN)/python -m brownout_harness.twin.page docs/twin.md runs/twin/twin.json

SEEDS ?= 200
trust: $(VENV)/.run ## the good core on 200 seeds of everything, and 20 real runs, without a false alarm; hours, goes on where it was
	$(BIN)/brownout trust $(ONLY) --seeds $(SEEDS) --real 20

bench: $(VENV)/.dev ## paired, interleaved benchmarks; figures go to tests/bench/results
	$(BIN)/python -m tests.bench $(ONLY)

OPERATIONS ?= 1000000
million: $(VENV)/.dev ## the memory of a million operations in virtual time; minutes
	$(BIN)/python -m tests.bench.million --operations $(OPERATIONS)

SOAK_S ?= 1800
soak: $(VENV)/.dev ## whether a simulator's memory stays flat at 300 payments a second; half an hour
	$(BIN)/python -m tests.bench.soak --seconds $(SOAK_S)

SECONDS ?= 600
full-load: $(VENV)/.dev ## how each simulator's memory fares at full load, ten minutes each; of some with ONLY=
	$(BIN)/python -m tests.bench.full_load $(ONLY) --seconds $(SECONDS)

report: $(VENV)/.run ## draw the newest run's report again
	$(BIN)/brownout report "$$(ls -d runs/*/ | tail -n 1)"

clean: ## remove the environment, runs and caches
	rm -rf $(VENV) $(SDKS) $(SDKS)-older $(dir $(TOXIPROXY)) $(MITMPROXY) $(DOCS) build/site $(CLIENTS)/node_modules runs .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv where it is, else pip; either way pinned by constraints.txt, which names no download addresses.
ifdef UV
INSTALL = uv pip install -q --python $(BIN)/python -c constraints.txt
VENV_CMD = uv venv -q --clear --python $(PYTHON) $(VENV)
else
INSTALL = $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
VENV_CMD = $(PYTHON) -m venv --clear $(VENV)
endif

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "brownout needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..."; exit 2; }
	@$(VENV_CMD) || { echo "could not make $(VENV): on Debian, apt-get install python3-venv"; exit 2; }

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[run]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	@touch $(VENV)/.run $@
