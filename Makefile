# make run            all starters on the builtin data, with a table of results
# make run HW=hw01    one of them
# make test           everything that CI checks
# make lab            JupyterLab
# make bench          the claims of speed
# make clean          forget the environment and all that runs have made

VENV   ?= .venv
PYTHON ?= python3
HW     ?= --all
JOBS   ?= 2
BIN    := $(VENV)/bin
SMOKE  := build/smoke
AGAIN  := build/again

.PHONY: run test unit smoke lint lab bench clean

run: $(VENV)/installed
	$(BIN)/hw run $(HW) --jobs $(JOBS)

test: lint unit smoke

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hw notebooks --check

unit: $(VENV)/installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests -n $(JOBS) --dist worksteal

# every starter, and every rung of every solution, through nbval at smoke size; the starters once more through papermill;
# then a look at what the runs left behind, and all of it graded
smoke: $(VENV)/installed-test
	$(BIN)/python -m tests.smoke prepare $(SMOKE)
	HW_PROGRESS=0 OMP_NUM_THREADS=1 $(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=120 \
	    -p tests.smoke_plugin -n $(JOBS) --dist loadscope --rootdir $(SMOKE) $(SMOKE)
	$(BIN)/hw run --all --profile smoke --device cpu --jobs $(JOBS) --out $(AGAIN)
	$(BIN)/python -m tests.smoke verify $(SMOKE) $(AGAIN)
	$(BIN)/python -m tests.grading.handed_in $(SMOKE)

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
