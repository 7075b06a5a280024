#!/usr/bin/env bash
# Makes the base images that the project's Dockerfiles and tests start from, out of Debian's
# packages alone, so that no image registry is needed:
#   debian:bookworm-slim   a minimal Debian 12 without package lists, documentation and locales
#   busybox:latest, :1.35  Debian's static busybox with a link for each of its commands
# and, on top of them, leuko/test-web:1 (deploy/images/test/web).
# An image that is there already is left alone; --force makes it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/lib/common.sh
. ../../../bin/lib/common.sh
# shellcheck source=bin/lib/packages.sh
. "$LEUKO_HOME/bin/lib/packages.sh"

usage="Usage: deploy/images/base/build.sh [--force]"
force=false
case "${1:-}" in
  --force) force=true ;;
  -h | --help) printf '%s\n' "$usage" && exit ;;
  "") ;;
  *) fail "$EXIT_INPUT" "Unknown argument $1. $usage" ;;
esac

suite=bookworm
export DOCKER_BUILDKIT=0 # the classic builder needs no plugin and takes local base images as they are

main() {
  docker version >/dev/null 2>&1 || fail "$EXIT_ENVIRONMENT" \
    "Cannot reach a Docker engine: is dockerd running, and may you use its socket? Start it with: sudo systemctl start docker"
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  make debian:bookworm-slim make_debian
  make busybox:latest make_busybox
  make leuko/test-web:1 make_test_web
}

# make IMAGE COMMAND: makes it if it is missing or everything is to be made again; what it replaces
# goes, unless something uses it.
make() {
  local image=$1 old
  old=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) || old=
  [[ -z $old ]] || $force || return 0
  "$2"
  if [[ -n $old && $(docker image inspect --format '{{.Id}}' "$image") != "$old" ]]; then
    docker image rm "$old" >/dev/null 2>&1 || true
  fi
}

make_debian() {
  local root=$work/debian
  need_root debian:bookworm-slim
  install_packages debootstrap
  say "Making debian:bookworm-slim"
  debootstrap --variant=minbase "$suite" "$root" "$(host_mirror)" >"$work/debootstrap.log" 2>&1 || {
    tail -20 "$work/debootstrap.log" >&2
    fail "$EXIT_ENVIRONMENT" "debootstrap failed, see above: it needs root, a Debian mirror, and 400 MB in $work."
  }
  keep_sources "$root"
  slim "$root"
  tar --create --numeric-owner --one-file-system --directory "$root" . |
    docker import --change 'CMD ["bash"]' - debian:bookworm-slim >/dev/null
  rm -rf --one-file-system "$root"
}

# The mirror this machine takes its packages from, when it runs the same Debian; else none, and
# debootstrap takes its own default.
host_mirror() {
  have apt-get || return 0
  # shellcheck disable=SC2016  # the $(...) are apt's
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" 'Component: main' 2>/dev/null |
    head -1
}

# Updates and security fixes too, from where this machine gets them.
keep_sources() {
  local root=$1 sources=/etc/apt/sources.list.d/debian.sources
  if [[ -f $sources ]] && grep --quiet "$suite" "$sources"; then
    cp "$sources" "$root/etc/apt/sources.list.d/"
    : >"$root/etc/apt/sources.list"
  fi
}

slim() {
  local root=$1
  cat >"$root/etc/dpkg/dpkg.cfg.d/slim" <<'DPKG'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
DPKG
  cat >"$root/etc/apt/apt.conf.d/slim" <<'APT'
Acquire::Languages "none";
APT::Install-Recommends "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
APT
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages start no services in a build
  chmod 755 "$root/usr/sbin/policy-rc.d"
  find "$root/usr/share/doc" ! -type d ! -name copyright -delete
  find "$root/usr/share/doc" -type d -empty -delete
  find "$root/usr/share/info" "$root/usr/share/locale" "$root/usr/share/man" "$root/var/lib/apt/lists" \
    "$root/var/cache/apt" "$root/var/log" -mindepth 1 -delete
  : >"$root/etc/machine-id"
  rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
}

make_busybox() {
  local root=$work/busybox applet version
  install_packages busybox-static
  say "Making busybox:latest"
  mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp,usr/bin,var}
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  version=$(/bin/busybox | sed -n '1s/^BusyBox v\([0-9]*\.[0-9]*\).*/\1/p')
  tar --create --owner 0 --group 0 --directory "$root" . |
    docker import --change 'CMD ["sh"]' - busybox:latest >/dev/null
  docker tag busybox:latest "busybox:$version"
}

make_test_web() {
  say "Making leuko/test-web:1"
  docker build --quiet --tag leuko/test-web:1 "$LEUKO_HOME/deploy/images/test/web" >"$work/web.log" 2>&1 || {
    tail -20 "$work/web.log" >&2
    fail "$EXIT_ENVIRONMENT" "docker build of leuko/test-web:1 failed, see above: it takes packages from a Debian mirror over Docker's default bridge."
  }
}

need_root() {
  is_root || fail "$EXIT_ENVIRONMENT" "Making $1 needs root; run: sudo deploy/images/base/build.sh"
}

main
