# Every command a developer needs. CI calls the same ones.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml labextension/package.json
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[demo,test,postgres]'
	touch $@

install: $(STAMP) ## Make the virtual environment with everything in it

demo: $(STAMP) ## Start JupyterLab with the example workspace and print its address
	$(BIN)/jupyter-orch demo build/demo

check: $(STAMP) panel-tools ## Lint, types, import contracts, panel lint
	$(MAKE) --no-print-directory -j 2 check-python check-panel

check-python:
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-panel:
	cd labextension && npm run --silent lint

# What fails beside others is tried once more alone; the first failure stays in the output.
define tested
$(BIN)/python -m pytest $(1) tests || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(2) tests
endef

# Three at once on two cores: many tests wait for a minute to begin, a grace to end or a lease to run out.
test: $(STAMP) panel services ## All tests: unit, journeys, browser, panel
	$(call tested,-n 3 --dist loadscope -m 'not journey and not browser',-m 'not journey and not browser')
	$(call tested,-n 3 --dist loadscope -m 'journey and not browser',-m 'journey and not browser')
	$(call tested,-n 2 --dist loadscope -m browser,-m browser)
	cd labextension && npm test --silent

ui: $(STAMP) panel services ## Only the browser tests; screenshots land in tests/.screens, those of the docs in docs/images
	$(BIN)/python -m pytest -m browser tests
	cp tests/.screens/run.png docs/images/panel.png
	cp tests/.screens/outputs-light.png docs/images/outputs.png
	for name in launchpad-form notebook-failed backfill; do cp tests/.screens/$$name.png docs/images/; done

bench: $(STAMP) panel services ## Measure every row of docs/performance.md; PEERS=1 others beside us, SCALE=1 growth, ONLY="P1 P5"
	$(BIN)/python -m tests.bench $(if $(PEERS),--peers) $(if $(SCALE),--scale) $(if $(ONLY),--only $(ONLY)) $(if $(OUT),--out $(OUT))

chaos: $(STAMP) services ## The long forms: kills, cuts and load, in pieces of up to two hours; PIECE=… SEED=… choose
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(PIECE)

mutants: $(STAMP) services ## Take one rule after the other out of a copy and see which suite notices
	$(BIN)/python -m tests.mutants $(NAME)

fuzz: $(STAMP) services ## Generated inputs in their long form, MINUTES=10 a piece; PIECE=… chooses
	$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet --editable '.[fuzz]' || echo 'without atheris'
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10) $(PIECE)

docs: $(STAMP) ## Draw what the documentation draws from the code
	$(BIN)/python docs/draw.py
	$(BIN)/python docs/mirror.py

panel-tools: labextension/node_modules/.package-lock.json

labextension/node_modules/.package-lock.json: labextension/package-lock.json
	cd labextension && PATH="$$PATH:$(abspath $(BIN))" npm ci --silent
	touch $@

panel: panel-tools $(STAMP)
	cd labextension && PATH="$(abspath $(BIN)):$$PATH" npm run --silent build:prod

services:
	@.ci/services

clean: ## Remove everything that was built
	rm -rf build dist $(VENV) labextension/lib labextension/node_modules labextension/*.tsbuildinfo jupyter_orch/labextension jupyter_orch/graphiql
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help install demo check check-python check-panel test ui bench chaos mutants fuzz docs panel-tools panel services clean
