# shellcheck shell=bash
# Debian packages: which are missing, and getting them. Needs common.sh.

# missing_packages PACKAGE...: prints those that are not installed, one a line.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null |
      grep --quiet --line-regexp installed || printf '%s\n' "$package"
  done
}

# install_packages PACKAGE...: installs what is missing. Needs root and apt; without them it says
# which command to run and ends with exit code 3.
install_packages() {
  local missing
  have dpkg-query || fail "$EXIT_ENVIRONMENT" \
    "Cannot install $*: this is no Debian system; install them with your package manager."
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  is_root || fail "$EXIT_ENVIRONMENT" \
    "Missing packages, and only root may install them; run: sudo apt-get install --yes ${missing[*]}"
  say "Installing ${missing[*]}"
  apt_install "${missing[@]}" || fail "$EXIT_ENVIRONMENT" \
    "apt-get could not install ${missing[*]}: see its messages above; check the network and /etc/apt, then run it again."
}

# apt_install PACKAGE...: with the lists already there if they serve, else after an update.
apt_install() {
  local options=(--yes --quiet=2 --no-install-recommends -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  if apt-get install --simulate --quiet=2 "$@" >/dev/null 2>&1 &&
    apt-get install "${options[@]}" "$@" >&2; then
    return 0
  fi
  apt-get update --quiet=2 -o DPkg::Lock::Timeout=300 >&2 || say "apt-get update had problems; trying with the lists there are."
  apt-get install "${options[@]}" "$@" >&2
}
