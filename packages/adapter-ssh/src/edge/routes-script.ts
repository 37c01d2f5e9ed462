/**
 * Shows and changes the links below `hosts/`, in any POSIX shell, with ln, ls, mkdir, mv, readlink, rm, sync and touch, GNU's or BusyBox's. A
 * constant: what varies comes as arguments, each of which was checked. The last line of an answer is `end`.
 *
 * HOST is the name of a link: a host's, or `_.NAME` for a wildcard. `show HOST` answers `link TEXT`; TEXT is `-` where there is nothing, and `?`
 * where there is something that is no link. `route HOST TEXT EXPECT` and `unroute HOST - EXPECT` answer `changed`, `same` or `conflict`, and the text
 * before. EXPECT is a text, `-` or `any`.
 */
export const routesScript = `LC_ALL=C; export LC_ALL; umask 022
root=$1 durable=$2 verb=$3 host=$4 text=$5 expect=$6
place=$root/hosts/$host
look() {
  if [ -h "$place" ]; then now=$(readlink "$place") || now=-; [ -n "$now" ] || now=-
  elif [ -e "$place" ]; then now='?'
  else now=-; fi
}
flush() { [ "$durable" = none ] || sync "$@"; }
answer() { printf '%s\\nend\\n' "$*"; exit 0; }
make_redirect() {
  kind=\${text##*/}
  [ -f "$root/redirects/$kind/$kind" ] && return
  mkdir -p "$root/redirects/$kind" && touch "$root/redirects/$kind/$kind" || exit 9
  flush "$root" "$root/redirects" "$root/redirects/$kind" || exit 9
}
# Web servers look through a link that leads nowhere, to the wildcard above: a site that is not there yet gets its directory.
make_site() {
  site=$root/sites/\${text##*/}
  [ -d "$site" ] && return
  mkdir -p "$site" && flush "$root" "$root/sites" || exit 9
}
case $verb in
  show) look; answer link "$now" ;;
  list) if [ -d "$root/hosts" ]; then ls -l "$root/hosts" || exit 9; fi; printf 'end\\n'; exit 0 ;;
esac
if [ "$verb" = route ]; then
  mkdir -p "$root/hosts" || exit 9
  case $text in ../redirects/*) make_redirect ;; *) make_site ;; esac
fi
tries=0
while [ "$tries" -lt 20 ]; do
  tries=$((tries + 1))
  look
  [ "$now" != "$text" ] || answer same "$now"
  # What is not ours stays, whatever was expected.
  case $now in - | ../sites/* | ../redirects/*) ;; *) answer same "$now" ;; esac
  [ "$expect" = any ] || [ "$expect" = "$now" ] || answer conflict "$now"
  if [ "$verb" = unroute ]; then
    [ "$now" != - ] || answer same -
    # Of several, one has removed it.
    rm "$place" 2>/dev/null || { [ -h "$place" ] && exit 9; continue; }
  elif [ "$now" = - ]; then
    # Made under its own name, where the first one wins. -n: a link that is there is not followed.
    ln -sn "$text" "$place" 2>/dev/null || { [ -h "$place" ] || [ -e "$place" ] || exit 9; continue; }
  else
    beside=$root/hosts/.$$.$(printf %.200s "$host")
    ln -snf "$text" "$beside" && mv -fT "$beside" "$place" || exit 9
  fi
  flush "$root/hosts" || exit 9
  answer changed "$now"
done
exit 9
`;
