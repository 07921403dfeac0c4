# make demo    check the TSRC migration against its production catalog, no server needed
# make test    everything that is tested, real servers included
# make nightly many more random sequences of DDL against a real server
# make lint    style and types
# make bench   how fast it is
#
# All of them make their own virtual environment. VENV=dir puts it elsewhere, PYTHON=... chooses the interpreter (3.11 or later),
# PYTEST="-n 4 tests/syntax" changes what pytest is given.

.DEFAULT_GOAL := demo
.PHONY: demo test nightly lint bench clean

VENV ?= .venv
PYTEST ?= -n 2

# The first interpreter that is new enough and can make a virtual environment
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$python"; break; fi; done)

PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
TSRC := fixtures/projects/tsrc

# PEP 735 groups need pip 25.1
$(VENV)/.made:
	@test -n "$(PYTHON)" || { \
		echo 'no Python 3.11 or later with venv and ensurepip: install one (on Debian also python3-venv), or say PYTHON=path' >&2; \
		exit 2; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@$(PIP) install --editable '.[fast]'
	@$(VENV)/bin/python -m compileall -q schemalint rules
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	@$(PIP) install --group dev
	@touch $@

# Faults are what the demo is to find: exit 1, which is also how Python ends when nobody caught an exception
demo: $(VENV)/.installed
	@$(VENV)/bin/schemalint check $(TSRC)/migrations --catalog $(TSRC)/catalog.sql 2>$(VENV)/demo.stderr; status=$$?; \
	cat $(VENV)/demo.stderr >&2; \
	if grep -q '^Traceback' $(VENV)/demo.stderr; then exit 2; fi; \
	case $$status in \
		1) ;; \
		0) echo 'demo: nothing was found in a migration full of faults' >&2; exit 1;; \
		*) exit $$status;; \
	esac

test: $(VENV)/.developed
	@$(VENV)/bin/python -m pytest $(PYTEST)

# Random sequences of DDL, on the simulator and on a server
nightly: $(VENV)/.developed
	@SCHEMALINT_SEQUENCES=$${SCHEMALINT_SEQUENCES:-2000} $(VENV)/bin/python -m pytest tests/simulator/test_random_ddl.py

lint: $(VENV)/.developed
	@failed=0; \
	$(VENV)/bin/ruff check . || failed=1; \
	$(VENV)/bin/ruff format --check . || failed=1; \
	$(VENV)/bin/mypy || failed=1; \
	exit $$failed

bench: $(VENV)/.developed
	@for script in benchmarks/[a-z]*.py; do $(VENV)/bin/python "$$script" || exit; done

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache
