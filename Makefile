# Everything a person types. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
TEST_PROCESSES ?= 3
PYTEST ?=

.PHONY: help
help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Say: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.requirements: requirements.txt | $(VENV)/bin/python
	@echo "Installing requirements.txt (hash-pinned) …"
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.requirements-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing requirements-dev.txt (hash-pinned) …"
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.requirements $@

.PHONY: venv
venv: $(VENV)/.requirements-dev  ## make .venv with everything for running, testing and checking

.PHONY: run
run: $(VENV)/.requirements  ## start everything with demo data; PORT, DATA_DIR, DATABASE_URL, CELERY_BROKER_URL, DEMO=0 change it
	@$(PY) -m backoffice.embedded run --end-with-parent

.PHONY: manage
manage: $(VENV)/.requirements  ## run a management command: make manage CMD="check_invariants"
	@$(PY) -m backoffice.embedded manage $(CMD)

.PHONY: check
check: $(VENV)/.requirements-dev  ## ruff, mypy, djlint, import contract, size rule, migrations, system checks
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/djlint templates --lint --quiet
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m tests.architecture.sizes
	DJANGO_SETTINGS_MODULE=backoffice.settings.test $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=backoffice.settings.test $(PY) manage.py check --fail-level WARNING

.PHONY: test
test: check  ## everything that must pass: make check, then every test (embedded PostgreSQL unless DATABASE_URL is set)
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(PYTEST)

.PHONY: bench
bench: $(VENV)/.requirements-dev  ## speed beside the limit, as ratios: make bench [WORK=approve,run,submit,jobs,exports,changes,imports,corrections,statements,pages] [SIZE=10000; those of files 1000000] [ROWS=1000000]
	@WORK="$(WORK)" SIZE="$(SIZE)" ROWS="$(or $(ROWS),1000000)" $(PY) -m tests.bench

.PHONY: chaos
chaos: $(VENV)/.requirements-dev  ## kill everything that carries money, judge by the bank: make chaos [SCHEDULES=20] [SEED=1] [BROKER=amqp|redis|embedded]
	@SCHEDULES="$(SCHEDULES)" SEED="$(SEED)" BROKER="$(BROKER)" $(PY) -m tests.chaos

.PHONY: races
races: $(VENV)/.requirements-dev  ## approvers and holders race on the same payouts, the bank's log judges: make races [ROUNDS=10000] [SEED=1]
	@ROUNDS="$(ROUNDS)" SEED="$(SEED)" $(PY) -m tests.races

.PHONY: rewrites
rewrites: $(VENV)/.requirements-dev  ## the audit trail is rewritten in every way, each found by its anchors: make rewrites [TRIALS=10000] [SEED=1]
	@TRIALS="$(TRIALS)" SEED="$(SEED)" $(PY) -m tests.backoffice.audit

.PHONY: simulate
simulate: $(VENV)/.requirements-dev  ## the operations under fire, by seed: make simulate SEEDS=2000 SEED=1
	@SEEDS="$(or $(SEEDS),100)" SEED="$(or $(SEED),1)" $(PY) -m tests.simulate

.PHONY: planted
planted: $(VENV)/.requirements-dev  ## bugs planted on purpose, each found within 50 seeds: make planted [BUG=part-of-its-name]
	@BUG="$(BUG)" $(PY) -m tests.simulate planted

.PHONY: screenshots
screenshots: $(VENV)/.requirements-dev  ## a PNG of every page, in both widths and themes: main ones of the demo into docs/screenshots/, all into var/screenshots/
	$(PY) -m tests.browser.screenshots
	$(PY) -m pytest -q -n $(TEST_PROCESSES) tests/browser/every_page.py

.PHONY: words
words: $(VENV)/.requirements-dev  ## collect the words of pages into the catalogues of other languages, and compile them
	DJANGO_SETTINGS_MODULE=backoffice.settings.test $(PY) -W ignore::RuntimeWarning manage.py collect_words

.PHONY: requirements
requirements: venv  ## compile requirements*.in to hash-pinned requirements*.txt
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(VENV)/bin/uv pip compile -q --generate-hashes --no-strip-extras --universal --python-version 3.11 --no-emit-index-url requirements.in -o requirements.txt
	UV_CUSTOM_COMPILE_COMMAND="make requirements" $(VENV)/bin/uv pip compile -q --generate-hashes --no-strip-extras --universal --python-version 3.11 --no-emit-index-url requirements-dev.in -o requirements-dev.txt
