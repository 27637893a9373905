# make run            all starters on the builtin data, with a table of results
# make run HW=hw01    one of them
# make test           everything that CI checks; lint, unit or smoke one part of it (smoke HW=hw01: of one homework)
# make quick          what the change since `main` touches, in about a minute
# make lab            JupyterLab
# make bench          the claims of speed
# make clean          forget the environment and all that runs have made

VENV   ?= .venv
PYTHON ?= python3
HW     ?= --all
JOBS   ?= 2
BIN    := $(VENV)/bin

.PHONY: run test lint unit smoke quick lab bench clean

run: $(VENV)/installed
	$(BIN)/hw run $(HW) --jobs $(JOBS)

# one list of checks for every system: tests/all.py
test: $(VENV)/installed-test
	$(BIN)/python -m tests.all --jobs $(JOBS)

lint unit quick: $(VENV)/installed-test
	$(BIN)/python -m tests.all $@ --jobs $(JOBS)

smoke: $(VENV)/installed-test
	$(BIN)/python -m tests.all smoke $(filter-out --all,$(HW)) --jobs $(JOBS)

lab: $(VENV)/installed
	$(BIN)/jupyter lab

bench: $(VENV)/installed
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) build outputs data/cache .pytest_cache .ruff_cache

# uv where it is there, pip otherwise
INSTALL = if command -v uv >/dev/null 2>&1; then uv pip install --python $(BIN)/python $(1); \
          else $(BIN)/python -m pip install $(1); fi

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(call INSTALL,--quiet -e .)
	touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	$(call INSTALL,--quiet -e ".[test]")
	touch $(VENV)/installed $@
