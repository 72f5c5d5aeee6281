#!/bin/sh
# Finds Chromium for the browser tests, or installs Debian's where this user may. Never fails: the tests
# that need it are skipped with a reason where there is none.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium and Chinese fonts for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1 ||
        echo "Chromium could not be installed: the browser tests will be skipped"
else
    echo "no Chromium here: the browser tests will be skipped (on Debian: apt-get install chromium fonts-noto-cjk)"
fi
exit 0
