#!/usr/bin/env bash
# Builds, tests and serves the Timing Advisor. `./build.sh` alone lists what it can do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly SITE=dist/site
readonly NPM=dist/npm
readonly WASM_TARGET=wasm32-unknown-unknown

# Bytes, compressed, that a reader waits for. Raising one is a decision, so it stands here.
readonly SITE_LIMIT=$((320 * 1024))   # gzip -9 of every file of the page, editor and engine included
readonly ENGINE_LIMIT=$((160 * 1024)) # brotli -q 11 of the engine

usage() {
  cat <<'TEXT'
usage: ./build.sh COMMAND

  build         the page into dist/site, the npm package into dist/npm
  serve         build, then serve the page on 127.0.0.1 (PORT=8080 unless taken)
  test          all tests: Rust, the built engine in Node, the page in headless Chromium
                (test --full: 200,000 generated configurations and every other long round, and the page in
                Firefox as well; some minutes)
  check         formatting, lints, documentation, types of the page
  size          what a reader downloads, and whether it stays within its limit
  bench         how fast the engine reads a large log, as ratios (bench 50: of 50 MB)
  lab           the advice held against a real etcd cluster on this machine (some minutes)
  screenshots   pictures of the page into screenshots/
TEXT
}

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# A missing tool is one sentence and exit status 1.
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# ---- what a fresh machine lacks ---------------------------------------------------------------

# Installs a Debian package, where we may. The package list of a fresh machine can be empty or old.
apt_install() {
  have apt-get && [ "$(id -u)" = 0 ] || return 1
  say "Installing $* (apt-get)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt-get update >/dev/null && apt-get install -y --no-install-recommends "$@" >/dev/null
}

need_rust() {
  have cargo || fail "cargo is missing: install Rust with rustup, from https://rustup.rs."
  have cc || apt_install gcc libc6-dev || fail "cc is missing, which Rust links with: run 'apt-get install gcc libc6-dev' as root."
}

need_wasm_target() {
  need_rust
  [ -d "$(rustc --print sysroot)/lib/rustlib/$WASM_TARGET" ] && return
  have rustup || fail "Rust's $WASM_TARGET target is missing: install Rust with rustup, from https://rustup.rs, which can add it."
  say "Adding Rust's $WASM_TARGET target"
  rustup target add "$WASM_TARGET" || fail "Rust's $WASM_TARGET target is missing: 'rustup target add $WASM_TARGET' must succeed first."
}

need_node() {
  have node || fail "node is missing: install Node 20 or later, from https://nodejs.org."
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
    fail "node is too old ($(node --version)): install Node 20 or later, from https://nodejs.org."
}

need_npm_packages() {
  need_node
  have npm || fail "npm is missing: it comes with Node from https://nodejs.org, or with 'apt-get install npm' as root."
  local installed=www/node_modules/.package-lock.json
  [ "$installed" -nt www/package-lock.json ] && return
  say "Installing the page's npm packages"
  npm ci --prefix www --no-fund --no-audit --silent || fail "The page's npm packages are missing: 'npm ci --prefix www' must succeed first."
  touch "$installed"
}

# Sets CHROME to a Chromium that the page tests can drive.
need_chromium() {
  if [ -n "${CHROME:-}" ]; then
    have "$CHROME" || fail "CHROME=$CHROME is no program: set it to the path of Chromium or Chrome."
    return
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    have "$name" && break
  done
  if ! have "$name"; then
    name=chromium
    apt_install chromium || fail "Chromium is missing, which the page tests drive: run 'apt-get install chromium' as root, or set CHROME=/path/to/chrome."
  fi
  CHROME=$(command -v "$name")
  export CHROME
}

# ---- building -------------------------------------------------------------------------------

# Paths of this machine stay out of the engine, so the same commit gives the same bytes anywhere.
# Every browser since 2023 and Node since 16.4 has SIMD; the engine counts lines with it.
engine_flags() {
  local home=${CARGO_HOME:-$HOME/.cargo} flags="--remap-path-prefix=$PWD=." registry
  flags+=$'\x1f-Ctarget-feature=+simd128'
  for registry in "$home"/registry/src/*; do
    flags+=$'\x1f'"--remap-path-prefix=$registry=crates"
  done
  printf '%s' "$flags"
}

build_engine() {
  need_wasm_target
  say "Building the engine"
  # Fetched first: the flags below name the folder that fetching makes.
  cargo fetch --quiet --locked
  CARGO_ENCODED_RUSTFLAGS=$(engine_flags) cargo build --quiet --locked --release --lib --target "$WASM_TARGET"
  cargo build --quiet --locked --package timing-advisor-bindgen
  local compiled=target/$WASM_TARGET/release/timing_advisor.wasm bindgen=target/debug/timing-advisor-bindgen
  local built=$NPM/timing_advisor_bg.wasm
  if [ ! "$built" -nt "$compiled" ] || [ ! "$built" -nt "$bindgen" ]; then
    "$bindgen" "$compiled" "$NPM"
  fi
}

build_npm() {
  need_node
  build_engine
  cp www/npm/{*.js,element.d.ts,package.json,README.md} LICENSE-MIT LICENSE-APACHE "$NPM/"
  node www/types.mjs "$NPM/timing-advisor.d.ts" "$NPM/report.schema.json"
}

build_site() {
  need_npm_packages
  say "Building the page"
  npm run --prefix www --silent build
}

# The site, the single file, and what the npm package has of them.
build_all() {
  build_npm
  build_site
  cp dist/timing-advisor.html "$NPM/"
}

# ---- commands -------------------------------------------------------------------------------

# With --full, tests that draw lots draw many more (they read TIMING_ADVISOR_FULL) and say how it went.
run_tests() {
  need_rust
  case "${1:-}" in
    '') say "Rust tests" && cargo test --quiet --locked ;;
    --full) say "Rust tests, the long rounds too" && TIMING_ADVISOR_FULL=1 cargo test --locked -- --show-output ;;
    *) fail "usage: ./build.sh test [--full]" ;;
  esac
  build_all
  say "The engine in Node"
  node --test tests/node/*.test.mjs
  need_chromium
  say "The page in $("$CHROME" --version 2>/dev/null || echo "$CHROME")"
  npm run --prefix www --silent test
  if [ "${1:-}" = --full ]; then run_firefox_tests; fi
}

# Its driver is fetched only here: eighty packages that nobody else needs.
run_firefox_tests() {
  have firefox-esr || have firefox || apt_install firefox-esr ||
    fail "Firefox is missing: run 'apt-get install firefox-esr' as root, or set FIREFOX=/path/to/firefox."
  FIREFOX=${FIREFOX:-$(command -v firefox-esr || command -v firefox)}
  export FIREFOX
  npm ci --prefix tests/firefox --no-fund --no-audit --silent || fail "The driver of Firefox is missing: 'npm ci --prefix tests/firefox' must succeed first."
  say "The page in $("$FIREFOX" --version 2>/dev/null)"
  node --test tests/firefox/firefox.spec.mjs
}

run_checks() {
  need_wasm_target
  say "Formatting"
  cargo fmt --check
  say "Lints"
  cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
  cargo clippy --quiet --locked --lib --target "$WASM_TARGET" -- --deny warnings
  say "Documentation"
  RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --locked --no-deps --lib
  need_npm_packages
  say "Types of the page"
  npm run --prefix www --silent check
}

case "${1:-}" in
  build) build_all ;;
  serve)
    build_all
    exec node www/serve.mjs "$SITE" "${PORT:-8080}"
    ;;
  test) run_tests "${2:-}" ;;
  check) run_checks ;;
  size)
    build_all
    node www/size.mjs "$SITE" "$SITE_LIMIT" "$NPM/timing_advisor_bg.wasm" "$ENGINE_LIMIT"
    ;;
  bench)
    build_all
    need_chromium
    cargo build --quiet --locked --release --target "$WASM_TARGET" --package timing-advisor-bench-automaton
    cargo build --quiet --locked --release --example check
    have rg || apt_install ripgrep || true # Without it, its row of the table says so.
    node tests/bench.mjs "${2:-200}"
    ;;
  lab)
    build_npm
    node tests/lab/lab.mjs "$NPM/timing-advisor.js" target/lab
    ;;
  screenshots)
    build_all
    need_chromium
    npm run --prefix www --silent screenshots
    ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
