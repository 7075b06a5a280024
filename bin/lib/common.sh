# shellcheck shell=bash
# Words and exits shared by every script of the project.
# Exit codes are those of the leuko command: 0 fine, 1 findings, 2 bad input, 3 the environment.

EXIT_FINDINGS=1
EXIT_INPUT=2
EXIT_ENVIRONMENT=3
# The project's root folder, whatever folder the caller is in.
LEUKO_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export LEUKO_HOME EXIT_FINDINGS EXIT_INPUT EXIT_ENVIRONMENT

# say WORDS...: a line of progress; on stderr, so that a command's stdout stays its own.
say() {
  printf '%s\n' "$*" >&2
}

# fail CODE WORDS...: what failed, the cause, what to do; then the end.
fail() {
  local code=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$code"
}

is_root() {
  [[ $(id -u) -eq 0 ]]
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# await SECONDS COMMAND...: true as soon as the command is, false when the time is over.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}
