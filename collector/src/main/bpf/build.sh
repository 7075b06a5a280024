#!/bin/sh
# Compiles the kernel sensor to the file given, or to the resource that the collector loads.
# Needs clang and llvm-strip of version 14 (Debian 12) and the headers of libbpf-dev: another
# version makes another object of the same meaning, and the committed one is compared byte by byte.
# What it makes depends on no path and no time.
set -eu
cd "$(dirname "$0")"
out=${1:-../resources/io/leukocyte/collector/sensor.bpf.o}
: "${CLANG:=clang}" "${LLVM_STRIP:=llvm-strip}"
"$CLANG" -g -O2 -target bpfel -mcpu=v3 -Wall -Wextra -Werror -fdebug-prefix-map="$PWD"=. \
  -c sensor.bpf.c -o "$out"
"$LLVM_STRIP" -g "$out"
