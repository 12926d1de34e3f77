# The two commands are `make run` and `make test`. `make help` lists the rest.
# They need Python 3.11 or newer and make; everything else goes into .venv/ and var/ in this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: run demo test lint format bench chaos fuzz screenshots lock migrations help ready ready-dev

PY := .venv/bin/python
LINT := PYTHONWARNINGS=ignore DJANGO_SETTINGS_MODULE=tests.settings

run: ready ## start Tenth: database, web, worker and beat, until Ctrl-C (PORT=8000)
	@exec $(PY) -m ops.run

demo: ready ## start a separate Tenth full of invented work, in var-demo/ (PORT=8010)
	@exec $(PY) -m demo

test: lint ## lint, then all tests, including those in a browser (TESTS=tests/reading)
	@CHROMIUM="$$($(PY) -m tests.chromium)" && export CHROMIUM && exec $(PY) -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder $(TESTS)

lint: ready-dev ## format, lint, types, floors, migrations, templates
	@$(PY) -m ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@PYTHONPATH=. $(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	@$(LINT) $(PY) manage.py makemigrations --check --dry-run
	@$(LINT) $(PY) manage.py check --fail-level WARNING
	@$(PY) -m djlint --lint --quiet templates demo/templates

format: ready-dev ## format the code and fix what lint can fix
	@$(PY) -m ruff format --quiet .
	@$(PY) -m ruff check --fix --quiet .

bench: ready-dev ## measure speed and memory against floors, in minutes (SIZES=1000000: search that many papers, in an hour)
	@exec $(PY) -m bench $(SIZES)

chaos: ready-dev ## kill parts of Tenth at work, and check its promises (KILLS=200 SEED=7 ONLY=worker,postmaster)
	@exec $(PY) -m chaos $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

fuzz: ready-dev ## feed broken and hostile inputs to everything that reads (INPUTS=1000000 SEED=1 FILES=folder of real ones)
	@exec $(PY) -m fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(SEED),--seed $(SEED)) $(if $(FILES),--files "$(FILES)")

screenshots: ready-dev ## take README's pictures again, from the demo
	@CHROMIUM="$$($(PY) -m tests.chromium)" && export CHROMIUM && exec $(PY) -m demo.screenshots

migrations: ready-dev ## write the migration for changed models (needs a running Tenth or DATABASE_URL)
	@$(PY) manage.py makemigrations

lock: ready-dev ## pin all dependencies again, with hashes (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock $(LOCK)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock $(LOCK)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

# Dependencies are installed only when the lock differs from the one installed last.
ready:
	@{ [ -x $(PY) ] && cmp -s requirements.lock .venv/requirements.lock; } || { $(call install,requirements.lock) && \
	  cp requirements.lock .venv/; }

ready-dev:
	@{ [ -x $(PY) ] && cmp -s requirements-dev.lock .venv/requirements-dev.lock; } || { $(call install,requirements-dev.lock) && \
	  cp requirements-dev.lock requirements.lock .venv/; }

define install
{ $(PY) -c 'import pip' 2>/dev/null || { \
  for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
  done; \
  [ -n "$$python" ] || { echo "Tenth needs Python 3.11 or newer, but none was found. Install it (Debian, Ubuntu: apt install python3 python3-venv), or say where it is: make run PYTHON=/path/to/python3"; exit 1; }; \
  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python comes without venv. Install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }; \
  echo "Making .venv with $$("$$python" --version) ..."; rm -rf .venv; "$$python" -m venv .venv; }; } && \
echo "Installing the packages in $(1) ..." && $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1)
endef
