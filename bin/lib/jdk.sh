# shellcheck shell=bash
# The JDK: which Java release the project needs, and where it is. Needs common.sh and packages.sh.

JAVA_RELEASE=25

# find_jdk: prints the home of a JDK of that release (JAVA_HOME first, then /usr/lib/jvm, then the
# java on the PATH); false when there is none.
find_jdk() {
  local home java
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*"$JAVA_RELEASE"*; do
    is_jdk "$home" && printf '%s\n' "$home" && return
  done
  java=$(command -v java) && java=$(readlink -f "$java") || return
  home=${java%/bin/java}
  is_jdk "$home" && printf '%s\n' "$home"
}

# is_jdk HOME: by the release file, which every JDK has: starting a JVM to ask takes longer.
is_jdk() {
  [[ -x $1/bin/java && -x $1/bin/javac && -f $1/release ]] &&
    grep --quiet "^JAVA_VERSION=\"${JAVA_RELEASE}[.\"+]" "$1/release"
}

# require_jdk: like find_jdk, but without one it names the command that gets it and ends with 3.
require_jdk() {
  find_jdk || fail "$EXIT_ENVIRONMENT" "No JDK $JAVA_RELEASE in JAVA_HOME, /usr/lib/jvm or on the PATH; $(jdk_advice)"
}

jdk_advice() {
  local package
  if package=$(jdk_package); then
    printf 'run: sudo apt-get install --yes %s' "$package"
  else
    printf 'install one (Debian 13: sudo apt-get install --yes openjdk-%s-jdk-headless; Debian 12: temurin-%s-jdk, see https://adoptium.net/installation/linux), or set JAVA_HOME.' \
      "$JAVA_RELEASE" "$JAVA_RELEASE"
  fi
}

# jdk_package: prints the package that would bring it, where apt knows one.
jdk_package() {
  local package
  have apt-cache || return
  for package in "openjdk-$JAVA_RELEASE-jdk-headless" "temurin-$JAVA_RELEASE-jdk"; do
    apt-cache show "$package" >/dev/null 2>&1 && printf '%s\n' "$package" && return
  done
  return 1
}

# provide_jdk: installs it when there is none, apt knows it, and we are root.
provide_jdk() {
  local package
  find_jdk >/dev/null && return
  if is_root && package=$(jdk_package); then
    install_packages "$package"
  fi
}
