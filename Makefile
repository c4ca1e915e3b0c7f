# Everything from a fresh clone with Python ≥ 3.11 with venv, make and git; Node comes as a wheel.
# Stamp files say what is up to date, so that a second run starts at once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/sh

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_update_notifier := false
export PATH := $(CURDIR)/.venv/bin:$(PATH)

UV_VERSION := 0.13.9
BENCH_ARGS ?= --quick
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --python-version 3.11

FRONTEND := $(wildcard frontend/package.json)
FRONTEND_SOURCES := $(shell find frontend/src frontend/public frontend/*.html frontend/vite.config.ts frontend/tsconfig.json 2>/dev/null | sed 's/ /\\ /g')
SPA := $(if $(FRONTEND),frontend/dist/.stamp)
NODE_MODULES := $(if $(FRONTEND),frontend/node_modules/.stamp)

# A checkout that was moved has a .venv with the old path inside.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
MOVED := moved
endif

.PHONY: help run dev test check e2e bench lock api moved

help:
	@echo "make run    安装、构建并启动全部 / install, build and start everything (LOANBROKER_PORT, LOANBROKER_DATA_DIR)"
	@echo "make dev    同上，改动后自动重载 / the same, reloading on changes"
	@echo "make check  静态检查 / lint, format, types, import contracts"
	@echo "make test   全部检查与测试 / every check and test"
	@echo "make e2e    浏览器测试 / browser tests"
	@echo "make bench  性能测量 / measurements (BENCH_ARGS=--quick)"
	@echo "make api    重新生成 openapi/ 与前端类型 / regenerate openapi/ and the client's types"
	@echo "make lock   重新锁定依赖 / lock dependencies again"

# --with-parent: a killed make takes the run along.
run: .venv/.stamp $(SPA)
	@exec .venv/bin/loanbroker up --with-parent

dev: .venv/.stamp $(NODE_MODULES)
	@exec .venv/bin/loanbroker up --reload --with-parent

check: .venv/.stamp $(NODE_MODULES)
	@exec sh scripts/test.sh check

test: .venv/.stamp $(SPA)
	@exec sh scripts/test.sh check tests browser

e2e: .venv/.stamp $(SPA)
	@exec sh scripts/test.sh browser

bench: .venv/.stamp .venv/.bench $(SPA)
	@set -e; for file in bench/[!_]*.py; do echo "==> $$file $(BENCH_ARGS)"; .venv/bin/python "$$file" $(BENCH_ARGS); done

api: .venv/.stamp $(NODE_MODULES)
	.venv/bin/loanbroker export-api
	cd frontend && npm run generate

# The other locks take their versions from the full one.
lock: .venv/.stamp
	$(LOCK) pyproject.toml --group dev -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock -o requirements.production.lock
	$(LOCK) --group bench -c requirements.lock -o requirements.bench.lock
	$(if $(FRONTEND),cd frontend && npm install --package-lock-only)

.venv/.stamp: requirements.lock pyproject.toml scripts/venv.sh $(MOVED)
	@sh scripts/venv.sh $(UV_VERSION)

# What the measurements are held against; only they need it.
.venv/.bench: requirements.bench.lock .venv/.stamp
	@uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.bench.lock
	@touch $@

frontend/node_modules/.stamp: frontend/package-lock.json frontend/.npmrc | .venv/.stamp
	@echo "==> 正在安装前端依赖 / Installing the front end's packages (npm ci)"
	@cd frontend && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

frontend/dist/.stamp: frontend/node_modules/.stamp $(FRONTEND_SOURCES)
	@echo "==> 正在构建前端 / Building the SPA"
	@cd frontend && npm run --silent build
	@touch $@
