# What runs on a panel server, one word of it per call. Never is data put into this text: it comes as parameters, and as lines of the input.
# $1: mark of the lines that count, for a shell that greets may write before them. $2: seconds to wait for the lock. $3: what to do.
mark=$1 wait=$2 verb=$3
shift 3
LC_ALL=C
# An account that is not root may lack the administrator's folders.
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
umask 077
panel_database=/home/clp/htdocs/app/data/db.sq3
sites=/etc/nginx/sites-enabled
certificates=/etc/nginx/ssl-certificates
orders=/var/lib/hostelry/certificate-orders

tell() { printf '%s\n' "$*"; }
over() { tell "$mark over"; exit 0; }
lacks() { tell "lacks $1"; over; }
coded() { base64 -w 0; }

# The lock ends with whoever holds it, also with a command that has outlived its connection. Nobody but root can open the file.
take_lock() {
  [ "$(id -u)" = 0 ] || lacks root
  command -v flock >/dev/null || lacks flock
  exec 9>>/run/hostelry-clpctl.lock || lacks lock
  flock "$1" -w "$wait" 9 || { tell busy; over; }
}
panel_rows() {
  command -v sqlite3 >/dev/null || lacks sqlite3
  [ -r "$panel_database" ] || lacks records
  sqlite3 -readonly -batch -cmd '.timeout 10000' -separator ' ' "$panel_database" "$1" || { tell 'lacks records'; over; }
}
directory_entries() { [ ! -d "$1" ] || tell "$2 $(ls -A "$1" | coded)"; }

look_at_site() {
  domain=$1 user=$2
  rows=$(panel_rows "$3")
  tell "$rows"
  account=$(getent passwd -- "$user") && tell "account $(printf %s "$account" | coded)"
  [ ! -f "$sites/$domain.conf" ] || tell "vhost $(head -c 131072 "$sites/$domain.conf" | coded)"
  for pool in /etc/php/*/fpm/pool.d/"$domain.conf"; do
    [ ! -f "$pool" ] || { pool=${pool#/etc/php/}; tell "pool ${pool%%/*}"; }
  done
  # What is in a home matters only where no record says whose it is.
  if [ -n "$rows" ]; then
    [ ! -d "/home/$user" ] || tell home
    return
  fi
  directory_entries "/home/$user" home
  directory_entries "/home/$user/htdocs" htdocs
  directory_entries "/home/$user/htdocs/$domain" content
  [ ! -s "/home/$user/.ssh/authorized_keys" ] || tell keys
}
look_at_certificate() {
  panel_rows "$2"
  [ ! -f "$certificates/$1.crt" ] || tell "certificate $1 $(head -c 65536 "$certificates/$1.crt" | coded)"
}
look_at_certificates() {
  for vhost in "$sites"/*.conf; do
    [ -f "$vhost" ] || continue
    domain=${vhost##*/} domain=${domain%.conf}
    case $domain in *[!a-z0-9.-]*) ;; *) [ ! -f "$certificates/$domain.crt" ] || tell "certificate $domain $(head -c 65536 "$certificates/$domain.crt" | coded)" ;; esac
  done
}

# The whole home but for what is written all the time: content may be linked to from htdocs.
back_up() {
  user=$1 name=$2 folder=$3
  mkdir -p "$folder" || { tell 'failed backup'; over; }
  # 1: a file changed while it was read, as files of a living site do.
  tar -C /home -czf "$folder/$name.partial" --exclude="$user/logs" --exclude="$user/tmp" -- "$user" || [ $? = 1 ] || {
    rm -f "$folder/$name.partial"
    tell 'failed backup'
    over
  }
  mv "$folder/$name.partial" "$folder/$name"
  tell "backup $(printf %s "$folder/$name" | coded)"
}

# Takes away what a broken off creation has left. Everything that makes it one is looked at again, under the lock.
repair_site() {
  domain=$1 user=$2 rows=$3 folder=$4 name=$5
  [ -z "$(panel_rows "$rows")" ] || { tell 'refused records'; over; }
  account=$(getent passwd -- "$user") || account=
  if [ -n "$account" ]; then
    number=$(id -u -- "$user")
    [ "$number" -ge 1000 ] && [ "$(printf %s "$account" | cut -d: -f6)" = "/home/$user" ] || { tell 'refused account'; over; }
    [ -z "$folder" ] || [ ! -d "/home/$user" ] || back_up "$user" "$name" "$folder"
  fi
  # The vhost goes before the directories that it names, without which nginx takes no configuration at all.
  rm -f "$sites/$domain.conf" /etc/php/*/fpm/pool.d/"$domain.conf" "$certificates/$domain.crt" "$certificates/$domain.key" "/etc/nginx/basic-auth/$domain"
  { nginx -t && nginx -s reload; } >/dev/null 2>&1 9>&- || tell 'failed nginx'
  if [ -n "$account" ]; then
    rm -f "/etc/cron.d/$user" "/etc/logrotate.d/$user"
    pkill -KILL -U "$number" 2>/dev/null
    userdel -r -- "$user" >/dev/null 2>&1 9>&- || { getent passwd -- "$user" >/dev/null && tell 'failed account'; }
  fi
}

# A password for the account of a site, from the input.
set_password() {
  account=$(getent passwd -- "$1") || { tell 'refused account'; over; }
  [ "$(id -u -- "$1")" -ge 1000 ] && [ "$(printf %s "$account" | cut -d: -f6)" = "/home/$1" ] || { tell 'refused account'; over; }
  IFS= read -r secret || { tell 'failed input'; over; }
  printf '%s:%s\n' "$1" "$secret" | chpasswd >/dev/null 2>&1 9>&- || tell 'failed chpasswd'
}

# A command lives on when the connection is lost: what is broken off in its middle leaves orphans. It has a session of its own, so that nobody
# who ends ours ends it, and keeps the lock until it ends. Its output goes to files that have no name any more.
detached='
limit=$1 directory=$2 confirm=$3 account=$4
shift 4
{ [ -z "$confirm" ] || echo yes; } | timeout -k 10 "$limit" bash "$@" 3<&- 5<&- 7<&-
code=$?
if [ "$code" = 0 ] && [ -n "$account" ]; then
  IFS= read -r secret <&3
  printf "%s:%s\n" "$account" "$secret" | chpasswd >/dev/null 2>&1 9>&- || code=98
fi
rm -rf "$directory"
exit "$code"
'
# Input: `a <argument>`, `f <option> <base64 of a file>`, `y`, `p <account> <password>`, `o <domain> <now> <pause> <sha256 of what is installed>`,
# `l <domain> <user> <query>` for a look at a site after a success, and `.` at its end: half a command, out of a connection that was lost, is not run.
run_command() {
  limit=$1
  program=$(command -v clpctl) || lacks clpctl
  # Read to its end without the lock: this program may have been started before anybody knew what it is to do.
  input=$(cat)
  case $input in
    *'
.') ;;
    *) tell 'failed input'; over ;;
  esac
  take_lock -x
  directory=$(mktemp -d /run/hostelry-clpctl.XXXXXX) || { tell 'failed directory'; over; }
  confirm='' account='' secret='' order='' look=''
  set -- "$program"
  while IFS= read -r line; do
    value=${line#? }
    case $line in
      a\ *) set -- "$@" "$value" ;;
      f\ *) printf %s "${value#* }" | base64 -d >"$directory/${value%% *}" && set -- "$@" "--${value%% *}=$directory/${value%% *}" ;;
      y) confirm=yes ;;
      p\ *) account=${value%% *} secret=${value#* } ;;
      o\ *) order=$value ;;
      l\ *) look=$value ;;
    esac
  done <<END
$input
END
  if [ -n "$order" ] && ! may_order $order; then
    rm -rf "$directory"
    over
  fi
  output=$directory/output errors=$directory/errors
  exec 8>"$output" 7<"$output" 6>"$errors" 5<"$errors"
  rm -f "$output" "$errors"
  setsid -w sh -c "$detached" hostelry-clpctl "$limit" "$directory" "$confirm" "$account" "$@" >&8 2>&6 8>&- 6>&- </dev/null 3<<END
$secret
END
  code=$?
  tell "out $(head -c 262144 <&7 | coded)"
  tell "err $(head -c 16384 <&5 | coded)"
  tell "exit $code"
  # Still under the lock: nobody has changed anything since.
  if [ "$code" = 0 ] && [ -n "$look" ]; then
    user=${look#* }
    look_at_site "${look%% *}" "${user%% *}" "${user#* }"
  fi
}
# Whether a certificate may be ordered now: nobody has ordered one a moment ago, and nobody has installed another one since we looked.
may_order() {
  last=$(cat "$orders/$1" 2>/dev/null) || last=0
  case $last in '' | *[!0-9]*) last=0 ;; esac
  if [ "$2" -ge "$last" ] && [ $(($2 - last)) -lt "$3" ]; then
    tell "cooling $last"
    return 1
  fi
  installed=$(sha256sum "$certificates/$1.crt" 2>/dev/null) || installed=none
  if [ "${installed%% *}" != "$4" ]; then
    tell replaced
    return 1
  fi
  mkdir -p "$orders" && printf '%s\n' "$2" >"$orders/$1" || { tell 'failed orders'; return 1; }
}

tell "$mark begin"
case $verb in
  probe)
    tell "uid $(id -u)"
    tell "version $(dpkg-query -W -f='${Version}' cloudpanel 2>/dev/null)"
    for program in flock sqlite3 setsid timeout chpasswd nginx; do command -v "$program" >/dev/null || tell "without $program"; done
    if program=$(command -v clpctl); then tell "commands $(timeout 60 bash "$program" </dev/null 2>&1 | head -c 65536 | coded)"; fi
    ;;
  site) take_lock -s; look_at_site "$@" ;;
  rows) take_lock -s; panel_rows "$1" ;;
  certificate) take_lock -s; look_at_certificate "$@" ;;
  certificates) take_lock -s; look_at_certificates ;;
  backup) take_lock -x; back_up "$@" ;;
  repair) take_lock -x; repair_site "$@" ;;
  folder) take_lock -x; mkdir -p "$1" || tell 'failed folder' ;;
  password) take_lock -x; set_password "$1" ;;
  run) run_command "$@" ;;
esac
over
