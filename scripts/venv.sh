#!/bin/sh
# Makes .venv from requirements.lock. Argument: uv's version.
set -eu

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# A .venv that was moved, or whose Python was removed or is too old, is made anew.
if [ -d .venv ] && { [ "$(cat .venv/.place 2>/dev/null)" != "$PWD" ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; then
    echo "==> .venv 已失效，重新创建 / .venv does not fit this place; making it anew"
    rm -rf .venv
fi

if [ ! -d .venv ]; then
    python=
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
        if usable "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "需要带 venv 的 Python 3.11 或更新版本（Debian/Ubuntu：apt-get install python3 python3-venv），或用 PYTHON=… 指定。" >&2
        echo "Python 3.11 or later with venv is needed (Debian/Ubuntu: apt-get install python3 python3-venv); PYTHON=… names another one." >&2
        exit 1
    fi
    echo "==> 正在创建 .venv / Making .venv with $("$python" --version)"
    "$python" -m venv .venv
    printf '%s' "$PWD" >.venv/.place
fi

.venv/bin/python -m uv --version 2>/dev/null | grep -q "^uv $1" || .venv/bin/python -m pip install --quiet "uv==$1"
echo "==> 正在安装 $(grep -c '^[a-z0-9].*==' requirements.lock) 个锁定的 Python 包 / Installing the locked packages"
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
touch .venv/.stamp
