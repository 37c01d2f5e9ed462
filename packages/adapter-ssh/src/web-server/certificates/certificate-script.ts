/**
 * Lays certificates out on a node. A constant: what varies comes as positional arguments (what to do, the edge root, nginx's program and its main
 * configuration, where it speaks TLS, the group that may read keys or nothing, then the reload command) and on the standard input:
 * id, number, digest, the second at which it begins to be valid, its names, and the PEM texts, chain first. POSIX shell, awk, flock,
 * openssl and coreutils, in GNU's form or BusyBox's.
 *
 * Below `certificates/`: `held/ID/VERSION/` has the files of one certificate, `held/ID/current` leads to one of them; `names/NAME` leads to
 * the `current` that visitors of a name get, and nginx reads it at each handshake; `index` has a line for each name of each certificate;
 * `wildcards.map` tells nginx which names a wildcard answers for, and is the one thing that it has to be reloaded for.
 *
 * All of it happens under a lock that dies with its holder. `held/ID/unproven` is there from before the first visible change until
 * visitors have been seen to get the certificate: what was left by one that was killed is done again by the next call. The
 * last line of the output is `absent`, `seen N DIGEST NAMES`, `unchanged …`, `changed …`, or `refused STEP …`.
 */
export const certificateScript = `set -uf
umask 022
export LC_ALL=C
verb=$1 base=$2/certificates program=$3 main=$4 place=$5 group=$6
shift 6
held=$base/held index=$base/index map=$base/wildcards.map
work=
stop() { [ -z "$work" ] || rm -rf -- "$work"; exit "$1"; }
read -r id && read -r number && read -r digest && read -r begins && read -r names || exit 9
[ -d "$held" ] || [ "$verb" = deliver ] || { cat >/dev/null; if [ "$verb" = observe ]; then echo absent; else echo unchanged; fi; exit 0; }
for needed in awk flock openssl; do
  command -v "$needed" >/dev/null || { echo "$needed is not on this node" >&2; exit 9; }
done
mkdir -p "$held" "$base/names" || exit 9
exec 9>"$base/.lock" || exit 9
flock 9 || exit 9
# What one that was killed has left: there may be a key in it.
set +f
rm -rf -- "$base"/.work-*
set -f
work=$(mktemp -d "$base/.work-XXXXXX") || exit 9
trap 'stop 9' HUP INT TERM PIPE
[ -f "$index" ] || : >"$index" || stop 9

# --- what is there

version_of() { version=$(readlink "$held/$1/current") && [ -n "$version" ]; }
sum_of() { cat -- "$1/chain.pem" "$1/key.pem" "$1/facts" 2>/dev/null | sha256sum; }
is_whole() { [ -f "$1/facts" ] && [ "$(sum_of "$1")" = "$(cat "$1/sum" 2>/dev/null)" ]; }
# Number, digest and names of what is there and whole.
facts_of() {
  version_of "$1" && is_whole "$held/$1/$version" &&
    { read -r had_number && read -r had_digest && read -r had_names; } <"$held/$1/$version/facts"
}
file_of() { case $1 in '*'*) echo "_wildcard\${1#?}" ;; *) echo "$1" ;; esac }
# Of two for one name, the one that begins to be valid later.
holder_of() { awk -v name="$1" '$1 == name && (best == "" || $3 > begins) { best = $2; begins = $3 } END { print best }' "$index"; }
# What visitors of a name ought to get: its digest, or "none".
wanted_for() {
  holder=$(holder_of "$1")
  case $1 in '*'*) ;; *.*) [ -n "$holder" ] || holder=$(holder_of "*.\${1#*.}") ;; esac
  if [ -n "$holder" ] && version_of "$holder"; then sed -n 2p "$held/$holder/$version/facts"; else echo none; fi
}
shown_for() {
  case $1 in '*'*) asked=hostelry-check\${1#?} ;; *) asked=$1 ;; esac
  fingerprint=$(openssl s_client -connect "$place" -servername "$asked" </dev/null 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256 2>/dev/null | sed 's/.*=//; s/://g' | tr A-F a-f)
  echo "\${fingerprint:-none}"
}
# Visitors get what they ought to, of all these names. nginx reloads after its command has ended: asking is the only way to know.
# While it reloads, old workers still take connections beside new ones: one right answer may be followed by a wrong one, so it is asked in rounds.
prove() {
  tries=0 round=0
  while [ "$round" -lt "$rounds" ]; do
    [ "$round" = 0 ] || sleep 0.1 2>/dev/null || sleep 1
    for name in "$@"; do
      until wanted=$(wanted_for "$name") && shown=$(shown_for "$name") && [ "$wanted" = "$shown" ]; do
        tries=$((tries + 1))
        [ "$tries" -le "$patience" ] && [ -z "$interrupted" ] || return 1
        sleep 0.1 2>/dev/null || sleep 1
      done
    done
    round=$((round + 1))
  done
}
patience=5 rounds=1

# --- changing it

# From the first change on, a signal is a reason to put everything back: whoever is at work looks at it.
interrupted=
begin() { : >"$held/$id/unproven" && trap 'interrupted=yes' HUP INT TERM PIPE; }
end_refused() { [ -z "$interrupted" ] || stop 9; echo "refused $1"; }

# Each link takes its place in one rename.
put_link() { ln -s "$1" "$work/link" && mv -fT "$work/link" "$2"; }
point_names() {
  for name in "$@"; do
    holder=$(holder_of "$name")
    [ -z "$holder" ] || put_link "../held/$holder/current" "$base/names/$(file_of "$name")" || return 1
  done
}
drop_names() {
  for name in "$@"; do
    [ -n "$(holder_of "$name")" ] || rm -f -- "$base/names/$(file_of "$name")" || return 1
  done
}
put_index() {
  awk -v id="$id" '$2 != id' "$index" >"$work/index" || return 1
  for name in "$@"; do printf '%s %s %s\\n' "$name" "$id" "$begins" >>"$work/index" || return 1; done
  mv -f "$work/index" "$index"
}
# A name of its own stands before the wildcard that covers it.
make_map() {
  awk '{ names[$1] = 1 }
    function literal(name) { gsub(/[.]/, "\\\\.", name); return name }
    END {
      for (name in names) {
        parent = name; sub(/^[^.]*/, "*", parent)
        if (name !~ /^[*]/ && (parent in names)) printf "1 \\"~^%s$\\" %s;\\n", literal(name), name
        if (name ~ /^[*]/) printf "2 \\"~^[^.]+%s$\\" _wildcard%s;\\n", literal(substr(name, 2)), substr(name, 2)
      }
    }' "$index" | sort | cut -c 3- >"$work/map"
}
put_map() {
  make_map || return 1
  if [ -f "$map" ] && cmp -s "$work/map" "$map"; then return 0; fi
  [ -f "$map" ] || [ -s "$work/map" ] || return 0
  mv -f "$work/map" "$map"
}
# \`loaded\` is the map that nginx was last told of, so that what was left by one that was killed is told, and what was put back is not.
loaded=$base/.loaded.map
tell_nginx() {
  [ -f "$map" ] || return 0
  [ -f "$loaded" ] || : >"$loaded" || return 1
  if cmp -s "$map" "$loaded"; then return 0; fi
  patience=100 rounds=3
  step=whole
  "$program" -t -q -c "$main" >&2 || return 1
  step=reload
  "$@" >&2 && cp "$map" "$work/loaded" && mv -f "$work/loaded" "$loaded"
}

observe() {
  if [ ! -f "$held/$id/unproven" ] && facts_of "$id"; then printf 'seen %s %s %s\\n' "$had_number" "$had_digest" "$had_names"
  else echo absent
  fi
}

deliver() {
  if [ ! -f "$held/$id/unproven" ] && facts_of "$id"; then
    if [ "$had_number" -gt "$number" ] || { [ "$had_number" -eq "$number" ] && [ "$had_digest" = "$digest" ]; }; then
      printf 'unchanged %s %s %s\\n' "$had_number" "$had_digest" "$had_names"
      return
    fi
  fi
  (umask 077 && awk -v to="$work" '/BEGIN PRIVATE KEY/ { key = 1 } { print > (to "/" (key ? "key.pem" : "chain.pem")) }') || stop 9
  printf '%s\\n%s\\n%s\\n' "$number" "$digest" "$names" >"$work/facts" && chmod 644 "$work/chain.pem" || stop 9
  [ -z "$group" ] || { chgrp -- "$group" "$work/key.pem" && chmod 640 "$work/key.pem"; } || stop 9
  sum_of "$work" >"$work/sum" || stop 9
  before=
  ! version_of "$id" || before=$version
  new=$number-$(printf %.12s "$digest")-$$
  mkdir -p "$held/$id/$new" && cp "$index" "$work/index-before" || stop 9
  for part in chain.pem key.pem facts sum; do mv "$work/$part" "$held/$id/$new/$part" || stop 9; done
  # A \`sync\` too old for paths ignores them and flushes everything.
  sync "$held/$id/$new/chain.pem" "$held/$id/$new/key.pem" "$held/$id/$new/facts" "$held/$id/$new/sum" "$held/$id/$new"
  begin || stop 9
  if ! { put_link "$new" "$held/$id/current" && put_index $names && point_names $names && put_map; }; then undo "$@"; stop 9; fi
  if ! tell_nginx "$@"; then undo "$@"; end_refused "$step"; return; fi
  if ! prove $names; then undo "$@"; end_refused "check $shown"; return; fi
  sync "$index" "$held/$id" "$base/names" "$base"
  forget_others "$new"
  rm -f -- "$held/$id/unproven"
  printf 'changed %s %s %s\\n' "$number" "$digest" "$names"
}
# The one before comes back, or none.
undo() {
  mv -f "$work/index-before" "$index"
  if [ -n "$before" ]; then put_link "$before" "$held/$id/current"; fi
  point_names $names && drop_names $names
  put_map && tell_nginx "$@"
  if [ -n "$before" ]; then
    rm -rf -- "$held/$id/$new"
    rm -f -- "$held/$id/unproven"
  else
    rm -rf -- "$held/$id"
  fi
}
forget_others() {
  set +f
  for other in "$held/$id"/[0-9]*; do [ "\${other##*/}" = "$1" ] || rm -rf -- "$other"; done
  set -f
}

# Nobody is refused on the way who is not refused in the end: what is to be shown instead is shown first.
remove() {
  if [ ! -d "$held/$id" ]; then echo unchanged; return; fi
  names=$(awk -v id="$id" '$2 == id { print $1 }' "$index")
  cp "$index" "$work/index-before" || stop 9
  begin || stop 9
  if ! { put_index && point_names $names && put_map; }; then undo_removal "$@"; stop 9; fi
  if ! tell_nginx "$@"; then undo_removal "$@"; end_refused "$step"; return; fi
  replaced=
  for name in $names; do [ "$(wanted_for "$name")" = none ] || replaced="$replaced $name"; done
  if ! prove $replaced; then undo_removal "$@"; end_refused "check $shown"; return; fi
  drop_names $names || stop 9
  rm -rf -- "$held/$id"
  sync "$index" "$held" "$base/names"
  echo changed
}
undo_removal() {
  mv -f "$work/index-before" "$index"
  point_names $names
  put_map && tell_nginx "$@"
  rm -f -- "$held/$id/unproven"
}

case $verb in
  observe) cat >/dev/null; observe ;;
  deliver) deliver "$@" ;;
  remove) cat >/dev/null; remove "$@" ;;
esac
stop 0
`;
