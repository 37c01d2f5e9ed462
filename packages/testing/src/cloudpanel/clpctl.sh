#!/bin/sh
# A stand-in for CloudPanel's command line: its commands, its order of effects, its words and its traps, on a machine where nothing else of
# CloudPanel is. What it does is in docs/reference/cloudpanel-stand-in.md; what it is told to do is in the directory below.
LC_ALL=C
export LC_ALL
umask 022
emulator=/var/lib/clpctl-emulator
CLP_VERSION=2.5.4-3+clp-bookworm CLP_HTTP_PORT=80 CLP_HTTPS_PORT=443 CLP_RELOAD_DELAY=0 CLP_DELAY=0
CLP_EGRESS=open CLP_DATABASE_SERVER=running CLP_CERTIFICATE_DAYS=90
[ ! -r "$emulator/settings" ] || . "$emulator/settings"
database=/home/clp/htdocs/app/data/db.sq3
certificates=/etc/nginx/ssl-certificates
sites=/etc/nginx/sites-enabled

# Everything is said on the standard output, also what went wrong; only what Symfony says by itself goes to the error output.
say() { printf '%s\n' "$1"; }
fail() { say "$1"; exit 1; }
usage_error() { printf '\n  %s  \n\n' "$1" >&2; exit 1; }

# Whether this version is at least the given one, e.g. `at_least 2.5.0`.
at_least() { [ "$(version_number "$CLP_VERSION")" -ge "$(version_number "$1")" ]; }
version_number() (
  IFS=.
  set -- ${1%%[-+]*}
  echo $((${1:-0} * 1000000 + ${2:-0} * 1000 + ${3:-0}))
)

sql() { sqlite3 -batch -cmd '.timeout 10000' "$database" "$1"; }
# Text as SQL has it.
text() {
  case $1 in
    *\'*) printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")" ;;
    *) printf "'%s'" "$1" ;;
  esac
}

# A moment at which a test may have something happen: `effect after-user`.
effect() {
  if [ -n "${CLP_FAULT:-}" ] && [ "${CLP_FAULT%%:*}" = "$1" ]; then
    case $CLP_FAULT in *:*) strike "${CLP_FAULT#*:}" ;; *) strike kill ;; esac
  fi
  for fault in "$emulator"/faults/*; do
    [ -e "$fault" ] || return 0
    read -r fault_command fault_moment fault_kind <"$fault" || continue
    [ "$fault_moment" = "$1" ] || continue
    [ "$fault_command" = "$command" ] || [ "$fault_command" = any ] || continue
    # Only one of several callers gets it.
    mv "$fault" "$fault.taken.$$" 2>/dev/null || continue
    rm -f "$fault.taken.$$"
    strike "$fault_kind"
  done
}

strike() {
  case $1 in
    kill) kill -9 $$ ;;
    fail) fail 'Command " : /usr/bin/sudo /usr/sbin/service" failed, error message: Job for nginx.service failed.' ;;
    timeout) fail 'The process "/usr/bin/sudo /usr/sbin/useradd" exceeded the timeout of 90 seconds.' ;;
    silent) exit 1 ;;
    strange) say 'Symfony\Component\ErrorHandler\Error\FatalError: Allowed memory size exhausted'; exit 255 ;;
    hang) exec sleep 3600 ;;
    slow) sleep 2 ;;
  esac
}

reload_web_server() {
  # The original tells systemd to reload and does not wait for the new workers either.
  (
    exec </dev/null >/dev/null 2>&1 9>&-
    [ "$CLP_RELOAD_DELAY" = 0 ] || sleep "$CLP_RELOAD_DELAY"
    nginx -t && nginx -s reload
  ) &
  [ "$CLP_RELOAD_DELAY" != 0 ] || wait $!
}

matches() { printf %s "$1" | grep -Eqxz -- "$2"; }
required() {
  for required_name in "$@"; do
    eval "required_value=\$opt_$required_name"
    [ -n "$required_value" ] || fail "The \"--$required_name\" option requires a value."
  done
}
lower() { printf %s "$1" | tr A-Z a-z; }
trimmed() { printf %s "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//'; }
site_column() { sql "SELECT $2 FROM site WHERE domain_name = $(text "$1")"; }
answer_is_yes() {
  printf '%s (yes/no): ' "$1"
  read -r answer || { say ''; fail 'Aborted.'; }
  case $(lower "$answer") in y | yes) return 0 ;; *) return 1 ;; esac
}

# Names of one certificate: the one asked for, and for a registered name its www, and the other way round.
names_with_www() {
  say "$1"
  case $1 in
    www.*) say "${1#www.}" ;;
    *) if is_registered "$1"; then say "www.$1"; fi ;;
  esac
}
is_registered() { matches "$1" '[^.]+\.((co|org|com|net|ac)\.)?[^.]+'; }

violation() { say "$1"; violations=1; }
stop_at_violations() { [ -z "$violations" ] || exit 1; }

check_new_site() {
  required domainName siteUser siteUserPassword
  domain=$(trimmed "$opt_domainName")
  ! at_least 2.3.0 || domain=$(lower "$domain")
  user=$opt_siteUser
  password=$(trimmed "$opt_siteUserPassword")
  [ "$CLP_EGRESS" = open ] || fail 'cURL error 6: Could not resolve host: publicsuffix.org (see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for https://publicsuffix.org/list/public_suffix_list.dat'
  matches "$domain" '([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}' || violation 'domainName: This value is not valid.'
  [ ${#domain} -le 128 ] || violation 'domainName: This value is too long. It should have 128 characters or less.'
  [ -z "$(site_column "$domain" 1)" ] || violation 'domainName: This value already exists.'
  matches "$user" '[A-Za-z][-A-Za-z0-9_]+' || violation 'siteUser: This value is not valid.'
  [ ${#user} -ge 3 ] || violation 'siteUser: This value is too short. It should have 3 characters or more.'
  [ ${#user} -le 32 ] || violation 'siteUser: This value is too long. It should have 32 characters or less.'
  ! getent passwd -- "$user" >/dev/null || violation 'siteUser: This value already exists.'
  [ ${#password} -ge 8 ] || violation 'siteUserPassword: This value is too short. It should have 8 characters or more.'
  [ ${#password} -le 200 ] || violation 'siteUserPassword: This value is too long. It should have 200 characters or less.'
}
one_of() {
  checked=$1 checked_value=$2
  shift 2
  for allowed in "$@"; do [ "$checked_value" != "$allowed" ] || return 0; done
  violation "$checked: This value is not valid."
}
check_port() {
  required "$1"
  eval "checked_value=\$opt_$1"
  if ! matches "$checked_value" '[1-9][0-9]{0,4}' || [ "$checked_value" -gt 65535 ]; then violation "$1: This value is not valid."; fi
}

self_signed() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:$1,DNS:www.$1" -keyout "$2.key" -out "$2.crt" 2>/dev/null
}

vhost_head() {
  cat <<VHOST
  {{ssl_certificate_key}}
  {{ssl_certificate}}
  {{server_name}}
  {{root}}
  {{nginx_access_log}}
  {{nginx_error_log}}
  if (\$scheme != "https") { rewrite ^ https://\$host\$uri permanent; }
  location ~ /.well-known { auth_basic off; allow all; }
  {{settings}}
VHOST
}
assets_location() {
  cat <<'VHOST'
  location ~* ^.+\.(css|js|jpg|jpeg|gif|png|ico|gz|svg|svgz|ttf|otf|woff|woff2|eot|mp4|ogg|ogv|webm|webp|zip|swf|map|mjs)$ {
    add_header Access-Control-Allow-Origin "*";
    expires max;
    access_log off;
  }
VHOST
}
listening() { printf '  listen 80;\n  listen [::]:80;\n  listen 443 ssl;\n  listen [::]:443 ssl;\n'; }
# The template of a kind of site: {{…}} are filled in by `vhost`.
template() {
  say 'server {'
  listening
  vhost_head
  case $1 in
    static)
      say '  index index.html;'
      assets_location
      say '  if (-f $request_filename) { break; }'
      ;;
    php)
      say '  index index.php index.html;'
      say '  location ~ \.php$ { fastcgi_pass 127.0.0.1:{{php_fpm_port}}; include fastcgi_params; }'
      assets_location
      ;;
    nodejs | python) say '  location / { proxy_pass http://127.0.0.1:{{app_port}}; proxy_set_header Host $host; }' ;;
    reverse-proxy) say '  location / { proxy_pass {{reverse_proxy_url}}; proxy_set_header Host $host; }' ;;
  esac
  say '}'
}
# Fills a template in, from standard input: the vhost of $domain. A registered name gets a server that redirects its www.
vhost() {
  served="server_name $domain;"
  other=$(names_with_www "$domain" | sed -n 2p)
  if [ -n "$other" ]; then
    printf 'server {\n'
    listening
    printf '  {{ssl_certificate_key}}\n  {{ssl_certificate}}\n  server_name %s;\n  return 301 https://%s$request_uri;\n}\n' "$other" "$domain"
  fi >"$1.filling"
  cat >>"$1.filling"
  sed -e "s|{{ssl_certificate_key}}|ssl_certificate_key $certificates/$domain.key;|" \
    -e "s|{{ssl_certificate}}|ssl_certificate $certificates/$domain.crt;|" \
    -e "s|{{server_name}}|$served|" -e "s|{{root}}|root /home/$user/htdocs/$domain;|" \
    -e "s|{{nginx_access_log}}|access_log /home/$user/logs/nginx/access.log;|" \
    -e "s|{{nginx_error_log}}|error_log /home/$user/logs/nginx/error.log;|" \
    -e "s|{{app_port}}|$opt_appPort|" -e "s|{{php_fpm_port}}|${pool_port:-0}|" \
    -e "s|{{reverse_proxy_url}}|$(printf %s "$opt_reverseProxyUrl" | sed 's/[|&\\]/\\&/g')|" \
    -e '/{{[a-z_]*}}/d' \
    -e "s/listen 80;/listen 127.0.0.1:$CLP_HTTP_PORT;/; s/listen 443 ssl[^;]*;/listen 127.0.0.1:$CLP_HTTPS_PORT ssl;/; /listen \[::\]/d" \
    -e "s|https://\\\$host\\\$uri|https://\$host:$CLP_HTTPS_PORT\$uri|; s|https://$domain\\\$request_uri|https://$domain:$CLP_HTTPS_PORT\$request_uri|" \
    "$1.filling" >"$1.filled"
  rm -f "$1.filling"
  mv "$1.filled" "$1"
}

add_site() {
  kind=$1
  check_new_site
  case $kind in
    php)
      required phpVersion vhostTemplate
      at_least 2.5.3 && newest=8.5 || newest=8.4
      one_of phpVersion "$opt_phpVersion" 7.1 7.2 7.3 7.4 8.0 8.1 8.2 8.3 8.4 "$newest"
      stop_at_violations
      [ -n "$(sql "SELECT 1 FROM vhost_template WHERE name = $(text "$opt_vhostTemplate")")" ] ||
        fail "Vhost Template \"$opt_vhostTemplate\" does not exist."
      ;;
    nodejs)
      required nodejsVersion appPort
      one_of nodejsVersion "$opt_nodejsVersion" 12 14 16 18 20 22
      check_port appPort
      ;;
    python)
      required pythonVersion appPort
      check_port appPort
      ;;
    reverse-proxy)
      required reverseProxyUrl
      [ ${#opt_reverseProxyUrl} -le 128 ] || violation 'reverseProxyUrl: This value is too long. It should have 128 characters or less.'
      matches "$opt_reverseProxyUrl" 'https?://[^[:space:]]+' || violation 'reverseProxyUrl: This value is not valid.'
      ;;
  esac
  stop_at_violations
  effect after-checks
  mkdir -p "$emulator/new.$$"
  self_signed "$domain" "$emulator/new.$$/site"
  hash=$(printf %s "$password" | openssl passwd -6 -stdin)
  useradd -m -s /bin/bash -d "/home/$user" -p "$hash" -- "$user" 9>&- || fail 'Command " : /usr/bin/sudo /usr/sbin/useradd" failed, error message: useradd failed.'
  effect after-user
  home=/home/$user
  mkdir -p "$home/htdocs/$domain" "$home/logs/nginx" "$home/logs/php" "$home/tmp" "$home/backups/databases" "$home/.ssh"
  effect after-directories
  printf '%s/logs/*/*.log {\n  daily\n  rotate 7\n  missingok\n}\n' "$home" >"/etc/logrotate.d/$user"
  case $kind in static | php) printf '<h1>Hello World :-)</h1>\n' >"$home/htdocs/$domain/index.html" ;; esac
  effect after-index
  # Keys are readable by everybody there, too.
  install -m 644 "$emulator/new.$$/site.key" "$certificates/$domain.key"
  install -m 644 "$emulator/new.$$/site.crt" "$certificates/$domain.crt"
  rm -rf "$emulator/new.$$"
  effect after-certificate
  if [ "$kind" = php ]; then
    pool_port=$(sql 'SELECT coalesce(max(pool_port), 17000) + 1 FROM php_settings')
    mkdir -p "/etc/php/$opt_phpVersion/fpm/pool.d"
    printf '[%s]\nuser = %s\nlisten = 127.0.0.1:%s\n' "$domain" "$user" "$pool_port" >"/etc/php/$opt_phpVersion/fpm/pool.d/$domain.conf"
    sql "SELECT template FROM vhost_template WHERE name = $(text "$opt_vhostTemplate")" | vhost "$sites/$domain.conf"
  else
    template "$kind" | vhost "$sites/$domain.conf"
  fi
  effect after-vhost
  reload_web_server
  effect after-reload
  chown -R "$user:$user" "$home"
  chmod -R 770 "$home"
  chmod 700 "$home/.ssh"
  effect after-permissions
  sql "BEGIN IMMEDIATE;
    INSERT INTO site (type, domain_name, user, root_directory, vhost_template, app_port, reverse_proxy_url) VALUES
      ('$kind', $(text "$domain"), $(text "$user"), $(text "$domain"), $(text "$opt_vhostTemplate"), $(text "$opt_appPort"), $(text "$opt_reverseProxyUrl"));
    INSERT INTO certificate (site_id, type, default_certificate) SELECT id, 'self-signed', 1 FROM site WHERE domain_name = $(text "$domain");
    INSERT INTO php_settings (site_id, php_version, pool_port) SELECT id, $(text "$opt_phpVersion"), ${pool_port:-0} FROM site WHERE domain_name = $(text "$domain") AND type = 'php';
    COMMIT" || fail 'An exception occurred while executing a query: SQLSTATE[HY000]: General error: 5 database is locked'
  effect after-row
  say "Site $domain has been added."
}

delete_site() {
  required domainName
  domain=$opt_domainName
  id=$(site_column "$domain" id)
  if [ -z "$opt_force" ]; then
    [ -n "$id" ] || fail "Site \"$domain\" does not exist."
    answer_is_yes "Confirm to delete the site: $domain" || exit 0
  fi
  # Not a word about a site that is not there.
  [ -n "$id" ] || exit 0
  user=$(site_column "$domain" user)
  rm -f /etc/php/*/fpm/pool.d/"$domain.conf" "$sites/$domain.conf"
  effect after-vhost
  reload_web_server
  rm -f "$certificates/$domain.key" "$certificates/$domain.crt" "/etc/nginx/basic-auth/$domain"
  effect after-certificate
  pkill -KILL -u "$user" 2>/dev/null
  rm -f "/etc/cron.d/$user"
  userdel -r -- "$user" >/dev/null 2>&1 9>&-
  effect after-user
  rm -f "/etc/logrotate.d/$user"
  for name in $(sql "SELECT name FROM database WHERE site_id = $id"); do drop_database "$name"; done
  sql "DELETE FROM database_user WHERE database_id IN (SELECT id FROM database WHERE site_id = $id); DELETE FROM database WHERE site_id = $id"
  effect after-databases
  sql "DELETE FROM certificate WHERE site_id = $id; DELETE FROM php_settings WHERE site_id = $id; DELETE FROM site WHERE id = $id"
  effect after-row
  say "Site $domain has been deleted."
}

install_certificate() {
  required domainName privateKey certificate
  domain=$opt_domainName
  id=$(site_column "$domain" id)
  [ -n "$id" ] || fail "Site \"$domain\" does not exist."
  for file in "$opt_privateKey" "$opt_certificate" "$opt_certificateChain"; do
    [ -z "$file" ] || [ -f "$file" ] || fail "File \"$file\" does not exist."
  done
  key_side=$(openssl pkey -in "$opt_privateKey" -pubout 2>/dev/null) || fail 'privateKey: This value is not valid.'
  certificate_side=$(openssl x509 -in "$opt_certificate" -noout -pubkey 2>/dev/null) || fail 'certificate: This value is not valid.'
  [ "$key_side" = "$certificate_side" ] || fail 'certificate: The private key does not match the certificate.'
  install -m 644 "$opt_privateKey" "$certificates/$domain.key"
  effect after-key
  if [ -n "$opt_certificateChain" ]; then cat "$opt_certificate" "$opt_certificateChain"; else cat "$opt_certificate"; fi >"$certificates/$domain.crt"
  effect after-files
  sql "INSERT INTO certificate (site_id, type, default_certificate) VALUES ($id, 'imported', 1)"
  reload_web_server
  say 'Certificate has been installed.'
}

# Two orders each time, whatever is installed: a trial at the authority's staging, then the real one.
order_certificate() {
  required domainName
  domain=$opt_domainName
  id=$(site_column "$domain" id)
  [ -n "$id" ] || fail "DomainName \"$domain\" does not exist."
  user=$(site_column "$domain" user)
  names=$( (names_with_www "$domain"; printf %s "$opt_subjectAlternativeName" | tr ',' '\n'; say '') | sed '/^[[:space:]]*$/d; s/[[:space:]]//g' | awk '!seen[$0]++')
  root=/home/$user/htdocs/$(site_column "$domain" root_directory)
  mkdir -p "$root/.well-known/acme-challenge"
  chown -hR "$user:$user" "$root/.well-known"
  printf 'staging %s\n' "$(say "$names" | tr '\n' ' ')" >>"$emulator/orders"
  effect after-staging
  problems=
  for name in $names; do
    problem=$(awk -v name="$name" '$1 == name || $1 == "*" { type = $2; $1 = $2 = ""; sub(/^ +/, ""); print type "\t" $0; exit }' "$emulator/refusals" 2>/dev/null)
    [ -z "$problem" ] || problems="$problems${problems:+, }error type: urn:ietf:params:acme:error:${problem%%	*}, error detail: ${problem#*	}"
  done
  # Before 2.5.0 the whole of .well-known is taken away, whatever else is in it (issue 511).
  at_least 2.5.0 && rm -rf "$root/.well-known/acme-challenge" || rm -rf "$root/.well-known"
  rmdir "$root/.well-known" 2>/dev/null
  [ -z "$problems" ] || fail "$domain: Domain could not be validated, error message: $problems"
  printf 'production %s\n' "$(say "$names" | tr '\n' ' ')" >>"$emulator/orders"
  effect after-order
  place=$emulator/new.$$
  mkdir -p "$place"
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$domain" -keyout "$place/site.key" -out "$place/site.csr" 2>/dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$(say "$names" | sed 's/^/DNS:/' | paste -s -d, -)" >"$place/extensions"
  openssl x509 -req -in "$place/site.csr" -CA "$emulator/authority.crt" -CAkey "$emulator/authority.key" \
    -set_serial "0x$(openssl rand -hex 12)" -days "$CLP_CERTIFICATE_DAYS" -extfile "$place/extensions" -out "$place/site.crt" 2>/dev/null ||
    fail 'Certificate could not be installed.'
  cat "$emulator/authority.crt" >>"$place/site.crt"
  install -m 644 "$place/site.key" "$certificates/$domain.key"
  install -m 644 "$place/site.crt" "$certificates/$domain.crt"
  rm -rf "$place"
  effect after-files
  sql "UPDATE certificate SET default_certificate = 0 WHERE site_id = $id; INSERT INTO certificate (site_id, type, default_certificate) VALUES ($id, 'lets-encrypt', 1)"
  reload_web_server
  say 'Certificate installation was successful.'
}

add_database() {
  required domainName databaseName databaseUserName databaseUserPassword
  id=$(site_column "$opt_domainName" id)
  [ -n "$id" ] || fail "DomainName \"$opt_domainName\" does not exist."
  [ "$CLP_DATABASE_SERVER" != none ] || exit 1
  matches "$opt_databaseName" '[A-Za-z0-9_-]{1,64}' || violation 'databaseName: This value is not valid.'
  [ -z "$(sql "SELECT 1 FROM database WHERE name = $(text "$opt_databaseName")")" ] || violation 'databaseName: This value already exists.'
  matches "$opt_databaseUserName" '[A-Za-z0-9_-]{1,32}' || violation 'databaseUserName: This value is not valid.'
  [ -z "$(sql "SELECT 1 FROM database_user WHERE user_name = $(text "$opt_databaseUserName")")" ] || violation 'databaseUserName: This value already exists.'
  [ ${#opt_databaseUserPassword} -ge 6 ] || violation 'databaseUserPassword: This value is too short. It should have 6 characters or more.'
  stop_at_violations
  [ "$CLP_DATABASE_SERVER" != down ] || fail 'SQLSTATE[HY000] [2002] Connection refused'
  effect after-checks
  # The server's own list: what is in it and not in the panel's is an orphan.
  ! grep -Fqx "database $opt_databaseName" "$emulator/database-server" ||
    fail "SQLSTATE[HY000]: General error: 1007 Can't create database '$opt_databaseName'; database exists"
  say "database $opt_databaseName" >>"$emulator/database-server"
  effect after-database
  say "user $opt_databaseUserName $opt_databaseUserPassword" >>"$emulator/database-server"
  effect after-database-user
  sql "BEGIN IMMEDIATE;
    INSERT INTO database (site_id, database_server_id, name) VALUES ($id, 1, $(text "$opt_databaseName"));
    INSERT INTO database_user (database_id, user_name, password, permissions) SELECT id, $(text "$opt_databaseUserName"), 'encrypted', 'read-write' FROM database WHERE name = $(text "$opt_databaseName");
    COMMIT"
  effect after-row
  say "Database $opt_databaseName has been added."
}
existing_database() {
  required databaseName
  database_id=$(sql "SELECT id FROM database WHERE name = $(text "$opt_databaseName")")
  [ -n "$database_id" ] || fail "Database \"$opt_databaseName\" does not exist."
}
# Takes a database and its users off the database server.
drop_database() {
  users=$(sql "SELECT user_name FROM database_user WHERE database_id = (SELECT id FROM database WHERE name = $(text "$1"))")
  left=$(awk -v name="$1" -v users=" $(printf %s "$users" | tr '\n' ' ') " '
    $1 == "database" && $2 == name { next }
    $1 == "user" && index(users, " " $2 " ") { next }
    { print }' "$emulator/database-server")
  printf '%s' "${left:+$left
}" >"$emulator/database-server"
}
delete_database() {
  existing_database
  [ -n "$opt_force" ] || answer_is_yes "Confirm to delete the database: $opt_databaseName" || exit 0
  drop_database "$opt_databaseName"
  effect after-database
  sql "DELETE FROM database_user WHERE database_id = $database_id; DELETE FROM database WHERE id = $database_id"
  say "Database $opt_databaseName has been deleted."
}
export_database() {
  existing_database
  required file
  case $opt_file in *.gz) say "-- $opt_databaseName" | gzip -n >"$opt_file" ;; *) say "-- $opt_databaseName" >"$opt_file" ;; esac ||
    fail "File \"$opt_file\" could not be written."
}
import_database() {
  existing_database
  required file
  [ -f "$opt_file" ] || fail "File \"$opt_file\" does not exist."
}
show_master_credentials() {
  row() { printf '| %-9s | %-20s |\n' "$1" "$2"; }
  line='+-----------+----------------------+'
  say "$line"; row Name Value; say "$line"
  row Host 127.0.0.1; row 'User Name' root; row Password emulated-master; row Port 3306
  say "$line"; say ''
  say "Connect Command: mysql -h'127.0.0.1' -P'3306' -u'root' -p'emulated-master' -A"
}

add_user() {
  required userName email firstName lastName password
  [ -z "$(sql "SELECT 1 FROM user WHERE user_name = $(text "$opt_userName")")" ] || violation 'userName: This value already exists.'
  matches "$opt_email" '[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+' || violation 'email: This value is not valid.'
  [ ${#opt_password} -ge 8 ] || violation 'password: This value is too short. It should have 8 characters or more.'
  [ -z "$opt_role" ] || one_of role "$opt_role" admin site-manager user
  stop_at_violations
  sql "INSERT INTO user (user_name, email, first_name, last_name, password, role, status, sites) VALUES ($(text "$opt_userName"), $(text "$opt_email"),
    $(text "$opt_firstName"), $(text "$opt_lastName"), $(text "$opt_password"), $(text "${opt_role:-admin}"), $(text "${opt_status:-1}"), $(text "$opt_sites"))"
  effect after-row
  say "User \"$opt_userName\" has been added."
}
existing_user() {
  required userName
  [ -n "$(sql "SELECT 1 FROM user WHERE user_name = $(text "$opt_userName")")" ] || fail "User \"$opt_userName\" does not exist."
}
delete_user() {
  existing_user
  answer_is_yes "Confirm to delete the user: $opt_userName" || exit 0
  sql "DELETE FROM user WHERE user_name = $(text "$opt_userName")"
  say "User \"$opt_userName\" has been deleted."
}
table() {
  line='+----------------------------------+'
  say "$line"; printf '| %-32s |\n' "$1"; say "$line"
  while read -r entry; do printf '| %-32s |\n' "$entry"; done
  say "$line"
}
reset_password() {
  existing_user
  required password
  [ ${#opt_password} -ge 8 ] || fail 'password: This value is too short. It should have 8 characters or more.'
  sql "UPDATE user SET password = $(text "$opt_password") WHERE user_name = $(text "$opt_userName")"
  say "Password for \"$opt_userName\" has been reset."
}

existing_template() {
  required name
  [ -n "$(sql "SELECT 1 FROM vhost_template WHERE name = $(text "$opt_name")")" ] || fail "Vhost Template \"$opt_name\" does not exist."
}
add_template() {
  required name file
  [ -z "$(sql "SELECT 1 FROM vhost_template WHERE name = $(text "$opt_name")")" ] || fail 'name: This value already exists.'
  [ -f "$opt_file" ] || fail "File \"$opt_file\" does not exist."
  sql "INSERT INTO vhost_template (name, template) VALUES ($(text "$opt_name"), CAST(readfile($(text "$opt_file")) AS TEXT))"
  effect after-row
  say "Vhost Template \"$opt_name\" has been added."
}
delete_template() {
  existing_template
  answer_is_yes "Confirm to delete the vhost template: $opt_name" || exit 0
  sql "DELETE FROM vhost_template WHERE name = $(text "$opt_name")"
  say "Vhost Template \"$opt_name\" has been deleted."
}
import_templates() {
  [ "$CLP_EGRESS" = open ] || fail 'cURL error 6: Could not resolve host: github.com'
  for name in Generic WordPress; do
    sql "INSERT OR IGNORE INTO vhost_template (name, template) VALUES ('$name', $(text "$(template php)"))"
  done
}

reset_permissions() {
  required directories files path
  [ -e "$opt_path" ] || fail "Path \"$opt_path\" does not exist."
  find "$opt_path" -type d -exec chmod "$opt_directories" {} + && find "$opt_path" -type f -exec chmod "$opt_files" {} +
}

list_commands() {
  say 'CloudPanel CLI'
  say ''
  say 'Available commands:'
  if [ "$(id -u)" != 0 ]; then
    for name in db:export db:import system:permissions:reset varnish-cache:purge; do say "  $name"; done
    return
  fi
  for name in cloudflare:update:ips db:add db:delete db:export db:import db:show:master-credentials lets-encrypt:install:certificate \
    site:add:nodejs site:add:php site:add:python site:add:static site:delete system:permissions:reset user:disable:mfa user:reset:password \
    vhost-template:add vhost-template:delete vhost-template:view vhost-templates:import vhost-templates:list; do say "  $name"; done
  ! at_least 2.2.1 || say '  site:add:reverse-proxy'
  if at_least 2.3.0; then for name in site:install:certificate user:add user:delete user:list; do say "  $name"; done; fi
}

# Colours only for terminals, which no program should ask for.
[ ! -t 1 ] || printf '\033[32m'
[ -z "${NO_CALLS:-}" ] && [ -w "$emulator/calls" ] && {
  printf '%s' "$(id -u)"
  for argument in "$@"; do printf ' %s.' "$(printf %s "$argument" | od -An -v -tx1 | tr -d ' \n')"; done
  printf '\n'
} >>"$emulator/calls"

command=${1:-}
[ $# = 0 ] || shift
opt_force= opt_domainName= opt_siteUser= opt_siteUserPassword= opt_phpVersion= opt_vhostTemplate= opt_nodejsVersion= opt_pythonVersion= opt_appPort=
opt_reverseProxyUrl= opt_privateKey= opt_certificate= opt_certificateChain= opt_subjectAlternativeName= opt_databaseName= opt_databaseUserName=
opt_databaseUserPassword= opt_file= opt_userName= opt_email= opt_firstName= opt_lastName= opt_password= opt_role= opt_sites= opt_timezone= opt_status=
opt_name= opt_directories= opt_files= opt_path= violations=
if [ -z "$command" ] || [ "$command" = list ]; then list_commands; exit 0; fi
list_commands | grep -Fqx "  $command" ||
  usage_error "There are no commands defined in the \"${command%%:*}\" namespace."
while [ $# -gt 0 ]; do
  case $1 in
    --force | -f) opt_force=1 ;;
    --*=*)
      key=${1%%=*} key=${key#--}
      case $key in
        domainName | siteUser | siteUserPassword | phpVersion | vhostTemplate | nodejsVersion | pythonVersion | appPort | reverseProxyUrl | privateKey | \
          certificate | certificateChain | subjectAlternativeName | databaseName | databaseUserName | databaseUserPassword | file | userName | email | \
          firstName | lastName | password | role | sites | timezone | status | name | directories | files | path) eval "opt_$key=\${1#*=}" ;;
        *) usage_error "The \"--$key\" option does not exist." ;;
      esac
      ;;
    --*) fail "The \"$1\" option requires a value." ;;
    *) usage_error "No arguments expected for \"$command\" command, got \"$1\"." ;;
  esac
  shift
done
[ "$CLP_DELAY" = 0 ] || sleep "$CLP_DELAY"
effect before
case $command in
  site:add:*) add_site "${command#site:add:}" ;;
  site:delete) delete_site ;;
  site:install:certificate) install_certificate ;;
  lets-encrypt:install:certificate) order_certificate ;;
  db:add) add_database ;;
  db:delete) delete_database ;;
  db:export) export_database ;;
  db:import) import_database ;;
  db:show:master-credentials) show_master_credentials ;;
  user:add) add_user ;;
  user:delete) delete_user ;;
  user:list) sql 'SELECT user_name FROM user ORDER BY id' | table 'User Name' ;;
  user:reset:password) reset_password ;;
  user:disable:mfa) existing_user ;;
  vhost-template:add) add_template ;;
  vhost-template:delete) delete_template ;;
  vhost-template:view) existing_template && sql "SELECT template FROM vhost_template WHERE name = $(text "$opt_name")" ;;
  vhost-templates:import) import_templates ;;
  vhost-templates:list) sql 'SELECT name FROM vhost_template ORDER BY name' | table 'Name' ;;
  system:permissions:reset) reset_permissions ;;
  *) : ;;
esac
