# What stands in /usr/bin/clpctl on the stand-in. The machine's script puts the first line before this one: before 2.5.0 that line lacks
# its exclamation mark (issue 476 of CloudPanel), so that the kernel refuses the file and whichever shell was asked to run it does.
quoted=$(printf '%q ' "$@")
if [ -z "$BASH_VERSION" ]; then
  echo "clpctl: 1: Syntax error: unexpected EOF while looking for matching quote" >&2
  exit 2
fi
# The original puts its arguments through a shell once more and loses what a shell would expand (issues 284, 351, 798). Nothing is
# expanded here; the same characters are lost.
arguments=()
lost=$'[`"()\\\\]'
for argument in "$@"; do
  while [[ $argument =~ \$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])? ]]; do argument=${argument/"${BASH_REMATCH[0]}"/}; done
  arguments+=("${argument//$lost/}")
done
/usr/bin/clpctlWrapper "${arguments[@]}"
