#!/bin/sh
# Makes nginx's and ModSecurity's configuration out of the environment, in /tmp, and becomes nginx.
# Each value is checked against what it may be made of before it is written: a value with a quote, a
# line end or a semicolon is an error, never configuration.
set -eu

# fail WORDS: what is wrong, and the end.
fail() {
  printf 'waf: %s\n' "$*" >&2
  exit 2
}

# number NAME VALUE
number() {
  case $2 in '' | *[!0-9]* | ??????????*) fail "$1 must be a whole number, not '$2'" ;; esac
}

# one_of NAME VALUE WORD...
one_of() {
  name=$1 value=$2
  shift 2
  for word in "$@"; do
    [ "$value" != "$word" ] || return 0
  done
  fail "$name must be one of $*, not '$value'"
}

# made_of NAME VALUE CHARACTERS: those of a bracket expression; empty is allowed.
made_of() {
  case $2 in *[!$3]*) fail "$1 has a character that it may not have; it may have $3" ;; esac
}

PORT=${PORT:-8080}
number PORT "$PORT"
backend=${BACKEND:-http://127.0.0.1:80}
backend=${backend#http://}
backend=${backend%/}
case $backend in '' | *[!A-Za-z0-9.:_\[\]-]*) fail "BACKEND must be http://HOST:PORT, not '${BACKEND:-}'" ;; esac
paranoia=${BLOCKING_PARANOIA:-${PARANOIA:-1}}
one_of PARANOIA "$paranoia" 1 2 3 4
anomaly=${ANOMALY_INBOUND:-5}
number ANOMALY_INBOUND "$anomaly"
methods=${ALLOWED_METHODS:-GET HEAD POST OPTIONS PUT PATCH DELETE}
made_of ALLOWED_METHODS "$methods" 'A-Z -'
types=${ALLOWED_REQUEST_CONTENT_TYPE:-}
made_of ALLOWED_REQUEST_CONTENT_TYPE "$types" 'a-z0-9/|+. -'
engine=${MODSEC_RULE_ENGINE:-On}
one_of MODSEC_RULE_ENGINE "$engine" On on Off off DetectionOnly
audit=${MODSEC_AUDIT_ENGINE:-RelevantOnly}
one_of MODSEC_AUDIT_ENGINE "$audit" On on Off off RelevantOnly
audit_log=${MODSEC_AUDIT_LOG:-/dev/stdout}
made_of MODSEC_AUDIT_LOG "$audit_log" 'A-Za-z0-9/._-'
audit_format=${MODSEC_AUDIT_LOG_FORMAT:-JSON}
one_of MODSEC_AUDIT_LOG_FORMAT "$audit_format" JSON Native
# No headers and no bodies: they carry cookies, tokens and passwords.
audit_parts=${MODSEC_AUDIT_LOG_PARTS:-AHZ}
made_of MODSEC_AUDIT_LOG_PARTS "$audit_parts" 'A-Z'
body_limit=${MODSEC_REQ_BODY_LIMIT:-13107200}
number MODSEC_REQ_BODY_LIMIT "$body_limit"
body_action=${MODSEC_REQ_BODY_LIMIT_ACTION:-ProcessPartial}
one_of MODSEC_REQ_BODY_LIMIT_ACTION "$body_action" Reject ProcessPartial
nofiles_limit=${MODSEC_REQ_BODY_NOFILES_LIMIT:-$body_limit}
number MODSEC_REQ_BODY_NOFILES_LIMIT "$nofiles_limit"
connections=${WORKER_CONNECTIONS:-4096}
number WORKER_CONNECTIONS "$connections"
log_level=${LOGLEVEL:-crit}
one_of LOGLEVEL "$log_level" debug info notice warn error crit alert emerg
timeout=${PROXY_TIMEOUT:-3600s}
number PROXY_TIMEOUT "${timeout%s}"
block_addresses=${BLOCK_ADDRESSES:-}
made_of BLOCK_ADDRESSES "$block_addresses" '0-9a-fA-F:./ '
block_paths=${BLOCK_PATHS:-}
made_of BLOCK_PATHS "$block_paths" 'A-Za-z0-9/._~ -'

mkdir -p /tmp/waf /tmp/waf/body /tmp/waf/proxy
cd /tmp/waf

listen6=
[ ! -e /proc/net/if_inet6 ] || listen6="listen [::]:$PORT ipv6only=on backlog=4096;"

cat >nginx.conf <<NGINX
load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;
daemon off;
pid /tmp/waf/nginx.pid;
error_log /dev/stderr $log_level;
worker_processes auto;
events {
  worker_connections $connections;
  multi_accept on;
}
http {
  access_log off;
  server_tokens off;
  client_body_temp_path /tmp/waf/body;
  proxy_temp_path /tmp/waf/proxy;
  fastcgi_temp_path /tmp/waf/body;
  uwsgi_temp_path /tmp/waf/body;
  scgi_temp_path /tmp/waf/body;
  # What the application accepts is for the application to say.
  client_max_body_size 0;
  large_client_header_buffers 8 64k;
  underscores_in_headers on;
  ignore_invalid_headers off;
  merge_slashes off;
  client_header_timeout 60s;
  client_body_timeout 300s;
  send_timeout 300s;
  keepalive_timeout 75s;
  reset_timedout_connection off;
  # A connection that is kept and that the application closes just then is tried again, which a
  # request that changes something must not be.
  upstream kept {
    server $backend max_fails=0;
    keepalive 64;
    keepalive_timeout 5s;
  }
  upstream once {
    server $backend max_fails=0;
  }
  map \$request_method \$way {
    GET kept;
    HEAD kept;
    default once;
  }
  # WebSocket alone: any other protocol that a connection changes to would pass unread.
  map \$http_upgrade \$upgrade {
    "~*^websocket\$" websocket;
    default "";
  }
  map "\$upgrade:\$way" \$upgrade_or_close {
    ":kept" "";
    ":once" close;
    default upgrade;
  }
  server {
    listen $PORT backlog=4096;
    $listen6
    modsecurity on;
    modsecurity_rules_file /tmp/waf/modsecurity.conf;
    location / {
      proxy_pass http://\$way;
      proxy_http_version 1.1;
      proxy_set_header Host \$http_host;
      proxy_set_header Connection \$upgrade_or_close;
      proxy_set_header Upgrade \$upgrade;
      proxy_set_header X-Real-IP \$remote_addr;
      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
      proxy_pass_header Server;
      proxy_pass_header Date;
      proxy_pass_header X-Accel-Redirect;
      proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary;
      proxy_buffering off;
      proxy_redirect off;
      proxy_connect_timeout 5s;
      proxy_read_timeout $timeout;
      proxy_send_timeout $timeout;
    }
  }
}
NGINX

# blocks: a rule for each address and path that is blocked altogether.
blocks() {
  id=10900
  for address in $block_addresses; do
    printf 'SecRule REMOTE_ADDR "@ipMatch %s" "id:%d,phase:1,pass,t:none,log,auditlog,msg:%s,severity:CRITICAL,setvar:tx.anomaly_score_pl1=+5000"\n' \
      "$address" "$id" "'Blocked address'"
    id=$((id + 1))
  done
  for path in $block_paths; do
    printf 'SecRule REQUEST_FILENAME "@beginsWith %s" "id:%d,phase:1,pass,t:none,t:urlDecodeUni,t:normalizePath,log,auditlog,msg:%s,severity:CRITICAL,setvar:tx.anomaly_score_pl1=+5000"\n' \
      "$path" "$id" "'Blocked path'"
    id=$((id + 1))
  done
}

types_action=
[ -z "$types" ] || types_action=",setvar:'tx.allowed_request_content_type=$types'"

{
  cat <<MODSEC
SecRuleEngine $engine
SecRequestBodyAccess On
SecRequestBodyLimit $body_limit
SecRequestBodyNoFilesLimit $nofiles_limit
SecRequestBodyLimitAction $body_action
SecResponseBodyAccess Off
SecTmpDir /tmp/waf/
SecDataDir /tmp/waf/
SecAuditEngine $audit
SecAuditLogType Serial
SecAuditLog $audit_log
SecAuditLogFormat $audit_format
SecAuditLogParts $audit_parts
Include /etc/waf/before-crs.conf
SecAction "id:10001,phase:1,pass,t:none,nolog,setvar:tx.paranoia_level=$paranoia,setvar:tx.inbound_anomaly_score_threshold=$anomaly,setvar:'tx.allowed_methods=$methods'$types_action"
Include /usr/share/modsecurity-crs/rules/REQUEST-901-INITIALIZATION.conf
Include /etc/waf/exclusions.conf
MODSEC
  blocks
  for part in 905-COMMON-EXCEPTIONS 911-METHOD-ENFORCEMENT 913-SCANNER-DETECTION \
    920-PROTOCOL-ENFORCEMENT 921-PROTOCOL-ATTACK 922-MULTIPART-ATTACK \
    930-APPLICATION-ATTACK-LFI 931-APPLICATION-ATTACK-RFI 932-APPLICATION-ATTACK-RCE \
    933-APPLICATION-ATTACK-PHP 934-APPLICATION-ATTACK-NODEJS 941-APPLICATION-ATTACK-XSS \
    942-APPLICATION-ATTACK-SQLI 943-APPLICATION-ATTACK-SESSION-FIXATION \
    944-APPLICATION-ATTACK-JAVA; do
    printf 'Include /usr/share/modsecurity-crs/rules/REQUEST-%s.conf\n' "$part"
  done
  printf 'Include /etc/waf/after-crs.conf\n'
  printf 'Include /usr/share/modsecurity-crs/rules/REQUEST-949-BLOCKING-EVALUATION.conf\n'
} >modsecurity.conf

exec nginx -c /tmp/waf/nginx.conf -e /dev/stderr
