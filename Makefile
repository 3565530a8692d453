# make run    everything set up, then the whole main job on a synthetic roster, on SQLite
# make test   everything set up, then every test, with real servers and a real browser
# make fuzz   the property tests on fresh random examples, round after round, for FUZZ_MINUTES
# make serve  serve what `make run` left in demo-output
# make check  format, lint, types, import contracts, dependencies
# make bench  the benchmarks, timed
# make load   ballots a second, what each costs, how long its sender waits: real servers, minutes;
#               LOAD_CONNECTIONS of them at a time, 64 if unset
# make mutants  mutation testing of tally/: at most 90 minutes a run, goes on where it stopped;
#               with TARGET=verifier that of both verifiers, for at most MUTANTS_MINUTES

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8787
FUZZ_MINUTES ?= 20
# Longest run of `make mutants TARGET=verifier`, in minutes.
export MUTANTS_MINUTES ?= 60
# Processes of `make test`: each has servers of its own, and keeps the tests of a file together.
JOBS ?= 2

# Where this is set, each of the hundreds of processes that tests start compiles all libraries.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: run serve test fuzz check bench load mutants format clean

run: $(VENV)/main.installed
	$(BIN)/yezhu demo

serve: $(VENV)/main.installed
	@test -d demo-output/data || { echo "先运行 make run"; exit 2; }
	@echo "业主页 http://127.0.0.1:$(PORT)/vote　监督看板 http://127.0.0.1:$(PORT)/board　账号见 demo-output/accounts.txt"
	YEZHU_PUBLIC_URL=http://127.0.0.1:$(PORT) $(BIN)/yezhu serve --data demo-output/data --port $(PORT)

test: $(VENV)/test.installed
	$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest --benchmark-disable --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder

# `make test` draws the same examples every time; this does not.
fuzz: $(VENV)/test.installed
	$(BIN)/python -m tests.fuzz $(FUZZ_MINUTES)

check: $(VENV)/test.installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: $(VENV)/test.installed
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-quiet

load: $(VENV)/test.installed
	$(BIN)/python -m benchmarks.load

mutants: $(VENV)/test.installed
	$(BIN)/python -m tests.$(if $(filter verifier,$(TARGET)),verifier_mutants,mutants)

format: $(VENV)/test.installed
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) demo-output build mutants *.egg-info

# uv is quick; where it is missing or cannot reach its index, pip reads the same hashed file.
define install
	@echo "==> 按锁定文件 $(1) 安装依赖（校验哈希）"
	@$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes -r $(1) 2>$(VENV)/uv.log \
	|| { echo "==> uv 未成功，改用 pip（较慢）"; $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }
	@echo "==> 安装 yezhu"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endef

$(VENV)/created:
	@echo "==> 建立虚拟环境 $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "无法建立虚拟环境：Debian/Ubuntu 上请先安装 python3-venv"; exit 2; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-installer.txt || true
	@touch $@

$(VENV)/main.installed: $(VENV)/created requirements.txt pyproject.toml
	$(call install,requirements.txt)
	@touch $@

$(VENV)/test.installed: $(VENV)/created requirements-test.txt pyproject.toml
	$(call install,requirements-test.txt)
	@touch $@ $(VENV)/main.installed
