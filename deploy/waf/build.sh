#!/usr/bin/env bash
# Makes the image leuko/waf:1, the web application firewall that the action waf puts in front of a
# container. It is made again when its sources changed since, or with --force.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/lib/common.sh
. ../../bin/lib/common.sh

usage="Usage: deploy/waf/build.sh [--force]"
image=leuko/waf:1
label=io.leukocyte.waf.sources
sources=(Dockerfile entrypoint.sh before-crs.conf exclusions.conf after-crs.conf)
force=false
case "${1:-}" in
  --force) force=true ;;
  -h | --help) printf '%s\n' "$usage" && exit ;;
  "") ;;
  *) fail "$EXIT_INPUT" "Unknown argument $1. $usage" ;;
esac

export DOCKER_BUILDKIT=0 # the classic builder needs no plugin and takes local base images as they are

main() {
  local sum log
  docker version >/dev/null 2>&1 || fail "$EXIT_ENVIRONMENT" \
    "Cannot reach a Docker engine: is dockerd running, and may you use its socket? Start it with: sudo systemctl start docker"
  sum=$(cat "${sources[@]}" | sha256sum | cut -c1-64)
  if ! $force && [[ $(made_from) == "$sum" ]]; then
    return
  fi
  ../images/base/build.sh
  say "Making $image"
  log=$(mktemp)
  docker build --quiet --label "$label=$sum" --tag "$image" . >"$log" 2>&1 || {
    tail -20 "$log" >&2
    rm -f "$log"
    fail "$EXIT_ENVIRONMENT" "docker build of $image failed, see above: it takes packages from a Debian mirror over Docker's default bridge."
  }
  rm -f "$log"
}

# The checksum of the sources that the image was made from; empty when there is none.
made_from() {
  docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null || true
}

main
