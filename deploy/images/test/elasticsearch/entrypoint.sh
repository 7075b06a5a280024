#!/bin/bash
# The part of the real image's promise that deploy/compose.yaml relies on: the first password of user
# elastic comes from a file that others may not read.
set -euo pipefail
[[ ${1:-} == eswrapper ]] || exec "$@"
if [[ -n ${ELASTIC_PASSWORD_FILE:-} ]]; then
  mode=$(stat -L -c %a "$ELASTIC_PASSWORD_FILE")
  [[ $mode == 400 || $mode == 600 ]] || {
    echo "ERROR: File $ELASTIC_PASSWORD_FILE from ELASTIC_PASSWORD_FILE must have file permissions 400 or 600, but actually has: $mode" >&2
    exit 1
  }
  if [[ ! -f config/elasticsearch.keystore ]]; then
    CLI_JAVA_OPTS='-XX:TieredStopAtLevel=1' elasticsearch-keystore add -x -f bootstrap.password <"$ELASTIC_PASSWORD_FILE"
  fi
  unset ELASTIC_PASSWORD_FILE
fi
exec elasticsearch
