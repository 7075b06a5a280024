#!/usr/bin/env bash
# FOR TESTS WITHOUT A REGISTRY. Makes stand-ins for the images that deploy/compose.yaml and
# deploy/images/leuko take from registries, under the same names, out of what this machine has:
#   eclipse-temurin:25-jdk                         debian:bookworm-slim and the JDK of JAVA_HOME
#   apache/kafka:VERSION                           Kafka's jars of this build, started by Kafka's own KafkaDockerWrapper
#   docker.elastic.co/elasticsearch/elasticsearch  the archive of Elasticsearch that the build has fetched
# They keep to what those images promise of users, folders, files and variables, as far as
# compose.yaml relies on it. Nothing stands in for Kibana. An image of that name that is there is left
# alone unless it is a stand-in made from other sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/lib/common.sh
. ../../../bin/lib/common.sh
# shellcheck source=bin/lib/packages.sh
. "$LEUKO_HOME/bin/lib/packages.sh"
# shellcheck source=bin/lib/jdk.sh
. "$LEUKO_HOME/bin/lib/jdk.sh"

usage="Usage: deploy/images/test/build.sh [jdk] [kafka] [elasticsearch]"
for argument in "$@"; do
  case $argument in
    -h | --help) printf '%s\n' "$usage" && exit ;;
    jdk | kafka | elasticsearch) ;;
    *) fail "$EXIT_INPUT" "Unknown argument $argument. $usage" ;;
  esac
done
wanted=" ${*:-jdk kafka elasticsearch} "

export DOCKER_BUILDKIT=0 # the classic builder needs no plugin and takes local base images as they are
distribution=${LEUKO_DISTRIBUTION:-$LEUKO_HOME/deploy/target/leuko}
label=io.leukocyte.standin

main() {
  ../base/build.sh
  JAVA_HOME=$(require_jdk) || exit
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  make eclipse-temurin:25-jdk jdk "$(cat jdk/*; "$JAVA_HOME/bin/java" --version)" gather_jdk
  make "apache/kafka:$(kafka_version)" kafka "$(cat kafka/*; ls "$distribution/lib")" gather_kafka
  make "docker.elastic.co/elasticsearch/elasticsearch:$(elasticsearch_version)" elasticsearch \
    "$(cat elasticsearch/*)" gather_elasticsearch
}

# make IMAGE FOLDER SOURCES GATHER: unless it is there, made from the same sources; the label holds
# their checksum. GATHER CONTEXT puts what the Dockerfile copies beside it.
make() {
  local image=$1 folder=$2 sum context=$work/$2 made
  [[ $wanted == *" $folder "* ]] || return 0
  sum=$(printf '%s' "$3" | sha256sum | cut -c1-32)
  if made=$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null) &&
    [[ -z $made || $made == "$sum" ]]; then
    return
  fi
  say "Making a stand-in for $image"
  cp -r "$folder" "$context"
  "$4" "$context"
  docker build --quiet --label "$label=$sum" --tag "$image" "$context" >"$work/log" 2>&1 || {
    tail -20 "$work/log" >&2
    fail "$EXIT_ENVIRONMENT" "docker build of a stand-in for $image failed, see above."
  }
  rm -rf --one-file-system "$context"
}

kafka_version() {
  local jar
  jar=$(echo "$distribution"/lib/kafka-clients-*.jar)
  jar=${jar##*/kafka-clients-}
  printf '%s' "${jar%.jar}"
}

elasticsearch_version() {
  local archive
  archive=$(echo "$distribution"/elasticsearch-*.zip)
  archive=${archive##*/elasticsearch-}
  printf '%s' "${archive%.zip}"
}

# The JDK without its sources; jlink takes the rest as it is, and Debian's links become files.
gather_jdk() {
  mkdir "$1/java"
  (cd "$JAVA_HOME" && tar --create --dereference --exclude=./lib/src.zip .) |
    tar --extract --no-same-owner --directory "$1/java"
}

gather_kafka() {
  mkdir "$1/libs"
  cp "$distribution"/lib/*.jar "$1/libs/"
  rm -f "$1"/libs/{analyzer,collector,dashboards,deploy,engine,events,responder,rules,rocksdbjni,elasticsearch-java}-[0-9]*.jar
}

gather_elasticsearch() {
  install_packages unzip
  unzip -q "$distribution"/elasticsearch-*.zip -d "$1"
  mv "$1"/elasticsearch-[0-9]* "$1/elasticsearch"
}

main
