# One set of commands for people, hooks and CI.
UV_VERSION := 0.13.9
BIN := .venv/bin
SAMPLE_NIGHTS := 2024-03-18 2024-03-19 2024-03-20
export PYTHONHASHSEED := 0

AIRFLOW := $(BIN)/python -m dags.deployment.local

.PHONY: setup night test test-all fuzz cover check format accept bench-night bench-airflow bench-truth story mutations mutants mutants-returned bench-matching airflow airflow-down \
	test-airflow airflow-kill

setup: .venv/ready   ## own .venv, versions from uv.lock

.venv/ready: pyproject.toml uv.lock
	test -x $(BIN)/python || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv sync --quiet --frozen --all-extras --inexact --compile-bytecode
	touch $@

night: setup   ## the sample province through its three nights into ./home; again: no byte changes
	test -d home || cp -r data_samples/home home
	for day in $(SAMPLE_NIGHTS); do $(BIN)/silentcert night $$day --home home || exit; done
	$(BIN)/silentcert verify --home home

test: setup   ## every kind of test, without those marked slow; a few minutes
	$(BIN)/python -m pytest

test-all: setup   ## the slow ones too, and many more examples of each property
	$(BIN)/python -m pytest -m "" --hypothesis-profile=thorough

fuzz: setup   ## every property with thousands of examples, other ones each time; an hour or more, options by FUZZ="-k decide"
	$(BIN)/python -m pytest tests/property --hypothesis-profile=fuzz $(FUZZ)

cover: setup   ## every branch of the matcher is taken by its own tests; some minutes
	$(BIN)/python -m pytest -n 0 --hypothesis-profile=thorough --cov=matchers --cov-branch --cov-report=term-missing --cov-fail-under=100 \
		tests/unit/matchers tests/property/test_matching.py tests/property/test_numbers_and_names.py

airflow: setup   ## all of Airflow on this machine, over ./home; shows address and, the first time, passwords
	test -d home || cp -r data_samples/home home
	$(AIRFLOW) up --state .airflow --home home

airflow-down: setup   ## end all of it; what it knows stays in .airflow
	$(AIRFLOW) down --state .airflow --home home

test-airflow: setup   ## nights on a real Airflow on PostgreSQL, minutes; NIGHTS=10 for ten of them
	NIGHTS=$(or $(NIGHTS),3) $(BIN)/python -m pytest -n 0 tests/airflow

airflow-kill: setup   ## kill -9 of task, scheduler and PostgreSQL in mid-night; hours, goes on where it stopped; TRIALS=10 of each
	$(BIN)/python -m tests.airflow.kill_trials --trials $(or $(TRIALS),10) --state .airflow-kill

check: setup   ## format, lint, types, import walls, generated files; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m schemas.emit.to_markdown --check
	$(BIN)/python -m pipelines.read.steps_page --check
	$(BIN)/python -m pipelines.read.moves_pages --check
	$(BIN)/python -m data_samples.make_samples --check

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

accept: night   ## after reading ./home/outbox: take its files as what the sample province must send
	rm -rf data_samples/expected && mkdir data_samples/expected
	cd home && find outbox -name '*.csv' -exec cp --parents {} ../data_samples/expected/ ';'

bench-night: setup   ## a night of a million persons beside a bare script; to benchmarks/results/night.json
	$(BIN)/python benchmarks/night.py

bench-airflow: setup   ## what Airflow adds to a night, small and of a million persons; to benchmarks/results/orchestration.json
	$(BIN)/python -m benchmarks.orchestration

bench-truth: setup   ## a synthetic province through its nights, held against the truth; hours, options by TRUTH="--persons 5000 --nights 5"
	$(BIN)/python -m benchmarks.truth $(TRUTH)

story: setup   ## a province with offices that act on proposals and persons who object; days of hours, resumable: STORY="--persons 50000 --days 400 --working-days"
	$(BIN)/python -m benchmarks.story --home $(or $(STORY_HOME),story) $(STORY)

bench-matching: setup   ## links of an open world with planted errors, held against the truth; options by MATCHING="--registry 200000"
	$(BIN)/python -m benchmarks.matching $(MATCHING)

mutants-returned: setup   ## 2,000 broken and resaved forms of our own lists as they come back; to benchmarks/results/mutants_returned.json
	$(BIN)/python -m benchmarks.mutants_returned

mutations: setup   ## leave out one rule at a time and ask the tests to notice; an hour or more, options by MUTATIONS="--only decide"
	$(BIN)/python -m benchmarks.mutations $(MUTATIONS)

mutants: setup   ## damaged files by the thousand: nothing lost, altered or stopped; goes on where it stopped, options by MUTANTS="--count 500"
	$(BIN)/python -m benchmarks.mutants delivered $(MUTANTS)
