#!/usr/bin/env bash
# Sets a Debian machine up to build and test for Windows and to type-check for macOS, from Debian's
# packages alone. Root; once (later calls find everything in place); about 3 minutes and 2 GB.
#
#   cross-setup.sh FOLDER     FOLDER receives the few tools that Debian has no package for
set -euo pipefail

tools=${1:?"say where the tools go, for example /opt/cross"}
[ "$(id -u)" = 0 ] || { echo "cross-setup.sh: root is needed for apt-get; try sudo" >&2; exit 1; }

packages=(rustc-web cargo-web rust-web-src rust-web-clippy gcc-mingw-w64-x86-64-win32 wine wine64)
if ! dpkg --status "${packages[@]}" >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq -y --no-install-recommends install "${packages[@]}" >/dev/null
fi

version=$(/usr/bin/rustc --version | cut -d' ' -f2)
[ -f "/usr/src/rustc-$version/library/Cargo.lock" ] ||
  { echo "cross-setup.sh: rustc-web and rust-web-src differ in version; upgrade both" >&2; exit 1; }

# Debian ships the standard library for its own architecture only. We compile it for $1 from
# rust-web-src ($2 is `build` for a target we link, `check` for one we only type-check) and lay it
# beside Debian's own, where its rustc finds it.
standard_library() {
  local target=$1 verb=$2 suffix=rlib
  local stamp=/usr/lib/rustlib/$target/.keyfold-$version-$verb
  [ "$verb" = check ] && suffix=rmeta
  [ -e "$stamp" ] && return
  local work
  work=$(mktemp -d)
  mkdir "$work/src"
  echo '#![no_std]' >"$work/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n' >"$work/Cargo.toml"
  (
    cd "$work"
    unset RUSTFLAGS CARGO RUSTC RUSTUP_TOOLCHAIN
    PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$work/target \
      /usr/bin/cargo "$verb" --quiet --release --target "$target" \
      -Zbuild-std=std,panic_abort,panic_unwind,test
  )
  rm -rf "/usr/lib/rustlib/$target"
  mkdir -p "/usr/lib/rustlib/$target/lib"
  find "$work/target/$target/release/deps" -name "lib*.$suffix" ! -name 'libempty*' \
    -exec cp {} "/usr/lib/rustlib/$target/lib/" \;
  touch "$stamp"
  rm -rf "$work"
}
standard_library x86_64-pc-windows-gnu build
standard_library aarch64-apple-darwin check

mkdir -p "$tools/dlls"

# Rust's standard library takes its randomness from a DLL that Debian 12's Wine 8 does not have.
cat >"$tools/bcryptprimitives.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
    const ULONG most = 1u << 28;
    while (length > 0) {
        ULONG part = length < most ? (ULONG)length : most;
        if (!RtlGenRandom(bytes, part)) return FALSE;
        bytes += part;
        length -= part;
    }
    return TRUE;
}
C
x86_64-w64-mingw32-gcc -O2 -s -shared \
  -o "$tools/dlls/bcryptprimitives.dll" "$tools/bcryptprimitives.c" -ladvapi32

# A C compiler for a target whose headers we don't have: nothing is linked, so empty objects do.
cat >"$tools/fakecc" <<'S'
#!/bin/sh
case " $* " in
*" -E "*) exec cc "$@" ;;
*" -? "*) exit 1 ;;
esac
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then : >"$2"; exit 0; fi
  shift
done
S

# How cargo runs a Windows program: Wine, with the DLL above and the build's own on its path.
cat >"$tools/wine-run" <<'S'
#!/bin/sh
deps=$(dirname "$1")
WINEDEBUG=-all WINEPATH="Z:$(dirname "$0")/dlls;Z:$deps;Z:$(dirname "$deps")"
export WINEDEBUG WINEPATH
exec /usr/lib/wine/wine64 "$@"
S
chmod +x "$tools/fakecc" "$tools/wine-run"
