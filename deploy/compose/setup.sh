#!/bin/sh
# leuko-setup: the step of deploy/compose.yaml that makes an authority, certificates, keys and
# passwords, each in the volume of the one service that reads it, 0600 and that service's own. What is
# there is kept, but for certificates that end within 30 days or are of another authority. So it may
# run any number of times.
#   leuko-setup                   makes what is missing
#   leuko-setup password NAME     prints a password: elastic, or page-token (the operator's page)
set -eu
umask 077
root=${LEUKO_SECRETS:-/secrets}
authority=$root/authority
days=825 # the longest that browsers take
renew=$((30 * 86400))

# admin may do everything in Kafka, broker is Kafka itself; the others may what `leuko rights list` says.
kafka_users="broker admin collector analyzer responder indexer operator retry"

elasticsearch=1000:0
kafka=1000:1000
kibana=1000:0
leuko=7070:7070
host=0:0

main() {
  make_authority
  for role in kafka elasticsearch kibana responder; do
    certificate "$role"
  done
  for user in $kafka_users; do
    password "kafka-$user" >/dev/null
  done
  for user in elastic indexer kibana; do
    password "elasticsearch-$user" >/dev/null
  done
  give_kafka
  give_elasticsearch
  give_kibana
  give_role collector "$host"
  give_role analyzer "$leuko"
  give_role indexer "$leuko"
  give_role responder "$host"
  give_role operator "$leuko"
  give_order_keys analyzer "$leuko"
  give_order_keys responder "$host"
  give_order_keys operator "$leuko"
  password kafka-retry | give operator retry-password "$leuko"
  give rights ca.crt "$leuko" <"$authority/ca.crt"
  password kafka-admin | give rights kafka-password "$leuko"
  give_responder
  give dashboards ca.crt "$leuko" <"$authority/ca.crt"
  password elasticsearch-elastic | give dashboards elastic-password "$leuko"
  echo "keys and passwords are there"
}

# give VOLUME FILE OWNER: standard input becomes that file, unless it is so already.
give() {
  target=$root/$1/$2
  mkdir -p "$root/$1"
  cat >"$target.new"
  if [ -f "$target" ] && cmp -s "$target" "$target.new"; then
    rm "$target.new"
  else
    mv "$target.new" "$target"
  fi
  chmod 600 "$target"
  chown "$3" "$target"
  chmod 700 "$root/$1"
  chown "$3" "$root/$1"
}

# password NAME: made at the first time; 264 bits in letters that need no quotes anywhere.
password() {
  file=$authority/$1.password
  [ -s "$file" ] || {
    openssl rand -base64 33 | tr '+/' '-_' | tr -d '\n' >"$file.new"
    mv "$file.new" "$file"
  }
  cat "$file"
}

make_authority() {
  mkdir -p "$authority"
  [ -s "$authority/ca.crt" ] && return
  key "$authority/ca.key"
  openssl req -x509 -new -key "$authority/ca.key" -sha256 -days 3650 -subj "/O=Leukocyte/CN=Leukocyte authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -out "$authority/ca.crt.new"
  mv "$authority/ca.crt.new" "$authority/ca.crt"
}

# key FILE: a private key on the curve P-256, PKCS #8.
key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.new" 2>/dev/null
  mv "$1.new" "$1"
}

# certificate SERVICE: for its name in the network and for loopback.
certificate() {
  base=$authority/$1
  if [ -s "$base.crt" ] && openssl x509 -checkend "$renew" -noout -in "$base.crt" >/dev/null &&
    openssl verify -CAfile "$authority/ca.crt" "$base.crt" >/dev/null 2>&1; then
    return
  fi
  key "$base.key"
  openssl req -new -key "$base.key" -subj "/O=Leukocyte/CN=$1" -out "$base.csr"
  printf '%s\n' "subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1" "basicConstraints=CA:FALSE" \
    "keyUsage=critical,digitalSignature" "extendedKeyUsage=serverAuth,clientAuth" >"$base.ext"
  openssl x509 -req -in "$base.csr" -CA "$authority/ca.crt" -CAkey "$authority/ca.key" -days "$days" -sha256 \
    -set_serial "0x$(openssl rand -hex 15)" -extfile "$base.ext" -out "$base.crt.new" 2>/dev/null
  mv "$base.crt.new" "$base.crt"
  rm "$base.csr" "$base.ext"
}

give_kafka() {
  give kafka ca.crt "$kafka" <"$authority/ca.crt"
  cat "$authority/kafka.key" "$authority/kafka.crt" | give kafka broker.pem "$kafka"
  jaas="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"$(password kafka-broker)\""
  for user in $kafka_users; do
    jaas="$jaas user_$user=\"$(password "kafka-$user")\""
  done
  give kafka server.properties "$kafka" <<PROPERTIES
# Written by leuko-setup at each start.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=CLIENTS://:9092,CONTROLLER://localhost:9093
advertised.listeners=CLIENTS://kafka:9092
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
listener.security.protocol.map=CLIENTS:SASL_SSL,CONTROLLER:SASL_SSL
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config=$jaas;
listener.name.controller.plain.sasl.jaas.config=$jaas;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:admin
ssl.keystore.type=PEM
ssl.keystore.location=/mnt/shared/config/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=/mnt/shared/config/ca.crt
log.dirs=/var/lib/kafka/data/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
PROPERTIES
}

# Users of the file realm, because they are there before the node is: the indexer's has the roles
# leukocyte_installer and leukocyte_indexer of docs/elasticsearch.md, and removes what is too old.
give_elasticsearch() {
  give elasticsearch ca.crt "$elasticsearch" <"$authority/ca.crt"
  give elasticsearch http.key "$elasticsearch" <"$authority/elasticsearch.key"
  give elasticsearch http.crt "$elasticsearch" <"$authority/elasticsearch.crt"
  password elasticsearch-elastic | give elasticsearch password "$elasticsearch"
  {
    echo "leuko_indexer:$(hash elasticsearch-indexer)"
    echo "leuko_kibana:$(hash elasticsearch-kibana)"
  } | give elasticsearch users "$elasticsearch"
  printf '%s\n' "leuko_indexer:leuko_indexer" "kibana_system:leuko_kibana" | give elasticsearch users_roles "$elasticsearch"
  give elasticsearch roles.yml "$elasticsearch" <<'ROLES'
leuko_indexer:
  cluster: [monitor, manage_index_templates, manage_ilm]
  indices:
    - names: ["logs-leukocyte.*", "metrics-leukocyte.*"]
      privileges: [create_doc, auto_configure, read, view_index_metadata, manage]
    - names: ["leukocyte-incidents-*", "leukocyte-findings-*"]
      privileges: [index, delete, auto_configure, read, view_index_metadata, manage]
ROLES
}

# hash NAME: a password as the file realm keeps it, {PBKDF2}ROUNDS$SALT$HASH. The same password keeps
# its hash, so that the file stays the same.
hash() {
  file=$authority/$1.hash
  [ -s "$file" ] || {
    salt=$(openssl rand -hex 32)
    digest=$(password "$1" | derive "$salt")
    printf '{PBKDF2}10000$%s$%s' "$(bytes "$salt" | openssl base64 -A)" "$(bytes "$digest" | openssl base64 -A)" >"$file.new"
    mv "$file.new" "$file"
  }
  cat "$file"
}

# derive SALT: PBKDF2 of standard input with HMAC-SHA-512, 32 bytes, in hexadecimal digits.
derive() {
  openssl kdf -keylen 32 -kdfopt digest:SHA512 -kdfopt "pass:$(cat)" -kdfopt "hexsalt:$1" -kdfopt iter:10000 PBKDF2 |
    tr -d ':\n'
}

# bytes HEX: the bytes of hexadecimal digits.
bytes() {
  # shellcheck disable=SC2059  # the format is the bytes, as octal escapes
  printf "$(printf '%s' "$1" | sed 's/../0x& /g' | xargs printf '\\%03o')"
}

give_kibana() {
  give kibana ca.crt "$kibana" <"$authority/ca.crt"
  give kibana http.key "$kibana" <"$authority/kibana.key"
  give kibana http.crt "$kibana" <"$authority/kibana.crt"
  give kibana kibana.yml "$kibana" <<KIBANA
# Written by leuko-setup at each start.
server.name: kibana
server.host: 0.0.0.0
server.ssl.enabled: true
server.ssl.certificate: /run/leuko/http.crt
server.ssl.key: /run/leuko/http.key
elasticsearch.hosts: ["https://elasticsearch:9200"]
elasticsearch.username: leuko_kibana
elasticsearch.password: "$(password elasticsearch-kibana)"
elasticsearch.ssl.certificateAuthorities: [/run/leuko/ca.crt]
path.data: /usr/share/kibana/data
telemetry.enabled: false
xpack.encryptedSavedObjects.encryptionKey: "$(password kibana-objects)"
xpack.reporting.encryptionKey: "$(password kibana-reporting)"
xpack.security.encryptionKey: "$(password kibana-sessions)"
KIBANA
}

# give_role ROLE OWNER: what it needs for Kafka.
give_role() {
  give "$1" ca.crt "$2" <"$authority/ca.crt"
  password "kafka-$1" | give "$1" kafka-password "$2"
  if [ "$1" = indexer ]; then
    password elasticsearch-indexer | give "$1" elasticsearch-password "$2"
  fi
}

# give_order_keys ROLE OWNER: the key that orders are signed with: those to responders, and those about
# what is normal for an image to analyzers.
give_order_keys() {
  printf 'compose:%s\n' "$(password orders)" | give "$1" command-keys "$2"
}

# The page's certificate in the form that Java reads, its token and passwords.
give_responder() {
  password page-keystore | give responder page-password "$host"
  password page-token | give responder page-token "$host"
  store=$authority/page.p12
  if [ ! -s "$store" ] || [ -n "$(find "$authority/responder.crt" -newer "$store")" ]; then
    password page-keystore | openssl pkcs12 -export -inkey "$authority/responder.key" -in "$authority/responder.crt" \
      -certfile "$authority/ca.crt" -name page -passout stdin -out "$store.new"
    mv "$store.new" "$store"
  fi
  give responder page.p12 "$host" <"$store"
}

case ${1:-} in
  "") main ;;
  password)
    case ${2:-} in
      elastic) name="elasticsearch-elastic" ;;
      page-token) name="page-token" ;;
      *) echo "leuko-setup: passwords are elastic and page-token" >&2 && exit 2 ;;
    esac
    [ -s "$authority/$name.password" ] || { echo "leuko-setup: nothing is made yet: start the services first" >&2 && exit 3; }
    cat "$authority/$name.password" && echo
    ;;
  *) echo "leuko-setup: unknown argument $1; see the beginning of deploy/compose/setup.sh" >&2 && exit 2 ;;
esac
