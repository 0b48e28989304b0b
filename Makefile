PYTHON ?= python3
VENV := .venv
MUTATION := .venv-mutation
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo demo-scale run docs test test-sweeps test-adversarial test-faults test-fuzz coverage coverage-whole test-webhooks test-http test-api test-consumer seeding mutation lint lock sbom bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=24"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[lint]"
	@touch $@

demo: $(VENV)/.installed ## Turn a merchant's export into the feeds of Google and Meta and validate them, over HTTP
	$(BIN)/feedscript demo

demo-scale: $(VENV)/.installed ## 200 feeds over two hosts, two servers, PostgreSQL and an S3 emulator; one host dies in the middle
	$(BIN)/python -m tools.demo_scale

run: $(VENV)/.installed ## Serve the API on HOST:PORT (default 127.0.0.1:3000)
	$(BIN)/feedscript serve

# Each worker takes a half in order, so that what the tests of a module share is made once; who is done takes over.
test: $(VENV)/.installed ## Run every test; those that hold the service to seconds have the machine to themselves
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone"
	$(BIN)/python -m pytest -m alone tests/faults

test-sweeps: $(VENV)/.installed ## Many more examples of each law of the feed engine, every export for every partner (hours)
	SWEEPS=long $(BIN)/python -m pytest -n 2 --dist worksteal tests/unit/feeds

test-fuzz: $(VENV)/.installed ## 10,000 mutated files over each reader
	FUZZ_FILES=10000 $(BIN)/python -m pytest -n 2 tests/fuzz

test-adversarial: $(VENV)/.installed ## 2,000 adversarial files over all readers; the table of their memory and time in adversarial.tsv
	ADVERSARIAL_FILES=2000 ADVERSARIAL_TABLE=adversarial.tsv $(BIN)/python -m pytest -s tests/adversarial

test-faults: $(VENV)/.installed ## Kill, fail and fill everything, at length (make test has a sample of it)
	FAULTS=long $(BIN)/python -m pytest -s tests/faults

test-webhooks: $(VENV)/.installed ## 1,000 outcomes to receivers of every bad kind (make test has a sample of it)
	WEBHOOK_EVENTS=1000 $(BIN)/python -m pytest -s tests/integration/webhooks/test_soak.py

test-http: $(VENV)/.installed ## 1,000 runs of the HTTP machine against four served processes, then over PostgreSQL (make test has a sample)
	HTTP_EXAMPLES=1000 $(BIN)/python -m pytest --hypothesis-profile=default -s tests/integration/http/test_machine.py
	HTTP_EXAMPLES=1000 HTTP_STORAGE=postgresql $(BIN)/python -m pytest --hypothesis-profile=default -s tests/integration/http/test_machine.py -k four_processes

test-api: $(VENV)/.installed ## 10,000 cases of Schemathesis and more against the served document (make test has a sample of it)
	API_EXAMPLES=400 $(BIN)/python -m pytest -s tests/integration/openapi/test_schemathesis.py

test-consumer: $(VENV)/.installed ## As a team that only uses feedscript: an empty environment, a repository of its own
	$(BIN)/python -m tools.consumer

coverage: $(VENV)/.installed ## Which branches of the domain, the service and the ports no test takes: there are to be none
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -q tests/unit/domain tests/unit/test_service*.py tests/contracts tests/integration/http tests/integration/files feedscript/domain feedscript/ports
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=100

# COVERED=tests/contracts counts what those tests take alone.
COVERED := tests feedscript

coverage-whole: $(VENV)/.installed ## Which branches of the whole package no test takes (about half an hour): at least 95 % are
	$(BIN)/python -m coverage erase --rcfile=tests/coverage.cfg
	$(BIN)/python -m coverage run --rcfile=tests/coverage.cfg -m pytest -q -n 2 --dist worksteal $(COVERED)
	$(BIN)/python -m coverage combine --quiet --rcfile=tests/coverage.cfg
	$(BIN)/python -m coverage report --rcfile=tests/coverage.cfg --fail-under=95

docs: $(VENV)/.installed ## Build the documentation's site into docs/_build; a dead link is an error
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --builder html docs docs/_build
	@echo "docs/_build/index.html"

seeding: $(VENV)/.installed ## Seed bugs in copies of the code, and see the shipped suites catch each (docs/seeded-bugs.md)
	$(BIN)/python -m tools.seeding

# In an environment of its own: mutmut brings setproctitle, which gunicorn uses where it is, over what the kernel shows of
# the server's environment, and tests look there.
$(MUTATION)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(MUTATION)
	$(MUTATION)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[mutation]"
	@touch $@

mutation: $(MUTATION)/.installed ## Mutate the domain, and tell the mutants that its tests let live (about ten minutes)
	$(MUTATION)/bin/python -m tools.mutation

lint: $(VENV)/.installed ## Style, static security rules (ruff's S), types, architecture, and advisories against the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.audit

$(VENV)/.supply-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[supply]"
	@touch $@

lock: $(VENV)/.supply-installed ## Pin what a deployment installs, with hashes, in requirements.lock
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --annotation-style=line \
	  --output-file requirements.lock setup.cfg

sbom: $(VENV)/.supply-installed ## A bill of materials of what requirements.lock installs, in build/sbom.json (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --output-reproducible --output-format JSON --output-file build/sbom.json requirements.lock
	@echo "build/sbom.json"

$(VENV)/.bench-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@touch $@

bench: $(VENV)/.bench-installed ## Measure speed as ratios against named peers
	$(BIN)/python -m benchmarks

clean: ## Remove the environment and the caches (never jobs or activities)
	rm -rf $(VENV) $(MUTATION) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist docs/_build docs/_made *.egg-info demo
