# shellcheck shell=bash
# The Docker engine: is there one, and starting one. Needs common.sh.

# The process of the dockerd that start_engine started, else empty.
ENGINE_PID=

engine_answers() {
  docker version >/dev/null 2>&1
}

# start_engine LOGFILE: starts dockerd in a session of its own, so that it outlives this shell and its
# Ctrl-C, and waits until it answers. Sets ENGINE_PID. When that cannot be done it says why: false.
start_engine() {
  local log=$1
  if ! is_root || ! have dockerd; then
    say "No Docker engine answers, and $(is_root && echo 'there is no dockerd' || echo 'only root may start one'); run: sudo apt-get install --yes docker.io && sudo systemctl start docker"
    return 1
  fi
  forget_dead docker.pid dockerd
  forget_dead docker/containerd/containerd.pid containerd
  mkdir -p "$(dirname "$log")"
  setsid dockerd >>"$log" 2>&1 </dev/null &
  ENGINE_PID=$!
  await 60 engine_or_end || true
  if ! engine_answers; then
    stop_engine
    say "dockerd does not run; its last words in $log: $(tail -3 "$log")"
    return 1
  fi
}

engine_or_end() {
  engine_answers || ! kill -0 "$ENGINE_PID" 2>/dev/null
}

# forget_dead PIDFILE NAME: after a crash the number in it may belong to another process by now, and
# dockerd would believe that one to be its own.
forget_dead() {
  local file=/var/run/$1 pid
  [[ -f $file ]] || return 0
  pid=$(<"$file")
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] || rm -f "$file"
}

# stop_engine: ends the dockerd that start_engine started, and no other.
stop_engine() {
  [[ -n $ENGINE_PID ]] || return 0
  kill "$ENGINE_PID" 2>/dev/null || true
  wait "$ENGINE_PID" 2>/dev/null || true
  ENGINE_PID=
}
