#!/bin/sh
# Sees to a chromium and a Chinese font; installs them through apt where we are root and they are not there.
set -eu

chromium_there() {
    [ -n "${LOANBROKER_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

font_there() {
    find /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts" "${HOME:-/nonexistent}/.local/share/fonts" -type f \
        \( -iname '*cjk*' -o -iname '*wqy*' -o -iname '*sourcehan*' -o -iname '*notosanssc*' -o -iname '*droidsansfallback*' \) 2>/dev/null | grep -q .
}

missing=
chromium_there || missing=chromium
font_there || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "浏览器测试缺少：$missing（Debian：apt-get install $missing；LOANBROKER_CHROMIUM 可指定浏览器）" >&2
    echo "The browser tests need: $missing (Debian: apt-get install $missing; LOANBROKER_CHROMIUM names another browser)" >&2
    exit 1
fi
echo "正在安装 / Installing $missing"
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
