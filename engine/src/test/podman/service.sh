#!/bin/sh
# A Podman service of a test's own, in a network and a mount namespace of its own: the host's
# networks, packet filter and mounts are as before. It and all that it made is gone when the standard
# input ends, so with the test however that ends.
# Usage: service.sh FOLDER
#   FOLDER/podman.sock  where it listens
#   FOLDER/pid          the service's process, which a test may end; another one takes its place
#   FOLDER/away         while this file is there, none does
set -eu
folder=$1
if [ "${2:-}" != inside ]; then
	exec unshare --net --mount --propagation private -- sh "$0" "$folder" inside
fi

# In the place of the shell: in one of its own.
here() {
	exec podman --root "$folder/root" --runroot "$folder/run" --tmpdir "$folder/tmp" \
		--network-config-dir "$folder/networks" --storage-driver vfs "$@"
}

serve() {
	while :; do
		if [ ! -e "$folder/away" ]; then
			here system service --time=0 "unix://$folder/podman.sock" &
			echo "$!" >"$folder/pid"
			wait "$!" || true
		fi
		sleep 0.1
	done
}

ip link set lo up
for shared in /run /dev/shm; do
	mount -t tmpfs -o mode=1777 tmpfs "$shared"
done
[ ! -d /var/lib/cni ] || mount -t tmpfs tmpfs /var/lib/cni
cat >"$folder/containers.conf" <<CONF
[containers]
log_driver = "k8s-file"
# What Podman gives by itself a machine may not be allowed to give.
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
events_logfile_max_size = 65536
CONF
export CONTAINERS_CONF="$folder/containers.conf"
serve </dev/null &
loop=$!
read -r _ || true
kill "$loop"
kill "$(cat "$folder/pid")" || true
(here rm --all --force --time 0) >/dev/null || true
mount=$(readlink /proc/self/ns/mnt)
for process in /proc/[0-9]*; do # what stays for a while after a program was run in a container
	if [ "${process#/proc/}" != "$$" ] && [ "$(readlink "$process/ns/mnt")" = "$mount" ]; then
		kill -9 "${process#/proc/}" || true
	fi
done 2>/dev/null
find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} + 2>/dev/null || true
