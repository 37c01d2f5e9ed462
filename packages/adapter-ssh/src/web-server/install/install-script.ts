/**
 * Puts a configuration in place on a node. A constant: what varies comes as positional arguments (server, its program, the
 * file to write, the server's main configuration, URL to check or nothing, what it has to answer, host name for that, then
 * the reload command) and on the standard input (the text). POSIX shell and coreutils, in GNU's form or BusyBox's.
 *
 * The last line of its output is `installed checked`, `installed unchecked`, `unchanged` or `refused STEP`; what the server
 * said is on the error output. The text is tried alone before it takes the place of one that works, and together with
 * everything else after; whatever goes wrong then, also a signal, the one before comes back. `.NAME.before` is it meanwhile:
 * one that is found at the start was left by an installer that was killed, and is put back first.
 */
export const installScript = `set -u
umask 022
export LC_ALL=C
server=$1 program=$2 file=$3 main=$4 url=$5 revision=$6 host=$7
shift 7
folder=$(dirname -- "$file") name=$(basename -- "$file")
new=$folder/.$name.new-$$ before=$folder/.$name.before absent=$folder/.$name.absent
work=$(mktemp -d) || exit 9
cleanup() { rm -rf -- "$work" "$new"; }
trap 'cleanup' EXIT
refuse() { printf 'refused %s\\n' "$1"; exit 0; }

restore() {
  if [ -f "$before" ]; then mv -f -- "$before" "$file" || exit 9
  elif [ -f "$absent" ]; then rm -f -- "$file" && rm -f -- "$absent" || exit 9
  fi
}
restore
rm -f -- "$folder/.$name.new-"*

cat > "$new" || exit 9
if [ -f "$file" ] && [ "$(sha256sum < "$file")" = "$(sha256sum < "$new")" ]; then printf 'unchanged\\n'; exit 0; fi

test_alone() {
  if [ "$server" = caddy ]; then
    # Newer ones take no on-demand certificates without somebody who is asked, which is a global option and not in the text.
    printf '{\\n\\ton_demand_tls {\\n\\t\\task http://127.0.0.1/\\n\\t}\\n}\\nimport %s\\n' "$new" > "$work/Caddyfile" || return
    HOME=$work XDG_DATA_HOME=$work "$program" validate --adapter caddyfile --config "$work/Caddyfile" >&2
    return
  fi
  {
    printf 'pid %s/pid; error_log stderr warn; events {}\\nhttp { access_log off;\\n' "$work"
    for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/%s;\\n' "$kind" "$work" "$kind"; done
    printf 'include %s;\\n}\\n' "$new"
  } > "$work/nginx.conf"
  "$program" -t -q -p "$work" -c "$work/nginx.conf" >&2
}
test_whole() {
  if [ "$server" = caddy ]; then "$program" validate --adapter caddyfile --config "$main" >&2
  else "$program" -t -q -c "$main" >&2
  fi
}
answer() {
  if command -v curl >/dev/null; then curl -s -k --max-time 2 -H "Host: $host" -- "$url"
  else wget -q -O - --header "Host: $host" "$url"
  fi
}
# A reload is under way when its command has ended; there is nothing to wait for but the answer.
check() {
  tries=0
  while [ "$tries" -lt 50 ]; do
    [ "$(answer 2>/dev/null)" != "$revision" ] || return 0
    tries=$((tries + 1))
    sleep 0.1 2>/dev/null || sleep 1
  done
  printf '%s did not answer with the new configuration\\n' "$url" >&2
  return 1
}

test_alone || refuse alone
trap 'restore; cleanup; trap - EXIT; exit 9' HUP INT TERM PIPE
if [ -f "$file" ]; then cp -p -- "$file" "$work/before" && mv -f -- "$work/before" "$before" || exit 9
else : > "$absent" || exit 9
fi
if ! { chmod 644 "$new" && sync && mv -f -- "$new" "$file"; }; then restore; exit 9; fi
if ! test_whole; then restore; refuse whole; fi
if ! "$@" >&2; then restore; "$@" >&2; refuse reload; fi
checked=unchecked
if [ -n "$url" ] && { command -v curl || command -v wget; } >/dev/null; then
  if ! check; then restore; "$@" >&2; refuse check; fi
  checked=checked
fi
trap - HUP INT TERM PIPE
rm -f -- "$before" "$absent"
printf 'installed %s\\n' "$checked"
`;
