#!/usr/bin/env bash
# Makes the images leuko/leuko, leuko/leuko-host and leuko/setup out of what the build left in
# deploy/target/leuko. A base image that this machine does not have is taken from its registry by the
# engine; deploy/images/test/build.sh makes stand-ins where no registry can be reached.
#   LEUKO_VERSION    tag of the images; default is the build's version
#   LEUKO_REVISION   the label org.opencontainers.image.revision; default is Git's commit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/lib/common.sh
. ../../../bin/lib/common.sh

usage="Usage: deploy/images/leuko/build.sh"
case "${1:-}" in
  -h | --help) printf '%s\n' "$usage" && exit ;;
  "") ;;
  *) fail "$EXIT_INPUT" "Unknown argument $1. $usage" ;;
esac

export DOCKER_BUILDKIT=0 # the classic builder needs no plugin and takes local base images as they are
distribution=${LEUKO_DISTRIBUTION:-$LEUKO_HOME/deploy/target/leuko}

main() {
  local version revision
  docker version >/dev/null 2>&1 || fail "$EXIT_ENVIRONMENT" \
    "Cannot reach a Docker engine: is dockerd running, and may you use its socket? Start it with: sudo systemctl start docker"
  version=$(version)
  revision=${LEUKO_REVISION:-$(git -C "$LEUKO_HOME" rev-parse HEAD 2>/dev/null || echo unknown)}
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  gather "$work/context"
  image setup "leuko/setup:$version" "$version" "$revision"
  image leuko-host "leuko/leuko-host:$version" "$version" "$revision"
  image leuko "leuko/leuko:$version" "$version" "$revision"
}

# The version of the build: that of its jar.
version() {
  local jar
  for jar in "$distribution"/lib/deploy-*.jar; do
    [[ -f $jar ]] || fail "$EXIT_ENVIRONMENT" "There is no build in $distribution; make it: ./mvnw package -DskipTests"
    jar=${jar##*/deploy-}
    jar=${jar%.jar}
    printf '%s' "${LEUKO_VERSION:-${jar%-SNAPSHOT}}"
    return
  done
}

# gather FOLDER: what the Dockerfile copies; libraries apart from our own jars, which change with
# each build. Elasticsearch's archive is not among it: it is never redistributed.
gather() {
  local context=$1 own=(analyzer collector dashboards deploy engine events responder rules) name
  mkdir -p "$context/third" "$context/bin" "$context/distribution/lib"
  cp Dockerfile ../../compose/setup.sh "$context/"
  cp "$distribution"/lib/*.jar "$context/third/"
  for name in "${own[@]}"; do
    mv "$context/third/$name"-[0-9]*.jar "$context/distribution/lib/"
  done
  cp -r "$distribution/jvm" ../../../bin/lib/launch.sh "$context/distribution/"
  cp leuko leuko-health "$context/bin/"
  chmod -R a+rX "$context"
  chmod 755 "$context"/bin/* "$context/setup.sh"
  # The builder's cache goes by contents and times alike: all of one time, the same files are the same.
  find "$context" -exec touch --no-dereference --date @0 {} +
}

# image TARGET NAME VERSION REVISION
image() {
  local log=$work/$1.log
  say "Making $2"
  docker build --quiet --target "$1" --build-arg "VERSION=$3" --build-arg "REVISION=$4" --tag "$2" "$work/context" \
    >"$log" 2>&1 || {
    tail -20 "$log" >&2
    fail "$EXIT_ENVIRONMENT" "docker build of $2 failed, see above: it takes eclipse-temurin:25-jdk and debian:bookworm-slim from where the engine has them, and packages from a Debian mirror over Docker's default bridge."
  }
}

main
