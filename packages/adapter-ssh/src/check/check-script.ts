/**
 * What is looked at on a node that runs programs. A constant: what varies comes as positional arguments (the root, and a name
 * that nobody else uses for the directory in which things are tried and which is removed at the end, also by a signal). POSIX
 * shell, GNU's programs or BusyBox's. Each line of output is a word and what it says; a step that fails is `broken STEP`.
 */
export const checkScript = `root=$1 place=$1/.hostelry-check-$2
LC_ALL=C
export LC_ALL
umask 022
for program in base64 cat chmod cp date dirname find gzip ln ls mkdir mv printf readlink rm rmdir sha256sum sort stat sync tar touch uniq xargs; do
  command -v "$program" >/dev/null 2>&1 || printf 'absent %s\\n' "$program"
done
case $(ls --help 2>&1) in *BusyBox*) printf 'flavour busybox\\n' ;; *) printf 'flavour other\\n' ;; esac
printf 'user %s\\n' "$(id -un 2>/dev/null || id -u)"
if [ ! -e "$root" ] && [ ! -h "$root" ]; then
  folder=$(dirname "$root")
  while [ ! -e "$folder" ] && [ "$folder" != / ]; do folder=$(dirname "$folder"); done
  [ -x "$folder" ] || printf 'shut %s\\n' "$folder"
  printf 'root absent\\n'
  exit 0
fi
[ -d "$root" ] || { printf 'root other\\n'; exit 0; }
printf 'root directory\\n'
folder=$(cd "$root" && pwd -P) || folder=$root
while [ -n "$folder" ] && [ "$folder" != / ]; do
  case $(stat -c %a "$folder" 2>/dev/null) in *[1357] | '') ;; *) printf 'closed %s\\n' "$folder" ;; esac
  folder=$(dirname "$folder")
done
df -Pk "$root" 2>/dev/null | while read -r line; do printf 'space %s\\n' "$line"; done
df -Pi "$root" 2>/dev/null | while read -r line; do printf 'inodes %s\\n' "$line"; done
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM PIPE
mkdir "$place" 2>/dev/null || { printf 'broken write\\n'; exit 0; }
cd "$place" || exit 1
try() {
  step=$1
  shift
  "$@" >/dev/null 2>&1 || printf 'broken %s\\n' "$step"
}
mkdir one two
printf one >one/file && printf two >two/file || printf 'broken write\\n'
try hard-link ln one/file linked
try hard-link cp -al one copied
try link ln -s one current
[ "$(readlink current)" = one ] || printf 'broken link\\n'
ln -s two next 2>/dev/null
try rename mv -fT next current
[ "$(cat current/file 2>/dev/null)" = two ] || printf 'broken rename\\n'
try times touch -cd @1000000000 one/file
[ "$(stat -c '%s %Y' one/file 2>/dev/null)" = '3 1000000000' ] || printf 'broken times\\n'
try sync sync one/file
mkdir packed
tar -cf - one 2>/dev/null | gzip -c | gzip -dc | tar -xpf - -C packed 2>/dev/null
[ "$(sha256sum <packed/one/file 2>/dev/null)" = "$(sha256sum <one/file)" ] || printf 'broken tar\\n'
printf 'tried\\n'
`;
