# The same words on a laptop and in CI. Every target makes what it needs.

PYTHON ?= python3
BIN := .venv/bin
LOCALE := staytrue/web/locale
export DJANGO_SETTINGS_MODULE := staytrue.settings

.PHONY: help setup demo test check bench proof shots docs lock clean
help:
	@echo "make setup   the environment in .venv"
	@echo "make demo    a demo group at http://localhost:8000 (ONCE=1: load, print, stop)"
	@echo "make test    all tests, with what they need"
	@echo "make check   format, rules, types, layers, tidiness, migrations"
	@echo "make bench | proof | shots | docs | lock | clean"

setup: .venv/.ready .venv/.messages .venv/.static

demo: setup
	$(BIN)/staytrue demo $(if $(ONCE),--once)

# More processes than cores: half of what tests do is wait for servers, browsers and disks. A test
# that hangs becomes one that failed, with where it stood, and the rest goes on.
test: setup .venv/.ready-dev .venv/.browser
	$(BIN)/python -m pytest -n 4 --no-loadscope-reorder \
	  -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true $(ARGS)

check: setup .venv/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_tidy.py
	$(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run

bench: setup .venv/.ready-dev .venv/.ready-bench
	$(BIN)/staytrue bench $(ARGS)
	$(BIN)/python -m pytest -q -m large

proof: setup .venv/.ready-dev .venv/.browser .venv/.ready-bench .venv/.ready-spark
	$(BIN)/python -m tests.proof $(ARGS)

shots: setup .venv/.ready-dev .venv/.browser
	$(BIN)/python -m tests.shots $(ARGS)

docs: setup .venv/.ready-dev
	$(BIN)/python -m pytest -q tests/test_docs.py

# Only tools' leavings: `var` holds a hotel's data and is never touched.
clean:
	-$(BIN)/python -c 'from pathlib import Path; from staytrue.kit import embedded; embedded.stop(Path(".pytest_cache/home"))'
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles
	find staytrue tests \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +

# uv is three times as fast but ignores pip's configuration; where it finds nothing, pip does.
# $(call install,FILE)
define install
$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
  || $(BIN)/python -m pip install --quiet --require-hashes -r $(1)
endef

# One line with this checkout's path makes the package importable, without a build back end. The
# stub begins as a shell script, because a path after #! may hold no blanks and 127 bytes at most; it
# guards its last line, because translating processes load it again.
.venv/.ready: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Staytrue needs Python 3.11 or later: make PYTHON=python3.11 setup")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv || true
	$(call install,requirements.lock)
	$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "staytrue.pth").write_text("$(CURDIR)\n")'
	printf "%s\n" '#!/bin/sh' "'''exec' '$(CURDIR)/$(BIN)/python' \"\$$0\" \"\$$@\"" "' '''" \
	  'from staytrue.cli import main' '' 'if __name__ == "__main__":' '    main()' > $(BIN)/staytrue
	chmod +x $(BIN)/staytrue
	touch $@

.venv/.ready-dev: requirements-dev.lock .venv/.ready
	$(call install,requirements-dev.lock)
	touch $@

# Where an extra cannot be had, what needs it is skipped and says so.
.venv/.ready-bench .venv/.ready-spark: .venv/.ready-%: requirements-%.lock .venv/.ready
	($(call install,requirements-$*.lock)) || echo "The extra $* could not be installed."
	touch $@

.venv/.messages: $(wildcard $(LOCALE)/*/LC_MESSAGES/*.po) .venv/.ready
	test ! -d $(LOCALE) || $(BIN)/pybabel --quiet compile --domain django --directory $(LOCALE)
	touch $@

.venv/.static: $(shell find staytrue/web/static -type f 2>/dev/null) .venv/.ready
	$(BIN)/python -m django collectstatic --no-input --verbosity 0
	touch $@

# Without a browser the tests that need one are skipped, and say so.
.venv/.browser: .venv/.ready-dev
	command -v chromium chromium-browser google-chrome > /dev/null \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } > /dev/null 2>&1 \
	  || echo "No chromium, and apt-get may not install it: browser tests will be skipped."
	touch $@

lock: .venv/.ready-dev
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --extra dev -c requirements.lock pyproject.toml \
	  -o requirements-dev.lock
	for extra in bench spark; do \
	  $(BIN)/uv pip compile --quiet --generate-hashes --universal --no-annotate --no-header \
	    --no-emit-index-url --no-emit-find-links --extra $$extra -c requirements.lock \
	    -c requirements-dev.lock pyproject.toml -o requirements-$$extra.lock; done
