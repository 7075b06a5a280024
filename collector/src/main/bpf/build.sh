#!/bin/sh
# Compiles the kernel sensor to the folder given, or to the resources that the collector loads: the
# direct object, for kernels since 5.11, and the one that reads by helpers, for those since 5.8.
# Needs clang and llvm-strip of version 14 (Debian 12) and the headers of libbpf-dev: another
# version makes other objects of the same meaning, and the committed ones are compared byte by byte.
# What it makes depends on no path and no time.
set -eu
cd "$(dirname "$0")"
out=${1:-../resources/io/leukocyte/collector}
: "${CLANG:=clang}" "${LLVM_STRIP:=llvm-strip}"
build() {
  name=$1
  shift
  "$CLANG" -g -O2 -target bpfel -mcpu=v3 -Wall -Wextra -Werror -fdebug-prefix-map="$PWD"=. "$@" \
    -c sensor.bpf.c -o "$out/$name"
  "$LLVM_STRIP" -g "$out/$name"
}
build sensor.bpf.o
build sensor-direct.bpf.o -DDIRECT
