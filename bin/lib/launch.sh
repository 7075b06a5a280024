# shellcheck shell=bash
# How a leuko command becomes a JVM: the same for bin/leuko and for the images.

# launch ARGUMENT...: replaces this process. JAVA_HOME is the JDK or JRE, DISTRIBUTION the folder
# with lib and jvm.
launch() {
  local options=(
    --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow # Kafka's and Netty's libraries still use it; no warning about it
    -XX:+UseSerialGC                      # the smallest for heaps of this size
    -XX:TieredStopAtLevel=1               # commands end before the second compiler pays
    -Xshare:auto
    -Xmx512m
  )
  local cache=
  # A role's own options are a file beside the class JvmOptions; `leuko bench` reads the same.
  case ${1:-} in
    collect)
      options=("@$DISTRIBUTION/jvm/collect")
      cache=$DISTRIBUTION/aot/collect
      export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2} # else each thread that allocates has its own pool
      ;;
    up | analyze | respond | index | bench | replay | backtest)
      options=("@$DISTRIBUTION/jvm/server")
      ;;&
    up | analyze | respond | index)
      cache=$DISTRIBUTION/aot/server
      ;;
  esac
  if [[ -f $cache ]]; then
    options+=("-XX:AOTCache=$cache" "-Xlog:aot*=off") # no word when it does not fit
  fi
  # shellcheck disable=SC2086  # LEUKO_JAVA_OPTS is a list of words
  exec "$JAVA_HOME/bin/java" "${options[@]}" "-Dleuko.distribution=$DISTRIBUTION" ${LEUKO_JAVA_OPTS:-} \
    --class-path "$DISTRIBUTION/lib/*" io.leukocyte.deploy.Leuko "$@"
}
