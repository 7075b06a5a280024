# shellcheck shell=bash
# Maven and what it builds. Needs common.sh.

# What the build and its tests take from Debian: the kernel sensor is C compiled for BPF; the wrapper
# unpacks Maven.
BUILD_PACKAGES=(clang llvm libbpf-dev bpftool curl ca-certificates unzip)
# Where the build leaves what runs: lib/*.jar and the Elasticsearch archive.
DISTRIBUTION=$LEUKO_HOME/deploy/target/leuko

# maven ARGUMENTS...: by the wrapper, whose version is pinned; by the system's Maven where the wrapper
# cannot get it.
maven() {
  # Maven's own libraries; without these options the JVM warns about them at each start.
  local -x MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
  if (cd "$LEUKO_HOME" && ./mvnw --version) >/dev/null 2>&1; then
    (cd "$LEUKO_HOME" && ./mvnw --batch-mode --no-transfer-progress "$@")
  elif have mvn; then
    say "The Maven wrapper cannot download its Maven; using $(command -v mvn)."
    (cd "$LEUKO_HOME" && mvn --batch-mode --no-transfer-progress "$@")
  else
    fail "$EXIT_ENVIRONMENT" "The Maven wrapper cannot download its Maven and there is no other; check the network, or run: sudo apt-get install --yes maven"
  fi
}

# is_built: what runs is there and no source is newer. An installed copy has no sources.
is_built() {
  [[ -d $DISTRIBUTION/lib ]] || return
  [[ -f $LEUKO_HOME/pom.xml ]] || return 0
  [[ -z $(find "$LEUKO_HOME"/pom.xml "$LEUKO_HOME"/*/pom.xml "$LEUKO_HOME"/*/src/main \
    -newer "$DISTRIBUTION/lib" -print -quit) ]]
}

# build: all modules, without their tests. One at a time; who waited finds it done.
build() {
  local lock started
  mkdir -p "$LEUKO_HOME/deploy/target"
  exec {lock}>"$LEUKO_HOME/deploy/target/build.lock"
  flock "$lock"
  if ! is_built; then
    say "Building Leukocyte (the first time takes some minutes)"
    started=$(mktemp)
    # Removed, not overwritten: a running leuko goes on reading the files it has open.
    rm -rf "${DISTRIBUTION:?}/lib"
    maven --quiet --projects deploy --also-make -DskipTests package >&2 ||
      fail "$EXIT_ENVIRONMENT" "The build failed, see above; it needs ${BUILD_PACKAGES[*]} (sudo apt-get install --yes ${BUILD_PACKAGES[*]}) and Maven Central."
    remember_starts
    touch --reference "$started" "$DISTRIBUTION/lib"
    rm -f "$started"
  fi
  exec {lock}>&-
}

# remember_starts: lets the JVM write down what a start of the roles loads, so that the next ones take
# less than half of the time: aot/collect for the collector, which has to be small, aot/server for the
# others. Without them, or where they do not fit, everything starts as ever.
remember_starts() {
  local part parts=()
  [[ -d $DISTRIBUTION/lib ]] || return 0
  rm -rf "$DISTRIBUTION/aot"
  mkdir "$DISTRIBUTION/aot"
  for part in collect server; do
    remember_start "$part" &
    parts+=($!)
  done
  wait "${parts[@]}" # and not for a dockerd that this shell has started
}

# remember_start PART: the profiles that the second compiler would leave make a start dearer than
# they save.
remember_start() {
  local part=$1 log=$DISTRIBUTION/../rehearsal-$1.log
  timeout 180 "$JAVA_HOME/bin/java" "@$DISTRIBUTION/jvm/collect" -XX:TieredStopAtLevel=1 \
    "-XX:AOTCacheOutput=$DISTRIBUTION/aot/$part" --class-path "$DISTRIBUTION/lib/*" \
    io.leukocyte.deploy.Rehearsal "$part" >"$log" 2>&1 ||
    say "The roles start no quicker than without $DISTRIBUTION/aot/$part, which could not be made: see $log."
}
