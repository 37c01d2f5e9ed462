# Everything Hostelry does on an edge node. A constant: what varies comes as the one positional argument (the root, an
# absolute path) and as requests on the standard input. Runs in any POSIX shell (dash, ash of BusyBox, bash) with the
# programs cat chmod cp dd find gzip ln ls mkdir mv readlink rm rmdir sha256sum sort stat sync tar touch uniq xargs, in GNU's
# form or BusyBox's. Nothing is installed on the node.
#
# A request is one line, `NONCE VERB SITE …`, its words without blanks; an answer is any number of lines and then
# `done NONCE`, `refused NONCE CODE …` or `failed NONCE STATUS MESSAGE`. `stage` is followed by a tar archive: in pieces that say
# how long they are, or as the rest of the input; then it is a session's last request, as it is when it does not end with `done`.
# `publish` is `stage` and `activate` in one; the lines that `activate` takes come before the archive.
# Free text (paths) comes in printf's %b escapes.
#
# The fence is that of docs/explanation/fencing-without-locks.md: marks in .hostelry/fence, prepared changes in
# .hostelry/pending, one rename(2) for each change. `mv -T` is rename(2) here: both names are in one file system.
#
# Comments on lines of their own, blank lines and indentation are taken away before the script is sent.

root=$1
LC_ALL=C
export LC_ALL
umask 022
newline='
'
# Where this account may not look, `find` fails at its end.
cd / || exit 9

# refuse CODE FACT…: the answer to a request that can't be granted. Nothing was changed that the code does not tell.
refuse() {
  # Before the answer: whoever has it may end the session at once. And nobody of ours makes files there any more.
  [ -z "$work" ] || { wait; rm -rf "$work"; }
  printf 'refused %s %s\n' "$nonce" "$*" >&3
  exit 8
}

is_id() {
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) return 1 ;; esac
}

is_token() {
  case $1 in '' | 0* | *[!0-9]*) return 1 ;; esac
}

# 12-0123456789ab: a publication's number and twelve hex digits.
is_release() {
  is_token "${1%-*}" || return 1
  case ${1##*-} in *[!0-9a-f]* | *?????????????) return 1 ;; ????????????) return 0 ;; esac
  return 1
}

is_whole() {
  [ -d "$site/releases/$1" ] && [ -f "$own/manifests/$1" ]
}

# Before this line a failure has changed nothing that anybody sees; after it, it may have.
begun() {
  printf 'begun\n'
}

# Durable: the bytes and names of these paths. A `sync` too old for paths ignores them and flushes everything.
flush() {
  [ "$durable" = no ] || sync "$@"
}

# --- the fence -------------------------------------------------------------------------------------------------------

read_highest() {
  highest=0
  for entry in "$own/fence"/*; do
    entry=${entry##*/}
    if is_token "$entry" && [ "$entry" -gt "$highest" ]; then highest=$entry; fi
  done
}

check_fence() {
  read_highest
  [ "$highest" -le "$token" ] || refuse FENCED "$highest"
}

make_site() {
  [ -d "$own/prepared" ] && [ -d "$own/fence" ] && [ -d "$own/pending" ] && [ -d "$own/staging" ] &&
    [ -d "$own/manifests" ] && [ -d "$own/previews" ] && [ -d "$own/trash" ] && [ -d "$site/releases" ] &&
    [ -d "$site/previews" ] && return
  mkdir -p "$site/releases" "$site/previews" "$own/fence" "$own/pending" "$own/staging" "$own/trash" "$own/manifests" \
    "$own/previews" "$own/prepared" || exit 9
  flush "$root" "$root/sites" "$site" "$own" || exit 9
}

# Steps 1 and 2 of the protocol: mark, look, sweep.
take_fence() {
  token=$1
  is_token "$token" || refuse INPUT fencingToken
  make_site
  true >"$own/fence/$token" || exit 9
  check_fence
  for entry in "$own/pending"/*; do
    name=${entry##*/}
    earlier=${name%%-*}
    is_token "$earlier" || continue
    [ "$earlier" -lt "$token" ] || continue
    case $name in
      # Must be gone for good: a rename that has found the directory would follow one that is moved.
      *.removal | *.keeping)
        heap=$own/trash
        [ "$name" = "${name%.keeping}" ] || heap=$own/replaced
        until rmdir "$entry" 2>/dev/null || ! [ -d "$entry" ]; do
          if [ -e "$entry/it" ] || [ -h "$entry/it" ]; then
            serial=$((serial + 1))
            mv -fT "$entry/it" "$heap/$nonce-$serial" 2>/dev/null || [ ! -d "$entry" ] || [ ! -e "$entry/it" ] || exit 9
          fi
        done
        ;;
      *) rm -f "$entry" || exit 9 ;;
    esac
  done
  # Marks below the highest have no say. Their owners, should they come back, leave one again and see ours.
  set --
  for entry in "$own/fence"/*; do
    name=${entry##*/}
    if is_token "$name" && [ "$name" -lt "$token" ]; then set -- "$@" "$entry"; fi
  done
  [ $# -eq 0 ] || rm -f "$@" || exit 9
}

# Steps 3 and 4: what was prepared takes its place, unless a higher token has come.
commit() {
  check_fence
  mv -fT "$1" "$2" && return
  # One that was killed may have done its work before.
  [ -e "$1" ] || [ -h "$1" ] || begun
  check_fence
  if [ -d "$2" ] && [ ! -h "$2" ]; then refuse LAYOUT "${2#"$root"/}" there is a directory; fi
  exit 9
}

put_link() {
  serial=$((serial + 1))
  prepared=$own/pending/$token-$nonce-$serial.link
  ln -s "$1" "$prepared" || { check_fence; exit 9; }
  commit "$prepared" "$2"
}

put_file() {
  serial=$((serial + 1))
  prepared=$own/pending/$token-$nonce-$serial.file
  printf '%s\n' "$1" >"$prepared" || { check_fence; exit 9; }
  flush "$prepared" || { check_fence; exit 9; }
  commit "$prepared" "$2"
}

# remove PATH [keeping]: says in `removed` whether there was something. What somebody else has made is kept, in .hostelry/replaced.
remove() {
  removed=no
  if [ ! -e "$1" ] && [ ! -h "$1" ]; then return; fi
  serial=$((serial + 1))
  removal=$own/pending/$token-$nonce-$serial.${2:-removal} heap=$own/trash
  [ -z "${2:-}" ] || heap=$own/replaced
  mkdir "$removal" || exit 9
  check_fence
  if mv -fT "$1" "$removal/it"; then
    removed=yes
    # What is one name is deleted at once; a directory waits in the trash for somebody with time.
    if [ -d "$removal/it" ] && [ ! -h "$removal/it" ]; then
      mv -fT "$removal/it" "$heap/$nonce-$serial" 2>/dev/null || [ ! -e "$removal/it" ] || exit 9
    else
      rm -f "$removal/it" || exit 9
    fi
  else
    check_fence
    if [ -e "$1" ] || [ -h "$1" ]; then exit 9; fi
  fi
  rmdir "$removal" 2>/dev/null || [ ! -d "$removal" ] || exit 9
}

# Deletes a tree in which somebody may be at work still: what they make after its name is gone is gone with it. Directories
# that somebody made unwritable are ours to delete.
delete() {
  rm -rf "$1" 2>/dev/null && return
  chmod -R u+rwX "$1" 2>/dev/null
  rm -rf "$1" 2>/dev/null || rm -rf "$1" || exit 9
}

empty_trash() {
  for entry in "$own/trash"/*; do
    if [ -e "$entry" ] || [ -h "$entry" ]; then delete "$entry"; fi
  done
}

# For what nobody shows and no fence guards: out of the way first, then deleted.
put_away() {
  serial=$((serial + 1))
  mv -fT "$1" "$own/trash/$nonce-$serial" 2>/dev/null || [ ! -e "$1" ] || exit 9
}

# A line of JSON before each change, for people. A full disk keeps nobody from going back.
journal() {
  printf '{"at":"%s","fencingToken":%s,%s}\n' "$moment" "$token" "$1" >>"$own/journal" 2>/dev/null || true
}

# --- a document root elsewhere ---------------------------------------------------------------------------------------

# Panels decide where a site's document root is. There, outside of the root, a link leads to what visitors are to get: `current`, or with
# a marker set a directory of .hostelry/pages, for such a web server knows nothing of markers. `-`: there is none to care for.

# read_dock PATH: in `docked` the state that the link there stands for; empty when it is not ours or not there.
read_dock() {
  docked=
  case $(readlink "$1") in
    "$site/current") docked=live ;;
    "$own/pages/maintenance") docked=maintenance ;;
    "$own/pages/suspended") docked=suspended ;;
  esac
}

# claim_dock PATH WELCOME: refuses what is not ours to replace. WELCOME: words of the page that a panel puts there itself; `*` stands for any content.
claim_dock() {
  read_dock "$1"
  [ -z "$docked" ] || return 0
  if [ -h "$1" ]; then refuse LAYOUT "$1" there is a link that points elsewhere; fi
  if [ -d "$1" ]; then
    [ "$2" = '*' ] || is_welcome "$1" "$2" || refuse LAYOUT "$1" there is content that Hostelry did not put there
  elif [ -e "$1" ]; then
    refuse LAYOUT "$1" there is something that is not a directory
  fi
}

is_welcome() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ ! -e "$entry" ] && [ ! -h "$entry" ]; then continue; fi
    case ${entry##*/} in
      .well-known) continue ;;
      index.html | index.php) ;;
      *) return 1 ;;
    esac
    [ -f "$entry" ] && [ ! -h "$entry" ] || return 1
    case $(dd if="$entry" bs=65536 count=1 2>/dev/null) in *"$2"*) ;; *) return 1 ;; esac
  done
}

# dock PATH WELCOME: under the fence. What was there before is kept; the link takes the place of a link in one step.
dock() {
  claim_dock "$1" "$2"
  read_state
  [ "$docked" != "$state" ] || return 0
  text=$site/current
  if [ "$state" != live ]; then
    text=$own/pages/$state
    mkdir -p "$text" || exit 9
    # Without a page, a web server that lists no directories refuses; that is what a suspended site does.
    if [ "$state" = maintenance ] && [ ! -f "$text/index.html" ]; then
      put_file '<!DOCTYPE html><meta charset="utf-8"><meta name="robots" content="noindex"><title>Maintenance</title><p>This site will be back soon.</p>' "$text/index.html"
    fi
  fi
  if [ -d "$1" ] && [ ! -h "$1" ]; then
    mkdir -p "$own/replaced" || exit 9
    journal "\"change\":\"document-root\",\"replaced\":\"$1\""
    begun
    remove "$1" keeping
  fi
  put_link "$text" "$1"
  begun
  flush "${1%/*}" || exit 9
}

# --- looking ---------------------------------------------------------------------------------------------------------

# read_pointer PLACE PREFIX: in `shown` the release it shows, empty when there is no pointer.
read_pointer() {
  shown=
  if [ -h "$1" ]; then
    text=$(readlink "$1") || { [ -h "$1" ] || return 0; exit 9; }
    shown=${text#"$2"}
    if is_release "$shown" && [ "$2$shown" = "$text" ]; then return; fi
    refuse LAYOUT "${1#"$root"/}" there is a link that points elsewhere
  fi
  if [ -e "$1" ]; then refuse LAYOUT "${1#"$root"/}" there is something that is not a link; fi
}

read_slot() {
  case $1 in
    live) place=$site/current prefix=releases/ ;;
    preview/*)
      is_id "${1#preview/}" || refuse INPUT slot
      place=$site/previews/${1#preview/} prefix=../releases/
      ;;
    *) refuse INPUT slot ;;
  esac
  read_pointer "$place" "$prefix"
}

# In `slots` every slot that is not empty as ` slot=release`.
read_slots() {
  slots=
  read_slot live
  [ -z "$shown" ] || slots=" live=$shown"
  for entry in "$site/previews"/*; do
    entry=${entry##*/}
    is_id "$entry" || continue
    read_slot "preview/$entry"
    [ -z "$shown" ] || slots="$slots preview/$entry=$shown"
  done
  slots="$slots "
}

is_shown() {
  case $slots in *"=$1 "*) return 0 ;; esac
  return 1
}

read_state() {
  state=live
  [ ! -f "$site/maintenance" ] || state=maintenance
  [ ! -f "$site/suspended" ] || state=suspended
}

# observe DOCUMENT-ROOT
observe() {
  read_slots
  read_highest
  read_state
  if [ "$1" != - ]; then
    read_dock "$1"
    # What no visitor gets is not live, whatever `current` points to.
    case $docked in
      '') case $slots in ' live='*) slots=${slots#' '} slots=" ${slots#* }" ;; esac ;;
      *) state=$docked ;;
    esac
  fi
  leftovers=0
  for entry in "$site/releases"/*; do
    entry=${entry##*/}
    is_release "$entry" || continue
    if [ -f "$own/manifests/$entry" ]; then printf 'release %s\n' "$entry"; else leftovers=$((leftovers + 1)); fi
  done
  for entry in "$own/manifests"/*; do
    entry=${entry##*/}
    if is_release "$entry" && [ ! -d "$site/releases/$entry" ]; then leftovers=$((leftovers + 1)); fi
  done
  for entry in "$own/staging"/* "$own/pending"/* "$own/trash"/*; do
    if [ -e "$entry" ] || [ -h "$entry" ]; then leftovers=$((leftovers + 1)); fi
  done
  for entry in "$own/previews"/*.json; do
    name=${entry##*/}
    name=${name%.json}
    [ -e "$entry" ] || continue
    case $slots in *" preview/$name="*) ;; *) leftovers=$((leftovers + 1)) ;; esac
  done
  printf 'observed %s %s %s%s\n' "$highest" "$state" "$leftovers" "${slots% }"
}

# probe SLOT COUNT DOCUMENT-ROOT: looks through a slot, and tells the hashes of files that are there. COUNT lines follow, each a
# path. The pointer is read once.
probe() {
  read_slot "$1"
  if [ "$3" != - ]; then
    read_dock "$3"
    [ -n "$docked" ] || shown=
  fi
  printf 'served %s\n' "${shown:--}"
  count=$2 index=-1 indexes=
  set --
  while [ $((index += 1)) -lt "$count" ] && IFS= read -r path; do
    case $path in
      *\\*)
        path=$(printf '%b/' "$path")
        path=${path%/}
        ;;
    esac
    file=$site/releases/$shown/$path
    if [ -z "$shown" ] || [ ! -f "$file" ] || [ -h "$file" ]; then continue; fi
    case $file in
      # Programs write such names in their own ways: these are hashed without telling the name.
      *[\\[:cntrl:]]*)
        actual=$(sha256sum <"$file")
        printf 'hash %s %s\n' "$index" "${actual%% *}"
        ;;
      *)
        set -- "$@" "$file"
        indexes="$indexes$index "
        ;;
    esac
  done
  [ $# -gt 0 ] || return 0
  # A file that vanishes meanwhile has no line, and all after it differ.
  actual=$(sha256sum "$@")
  while [ -n "$indexes" ]; do
    printf 'hash %s %s\n' "${indexes%% *}" "${actual%% *}"
    indexes=${indexes#* }
    case $actual in *"$newline"*) actual=${actual#*"$newline"} ;; *) actual= ;; esac
  done
}

# Digest of each whole release's manifest.
manifests() {
  for entry in "$site/releases"/*; do
    entry=${entry##*/}
    if is_release "$entry" && is_whole "$entry"; then
      digest=$(sha256sum <"$own/manifests/$entry") || exit 9
      damaged=
      [ ! -e "$own/damaged/$entry" ] || damaged=damaged
      printf 'manifest %s %s %s\n' "$entry" "${digest%% *}" "$damaged"
    fi
  done
}

manifest() {
  is_release "$1" && is_whole "$1" || refuse RELEASE_NOT_FOUND
  cat "$own/manifests/$1" || exit 9
}

# The manifest, then `files`, then the hashes of all files, then `others` and everything that is neither file nor directory.
verify() {
  manifest "$1"
  cd "$site/releases/$1" || exit 9
  printf 'files\n'
  # A file that can't be read is told on the error output and is missing in the list, which says enough.
  find . -type f -exec sha256sum {} + || true
  printf 'others\n'
  find . ! -type f ! -type d -print || exit 9
}

mark_damaged() {
  is_release "$1" || refuse INPUT release
  mkdir -p "$own/damaged" && true >"$own/damaged/$1" || exit 9
  [ ! -d "$own/prepared/$1" ] || put_away "$own/prepared/$1"
}

# --- staging ---------------------------------------------------------------------------------------------------------

digest_of() {
  digest=$(sha256sum) || exit 9
  digest=${digest%% *}
}

# `hex-mode size mtime path` of everything but directories, as `stat` prints it, in the order of the bytes.
list_tree() {
  find . ! -type d -exec stat -c '%f %s %Y %n' {} + | sort
}

clone() {
  cp -al "$1" "$2" 2>/dev/null && return
  # Another file system, or too many links to one file: copies do as well.
  rm -rf "$2" && cp -a "$1" "$2"
}

# stage TOKEN RELEASE PACKING BASE BASE-DIGEST HASHER MARK LENGTH
#
# The archive's members: `rows` (the manifest's lines, or with a base those that come and those that go, either in order), `gone` and
# `gone-directories` (of the base), `copies` (pairs of a path below releases/ and a path of this release) with `times/` and
# `modes/` for them; then, part by part, `parts/N` (its paths), `fresh/` with the bytes, and `MARK-N` or `MARK+N`; at last `whole`, with
# what must come out: `TREE-DIGEST MANIFEST-DIGEST HASHES-DIGESTS`. Lists of paths are ended by NULs. HASHES-DIGESTS: digests of what
# `sha256sum` may print for all parts, joined by commas: programs differ in how they write odd names. BASE-DIGEST `-`: the finished manifest
# tells as well. HASHER `openssl`: it may be used. LENGTH: `pieces`, or `-` for all that comes.
stage() {
  take_fence "$1"
  release=$2 packing=$3 base=$4 mark=$7 length=$8
  is_release "$release" || refuse INPUT manifest
  case $length in - | pieces) ;; *) refuse INPUT length ;; esac
  if [ -e "$site/releases/$release" ] && [ -f "$own/manifests/$release" ]; then
    digest_of <"$own/manifests/$release"
    printf 'have %s\n' "$digest"
    [ "$length" = - ] || receive >/dev/null || exit 9
    exit 0
  fi
  if [ "$base" != - ]; then
    is_release "$base" && is_whole "$base" && [ ! -e "$own/damaged/$base" ] || refuse BASE absent
    if [ "$5" != - ]; then
      digest_of <"$own/manifests/$base"
      [ "$digest" = "$5" ] || refuse BASE other
    fi
  fi
  printf 'send\n'
  work=$own/staging/$token-$nonce
  trap '[ -z "$work" ] || { wait; rm -rf "$work"; }' EXIT
  choose_hasher "$6"
  choose_unpacker
  mkdir "$work" "$work/fresh" && true >"$work/hashes" || exit 9
  if [ "$base" != - ]; then
    { mv -fT "$own/prepared/$base" "$work/tree" 2>/dev/null || clone "$site/releases/$base" "$work/tree"; } &
    cloning=$!
  fi
  writing= number=1
  if [ "$length" = pieces ]; then
    receive | unpack
    unpacked=$?
  else
    # tar's own status, for that of a pipe is that of its end.
    unpacked=$({ { unpack; printf '%s' $? >&4; } | hash_parts; } 4>&1)
  fi
  if [ "$unpacked" != 0 ] || { [ "$length" = pieces ] && [ ! -e "$work/received" ]; }; then
    check_fence
    exit 9
  fi
  cd "$work" || { check_fence; exit 9; }
  # The last member, unless it came in pieces: everything was received.
  IFS=' ' read -r tree_digest manifest_digest hashes_digests <whole || { check_fence; exit 9; }
  # Of what was received in pieces nothing is hashed yet.
  if [ "$length" = pieces ] && [ -e copies ]; then make_copies; fi
  if [ "$base" = - ]; then
    tree=fresh
    cd fresh && mv -fT ../rows ../manifest || { check_fence; exit 9; }
  else
    tree=tree
    # Both are in order, so they are only merged. (BusyBox takes no notice of -m, and sorts.)
    sort -m "$own/manifests/$base" rows | uniq -u >manifest &
    making=$!
    wait "$cloning" || { check_fence; refuse BASE tree; }
    cd tree || { check_fence; refuse BASE tree; }
    for_each ../gone . rm -f && for_each ../gone-directories . rmdir || { check_fence; refuse BASE tree; }
    cp -al ../fresh/. . 2>/dev/null || cp -a ../fresh/. . || { check_fence; refuse BASE tree; }
    wait "$making" || { check_fence; exit 9; }
  fi
  # Everything is written: it reaches the disk while it is compared.
  flush -f . &
  flushing=$!
  hash_rest &
  hashing=$!
  digest=$(list_tree | sha256sum) || { check_fence; exit 9; }
  wait "$hashing" || { check_fence; exit 9; }
  { read -r made _ && read -r received _; } <"$work/digests" || { check_fence; exit 9; }
  case ,$hashes_digests, in *",$received,"*) ;; *) check_fence; refuse CONTENT ;; esac
  [ "${digest%% *}" = "$tree_digest" ] || { check_fence; refuse BASE tree; }
  [ "$made" = "$manifest_digest" ] || { check_fence; refuse BASE manifest; }
  cd "$own" || { check_fence; exit 9; }
  wait "$flushing" || exit 9
  # A release without its manifest is not ours: nobody knows what is in it.
  if [ -e "$site/releases/$release" ] && [ ! -f "manifests/$release" ]; then
    read_slots
    if is_shown "$release"; then refuse LAYOUT "${site#"$root"/}/releases/$release" it is shown, and its manifest is gone; fi
    remove "$site/releases/$release"
  fi
  # The manifest first: a directory in releases/ that has one is whole.
  check_fence
  mv -fT "$work/manifest" "manifests/$release" || { check_fence; exit 9; }
  check_fence
  if ! mv -fT "$work/$tree" "$site/releases/$release" 2>"$work/problem"; then
    check_fence
    # Somebody else has staged the same release meanwhile; theirs is as good.
    if ! is_whole "$release"; then
      cat "$work/problem" >&2
      exit 9
    fi
  fi
  flush manifests "$site/releases" || exit 9
}

# Pieces, each after a line with its length, until a line with a dot. Not a byte more, for the next request comes after them: `head` would
# read ahead. They are read to the end also when nobody wants them any more.
receive() {
  while IFS= read -r piece; do
    if [ "$piece" = . ]; then
      # A session that ends early must not be taken for one that has said all.
      [ -z "$work" ] || true >"$work/received"
      return 0
    fi
    is_token "$piece" || return 1
    dd bs="$piece" count=1 iflag=fullblock 2>/dev/null
  done
  return 1
}

# A piece may have been packed by itself.
unpack() {
  if [ "$packing" = gzip ]; then gzip -dc | unpack_tar; else unpack_tar; fi
}

# In large pieces where that can be asked for; then tar also tells only now and then that it goes on, and not each name. That
# is a hundred thousand calls of the system less for ten thousand files, and as many turns of a shell that reads byte by byte.
unpack_tar() {
  case $unpacker in
    gnu) tar -b 256 --checkpoint=16 --checkpoint-action=echo="$mark" -xpof - -C "$work" 2>&1 ;;
    telling) tar -xvpof - -C "$work" ;;
    silent) tar -xpof - -C "$work" ;;
  esac
}

# Of little nobody needs to know what is there already.
choose_unpacker() {
  unpacker=silent
  [ "$length" = - ] || return 0
  unpacker=telling
  case $(tar --version 2>/dev/null) in 'tar (GNU tar) '*) unpacker=gnu ;; esac
}

# Where much is to be hashed and OpenSSL is there, it does in a third of the time what coreutils does.
choose_hasher() {
  hasher=sha256sum
  [ "$1" = openssl ] || return 0
  [ "$(openssl dgst -sha256 -r </dev/null 2>/dev/null)" != \
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 *stdin' ] || hasher='openssl dgst -sha256 -r'
}

# Hashes each part while the next one is being received, and sets the disk to work on it. `MARK+N` ends a part that others
# follow. Where tar tells names, it does so when it begins with a member: all that came before are complete then. Where it
# does not, the mark itself is looked for.
hash_parts() {
  while IFS= read -r told; do
    case $told in
      "$mark"-*) hash_part "${told#"$mark"-}" ;;
      "$mark"+*)
        hash_part "${told#"$mark"+}"
        write_on
        ;;
      "tar: $mark") hash_complete ;;
      # The names, or GNU's complaints.
      *) [ "$unpacker" != gnu ] || printf '%s\n' "$told" >&2 ;;
    esac
  done
  [ "$unpacker" != gnu ] || hash_complete
}

hash_complete() {
  if [ -e "$work/$mark-copies" ]; then
    rm -f "$work/$mark-copies"
    hash_part copies
  fi
  while [ -e "$work/$mark+$number" ]; do
    hash_part "$number"
    write_on
    number=$((number + 1))
  done
  if [ -e "$work/$mark-$number" ]; then
    hash_part "$number"
    number=$((number + 1))
  fi
  if [ -e "$work/$mark-names" ]; then
    rm -f "$work/$mark-names"
    hash_part names
  fi
}

# All that came in pieces, which are without marks.
hash_received() {
  if [ -e "$work/parts/copies" ]; then hash_part copies; fi
  while [ -e "$work/parts/$number" ]; do
    hash_part "$number"
    number=$((number + 1))
  done
  if [ -e "$work/parts/names" ]; then hash_part names; fi
}

# What is not hashed yet, and then what must come out, in `digests`: of the manifest and of all hashes. The second names of new files have
# served then, and go while the tree is being listed.
hash_rest() {
  [ "$length" = - ] || hash_received
  cd "$work" && sha256sum manifest hashes >digests || return 1
  [ "$base" = - ] || rm -rf fresh
}

hash_part() {
  # Those of an archive in pieces are made already.
  if [ "$1" = copies ] && [ "$length" = - ]; then make_copies; fi
  # Without quotes, for it is several words, all of them ours.
  for_each "$work/parts/$1" "$work/fresh" $hasher >>"$work/hashes"
}

write_on() {
  [ "$durable" != no ] || return 0
  if [ -n "$writing" ] && kill -0 "$writing" 2>/dev/null; then return; fi
  sync -f "$work/fresh" 2>/dev/null &
  writing=$!
}

# for_each LIST DIRECTORY PROGRAM…: runs a program with the paths of a list. Through a pipe: BusyBox's xargs runs programs
# within itself, and at their end a C library sets the position of a list that is a file back to what they have not read.
for_each() {
  [ -s "$1" ] || return 0
  list=$1 directory=$2
  shift 2
  cat "$list" | (cd "$directory" && exec xargs -0 "$@")
}

# Files whose bytes other releases have, under other names or with other times.
make_copies() {
  for_each "$work/copies" "$site/releases" -n 4 sh -c 'while [ $# -gt 1 ]; do
    case $2 in */*) mkdir -p "$0/${2%/*}" || exit 1 ;; esac
    cp "./$1" "$0/$2" || exit 1
    shift 2
  done' "$work/fresh"
  for entry in "$work/times"/*; do
    for_each "$entry" "$work/fresh" touch -cd "@${entry##*/}"
  done
  for entry in "$work/modes"/*; do
    for_each "$entry" "$work/fresh" chmod "${entry##*/}"
  done
}

# The tree that the next release begins with, made while nobody waits.
prepare() {
  is_release "$1" && is_whole "$1" && [ ! -e "$own/damaged/$1" ] || refuse RELEASE_NOT_FOUND
  [ ! -d "$own/prepared/$1" ] || exit 0
  # Not by way of the trash, which is counted as left-overs: half removed it has no release's name, so nobody begins with it.
  for entry in "$own/prepared"/*; do
    [ -e "$entry" ] || continue
    mv -fT "$entry" "$own/prepared/$nonce-old" 2>/dev/null || exit 9
    delete "$own/prepared/$nonce-old"
  done
  clone "$site/releases/$1" "$own/prepared/$nonce" && flush -f "$own/prepared/$nonce" &&
    mv -fT "$own/prepared/$nonce" "$own/prepared/$1" || { delete "$own/prepared/$nonce"; exit 9; }
  empty_trash
}

# --- changing what visitors see --------------------------------------------------------------------------------------

# activate TOKEN SLOT RELEASE GUARD-HASH GUARD-EXPIRY SAMPLES DOCUMENT-ROOT WELCOME
activate() {
  slot=$2 release=$3
  if [ "$release" != - ]; then
    is_release "$release" || refuse INPUT release
    [ -d "$own" ] || refuse RELEASE_NOT_FOUND
  fi
  take_fence "$1"
  # Looked at under the fence: from here on nobody with a lower token takes it away.
  if [ "$release" != - ] && ! is_whole "$release"; then refuse RELEASE_NOT_FOUND; fi
  read_slot "$slot"
  before=${shown:--}
  [ "$7" = - ] || [ "$release" = - ] || claim_dock "$7" "$8"
  preview=${slot#preview/}
  guard=$own/previews/$preview.json
  if [ "$release" != - ] && [ "$slot" != live ] && [ "$5" != - ]; then
    hash="\"$4\""
    [ "$4" != - ] || hash=null
    facts="\"tokenHash\":$hash,\"expiresAt\":\"$5\""
    stored=
    [ ! -f "$guard" ] || read -r stored <"$guard" || true
    # Before the pointer: a preview is never shown without its guard.
    case $stored in
      *"$facts"*) ;;
      *)
        put_file "{\"version\":1,$facts,\"fencingToken\":$token}" "$guard"
        begun
        ;;
    esac
  fi
  if [ "$before" != "$release" ]; then
    journal "\"change\":\"slot\",\"slot\":\"$slot\",\"from\":\"$before\",\"to\":\"$release\""
    if [ "$release" = - ]; then
      begun
      remove "$place"
    else
      put_link "$prefix$release" "$place"
      begun
    fi
    read_pointer "$place" "$prefix"
    if [ "${shown:--}" != "$release" ]; then
      check_fence
      refuse LAYOUT "${place#"$root"/}" it is being changed by somebody else
    fi
  fi
  if [ "$slot" != live ]; then
    if [ "$release" = - ]; then remove "$guard"; fi
    show_preview
    flush "$own/previews" "$site/previews" || exit 9
  else
    flush "$site" || exit 9
    [ "$7" = - ] || [ "$release" = - ] || dock "$7" "$8"
  fi
  printf 'activated %s\n' "$before"
  [ "$6" = - ] || look "$slot" "$6" "$7"
}

# publish TOKEN RELEASE PACKING BASE BASE-DIGEST HASHER MARK LENGTH SLOT GUARD-HASH GUARD-EXPIRY SAMPLES DOCUMENT-ROOT WELCOME
#
# A release that was there is not shown: whether it is the one that is meant, the caller finds out.
publish() {
  samples= count=0
  case ${12} in
    -) ;;
    *)
      while [ "$count" -lt "${12}" ] && IFS= read -r path; do
        samples=$samples$path$newline count=$((count + 1))
      done
      ;;
  esac
  stage "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8"
  # What is left of it is a left-over to whoever looks.
  wait
  rm -rf "$work"
  work=
  # Not as a text of the script: some shells make a file of that, in a directory that may be full.
  printf '%s' "$samples" 2>/dev/null | activate "$1" "$9" "$2" "${10}" "${11}" "${12}" "${13}" "${14}"
}

# What the flip shows, for the caller's eyes; nothing in it can take the flip back.
look() {
  (probe "$1" "$2" "$3" && observe "$3") 3>/dev/null || true
}

# previews/<id> below the root: the place that a web server's preview hosts name.
show_preview() {
  if [ "$release" = - ]; then
    if [ -h "$root/previews/$preview" ]; then rm -f "$root/previews/$preview" || exit 9; fi
  elif [ ! -h "$root/previews/$preview" ]; then
    mkdir -p "$root/previews" && ln -s "../${site#"$root"/}/previews/$preview" "$root/previews/$preview" || exit 9
    flush "$root/previews" || exit 9
  fi
}

# set-state TOKEN STATE DOCUMENT-ROOT WELCOME
set_state() {
  take_fence "$1"
  wanted=$2
  [ "$3" = - ] || claim_dock "$3" "$4"
  case $wanted in live | maintenance | suspended) ;; *) refuse INPUT state ;; esac
  for marker in maintenance suspended; do
    if [ -d "$site/$marker" ]; then refuse LAYOUT "${site#"$root"/}/$marker" there is a directory; fi
  done
  read_state
  before=$state
  begun
  [ "$before" = "$wanted" ] || journal "\"change\":\"serving-state\",\"from\":\"$before\",\"to\":\"$wanted\""
  # The new one is set before the old one goes, so that visitors never get past in between.
  if [ "$wanted" != live ] && [ ! -f "$site/$wanted" ]; then put_file '' "$site/$wanted"; fi
  for marker in maintenance suspended; do
    if [ "$marker" != "$wanted" ] && [ -f "$site/$marker" ]; then remove "$site/$marker"; fi
  done
  flush "$site" || exit 9
  [ "$3" = - ] || dock "$3" "$4"
  printf 'state %s\n' "$before"
}

remove_release() {
  # The directory first: without it, what is left of the release is a left-over.
  remove "$site/releases/$1"
  gone=$removed
  remove "$own/manifests/$1"
  rm -f "$own/damaged/$1" || exit 9
  [ ! -d "$own/prepared/$1" ] || put_away "$own/prepared/$1"
}

# discard TOKEN RELEASE…
discard() {
  take_fence "$1"
  shift
  begun
  # First what needs no fence: a release in the making is nobody's business but its maker's, who comes too late now.
  busy=no
  for entry in "$own/staging"/*; do
    [ -e "$entry" ] || continue
    name=${entry##*/}
    earlier=${name%%-*}
    if is_token "$earlier" && [ "$earlier" -ge "$token" ]; then busy=yes; else put_away "$entry"; fi
  done
  empty_trash
  for release in "$@"; do
    is_release "$release" || refuse INPUT releases
    read_slots
    if is_shown "$release"; then
      check_fence
      continue
    fi
    [ ! -d "$site/releases/$release" ] || journal "\"change\":\"discard\",\"release\":\"$release\""
    remove_release "$release"
    [ "$gone" = no ] || printf 'discarded %s\n' "$release"
  done
  read_slots
  for entry in "$site/releases"/*; do
    entry=${entry##*/}
    if is_release "$entry" && [ ! -f "$own/manifests/$entry" ] && ! is_shown "$entry"; then remove_release "$entry"; fi
  done
  if [ "$busy" = no ]; then
    for entry in "$own/manifests"/*; do
      name=${entry##*/}
      if is_release "$name" && [ ! -d "$site/releases/$name" ]; then remove "$entry"; fi
    done
  fi
  for entry in "$own/prepared"/*; do
    name=${entry##*/}
    if [ -e "$entry" ] && ! { is_release "$name" && is_whole "$name"; }; then put_away "$entry"; fi
  done
  for entry in "$own/previews"/*.json; do
    [ -f "$entry" ] || continue
    name=${entry##*/}
    name=${name%.json}
    case $slots in *" preview/$name="*) continue ;; esac
    stored=
    read -r stored <"$entry" || true
    stored=${stored##*\"fencingToken\":}
    stored=${stored%\}}
    if ! is_token "$stored" || [ "$stored" -lt "$token" ]; then remove "$entry"; fi
  done
  # Before the deleting: a power cut must not bring a name back whose files are half gone.
  flush "$site/releases" "$own/manifests" || exit 9
  empty_trash
  if [ -n "$(find "$own/journal" -size +2048 2>/dev/null)" ]; then mv -fT "$own/journal" "$own/journal.1"; fi
}

# --- hosts and the sweep ---------------------------------------------------------------------------------------------

is_host() {
  case $1 in '' | .* | -* | *..* | *[!a-z0-9.-]*) return 1 ;; esac
}

# bind HOST: hosts/HOST leads to the site. A host is a site's, until that gives it away. The site's directory is made with it: web servers
# look through a link that leads nowhere, to the wildcard above.
bind_host() {
  is_host "$1" || refuse INPUT host
  place=$root/hosts/$1 text=../sites/${site##*/}
  mkdir -p "$root/hosts" "$site" || exit 9
  # Made under its own name, where the first of two wins. -n: a link that is there is not followed.
  if ln -sn "$text" "$place" 2>/dev/null; then
    begun
    printf 'bound\n'
  else
    check_host
  fi
  # Also what was there: whoever made it may not have come as far as this.
  flush "$root/hosts" || exit 9
}

check_host() {
  [ -h "$place" ] || { [ -e "$place" ] || { begun; ln -sn "$text" "$place" || exit 9; }; }
  [ -h "$place" ] || refuse LAYOUT "hosts/${place##*/}" there is something that is not a link
  [ "$(readlink "$place")" = "$text" ] || refuse LAYOUT "hosts/${place##*/}" it leads to another site
}

unbind_host() {
  is_host "$1" || refuse INPUT host
  place=$root/hosts/$1 text=../sites/${site##*/}
  if [ ! -h "$place" ] && [ ! -e "$place" ]; then return; fi
  check_host
  begun
  rm -f "$place" || exit 9
  flush "$root/hosts" || exit 9
  printf 'unbound\n'
}

# In `number` a time as `2026-01-31T12:00:00…` makes one of 14 digits.
read_time() {
  rest=$1 number=
  for separator in - - T : : .; do
    number=$number${rest%%"$separator"*}
    rest=${rest#*"$separator"}
  done
  case $number in ??????????????) ;; *) return 1 ;; esac
  case $number in *[!0-9]*) return 1 ;; esac
}

# Takes previews away whose time is over, of all sites. A guard that can't be read opens for nobody, and goes as well.
sweep() {
  read_time "$moment" || refuse INPUT time
  now=$number
  for guard in "$root/sites"/*/.hostelry/previews/*.json; do
    [ -f "$guard" ] || continue
    stored=
    read -r stored <"$guard" || true
    stored=${stored##*\"expiresAt\":\"}
    if read_time "${stored%%\"*}" && [ "$number" -gt "$now" ]; then continue; fi
    own=${guard%/previews/*}
    site=${own%/.hostelry}
    preview=${guard##*/}
    preview=${preview%.json}
    is_id "$preview" || continue
    # As the holder that is the latest now: one that comes meanwhile takes it over.
    read_highest
    token=$highest slot=preview/$preview release=-
    journal "\"change\":\"slot\",\"slot\":\"$slot\",\"from\":\"expired\",\"to\":\"-\""
    begun
    remove "$site/previews/$preview"
    remove "$guard"
    show_preview
    flush "$site/previews" || exit 9
    printf 'expired %s %s\n' "${site##*/}" "$slot"
  done
}

# --- requests --------------------------------------------------------------------------------------------------------

handle() {
  verb=$1
  is_id "$2" || refuse INPUT siteId
  site=$root/sites/$2 own=$root/sites/$2/.hostelry
  shift 2
  serial=0 work=
  case $verb in
    observe) observe "$@" ;;
    probe) probe "$@" ;;
    manifests) manifests ;;
    manifest) manifest "$@" ;;
    verify) verify "$@" ;;
    mark-damaged) mark_damaged "$@" ;;
    stage) stage "$@" ;;
    publish) publish "$@" ;;
    prepare) prepare "$@" ;;
    activate) activate "$@" ;;
    set-state) set_state "$@" ;;
    discard) discard "$@" ;;
    bind) bind_host "$@" ;;
    unbind) unbind_host "$@" ;;
    sweep) sweep ;;
    *) refuse INPUT verb ;;
  esac
}

printf 'hostelry-edge 1\n'
while IFS=' ' read -r nonce moment durable request; do
  set -f
  set -- $request
  set +f
  {
    problem=$({ handle "$@" >&3; } 2>&1)
    status=$?
  } 3>&1
  case $status in
    0) printf 'done %s\n' "$nonce" ;;
    8) ;;
    *)
      # Who was killed could not tell how far it was.
      [ "$status" -le 128 ] || begun
      said= lines=0
      while [ -n "$problem" ] && [ "$lines" -lt 20 ]; do
        said="$said; ${problem%%"$newline"*}" lines=$((lines + 1))
        case $problem in *"$newline"*) problem=${problem#*"$newline"} ;; *) problem= ;; esac
      done
      printf 'failed %s %s %s\n' "$nonce" "$status" "${said#; }"
      ;;
  esac
  # Where the next request begins is only known when the archive was read to its end.
  case $1 in
    stage | publish) if [ "$status" != 0 ] || [ "${10}" = - ]; then exit 0; fi ;;
  esac
done
