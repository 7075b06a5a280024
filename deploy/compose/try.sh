#!/usr/bin/env bash
# Starts deploy/compose.yaml for real, under a project's name of its own, attacks a container and looks
# for the alert; then removes all of it. Images must be there (deploy/images/leuko/build.sh; without a
# registry deploy/images/test/build.sh before it). Kibana and what needs it are left out.
#   deploy/compose/try.sh           all roles: alert and dry-run action in Elasticsearch, a quarantine by
#                                   hand and its release, restart; about a minute on two free cores
#   deploy/compose/try.sh --short   Kafka, collector and analyzer: the alert by `leuko tail`
#   COMPOSE   the command; default is `docker compose` where it is there, else docker-compose
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/lib/common.sh
. ../../bin/lib/common.sh

usage="Usage: deploy/compose/try.sh [--short]"
short=false
case "${1:-}" in
  --short) short=true ;;
  -h | --help) printf '%s\n' "$usage" && exit ;;
  "") ;;
  *) fail "$EXIT_INPUT" "Unknown argument $1. $usage" ;;
esac

export COMPOSE_PROJECT_NAME=leuko-try-$$ LEUKO_PAGE_PORT=${LEUKO_PAGE_PORT:-17075}
# Ends soon: the second compiler would not pay.
export ELASTICSEARCH_JAVA_OPTS="-Xms512m -Xmx512m -XX:TieredStopAtLevel=1" ANALYZER_JAVA_OPTS=-Xmx384m
victim=$COMPOSE_PROJECT_NAME-web
operator=$COMPOSE_PROJECT_NAME-operator
patience=${LEUKO_TRY_PATIENCE:-300}
if [[ -n ${COMPOSE:-} ]]; then
  read -ra compose <<<"$COMPOSE"
elif docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
else
  compose=(docker-compose)
fi
have "${compose[0]}" || fail "$EXIT_ENVIRONMENT" "There is no Compose: sudo apt-get install docker-compose"
compose+=(--file "$LEUKO_HOME/deploy/compose.yaml")

main() {
  local roles=(collector analyzer responder indexer)
  ! $short || roles=(collector analyzer)
  trap remove EXIT
  step "up" await "$patience" "${compose[@]}" up --detach "${roles[@]}" # again where a busy machine took too long
  for role in "${roles[@]}"; do
    step "$role healthy" await "$patience" healthy "$role"
  done
  step "a collector's login reads no alerts" refused "leuko.alerts" tail alerts
  step "a collector's login gives no orders" refused "leuko.actions\\|leuko.commands" stop --fleet
  step "a collector's login pushes no rules" refused "leuko.config" rules push
  docker run --detach --name "$victim" --network none --label leuko.test=compose --label tier=web leuko/test-web:1 >/dev/null
  if $short; then
    step "alert by leuko tail" tailed
    step "as little as possible" confined collector analyzer
  else
    attack
    step "alert in Elasticsearch" await "$patience" found alerts "container.name:$victim AND rule.name:%22Terminal%20shell%20in%20container%22"
    step "dry-run action in Elasticsearch" await "$patience" found actions "container.name:$victim AND leukocyte.action.dry_run:true"
    step "quarantine by hand" within responder leuko quarantine "$victim" --for 5m
    step "its packet filter" isolated
    step "release by hand" within responder leuko release "$victim"
    step "as little as possible" confined collector analyzer responder indexer kafka elasticsearch
    step "the setup again changes nothing" same_keys
  fi
  printf 'well\n'
}

# step NAME COMMAND...: says how long it took; on failure what the services said.
step() {
  local name=$1 began=$EPOCHREALTIME log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    say "$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%6.1f s", b - a }')  $name"
    rm -f "$log"
  else
    tail -20 "$log" >&2
    "${compose[@]}" ps >&2 || true
    "${compose[@]}" logs --no-color --tail 30 2>&1 | grep --invert-match 'RoleCommand - .* = ' >&2 || true
    fail "$EXIT_FINDINGS" "Failed: $name"
  fi
}

remove() {
  docker rm --force "$victim" "$operator" >/dev/null 2>&1 || true
  "${compose[@]}" down --volumes --timeout 5 >/dev/null 2>&1 || say "Something of project $COMPOSE_PROJECT_NAME is left."
}

container() {
  "${compose[@]}" ps --quiet "$1"
}

healthy() {
  [[ $(docker inspect --format '{{.State.Health.Status}}' "$(container "$1")") == healthy ]]
}

within() {
  local service=$1
  shift
  docker exec "$(container "$service")" "$@"
}

# A shell with a terminal in a container.
attack() {
  docker exec --tty "$victim" bash -c true >/dev/null
}

# The alert comes on the topic, over TLS with an operator's own password. Each rule tells a container
# once a minute, so the attack begins when the tail has its place.
tailed() {
  "${compose[@]}" run --detach --name "$operator" operator \
    tail alerts --format ecs --output /tmp/alerts.ndjson --state /tmp/tail.json || return 1
  await "$patience" docker exec "$operator" test -s /tmp/tail.json || return 1
  attack
  await "$patience" docker exec "$operator" grep "\"name\":\"Terminal shell in container\".*\"name\":\"$victim\"" /tmp/alerts.ndjson
}

# refused TOPIC COMMAND...: Kafka does not let the collector's user do that, signed or not.
refused() {
  local topic=$1 said
  shift
  if said=$(within collector env LEUKO_COMMANDS_TRUST=acl timeout 60 leuko "$@" 2>&1); then
    printf '%s was not refused: %s\n' "$*" "$said"
    return 1
  fi
  printf '%s\n' "$said"
  grep --quiet "[Nn]ot authorized.*\($topic\)" <<<"$said"
}

# found STREAM QUERY: whether a document matches.
found() {
  # shellcheck disable=SC2016  # the inner shell expands it
  within elasticsearch bash -c 'printf "user = \"elastic:%s\"" "$(cat /run/leuko/password)" |
    curl --silent --fail --cacert /run/leuko/ca.crt --config - "https://localhost:9200/logs-leukocyte.$1-default/_count?q=${2// /%20}"' \
    _ "$1" "$2" | grep --quiet '"count":[1-9]'
}

isolated() {
  nsenter --target "$(docker inspect --format '{{.State.Pid}}' "$victim")" --net nft list tables | grep --quiet leuko_
}

# confined SERVICE...: a root file system that cannot be written, no capability but those named, and
# none at all for the analyzer.
confined() {
  local service format='{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Privileged}}'
  for service in "$@"; do
    [[ $(docker inspect --format "$format" "$(container "$service")") == "true [ALL] false" ]] || return 1
    if within "$service" bash -c 'touch /etc/written' 2>/dev/null; then
      return 1
    fi
  done
  [[ $(within analyzer id -u) == 7070 && $(within analyzer grep CapEff /proc/self/status) == *0000000000000000 ]]
}

same_keys() {
  local before after
  before=$(keys)
  "${compose[@]}" run --rm setup >/dev/null || return 1
  after=$(keys)
  [[ -n $before && $before == "$after" ]]
}

keys() {
  "${compose[@]}" run --rm --entrypoint bash setup -c 'find /secrets -type f -exec sha256sum {} + | sort' 2>/dev/null
}

main
