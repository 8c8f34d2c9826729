#!/bin/sh
# commit.sh ROOT: the commit of the tree in ROOT, with "-dirty" where files differ from it; of an
# unpacked archive the one in the file that `meson dist` put into it; nothing where neither tells: a
# repository around an archive is not the tree's own.
root=$(cd "$1" && pwd -P)
top=$(git -C "$root" rev-parse --show-toplevel 2>/dev/null)
if [ -n "$top" ] && [ "$(cd "$top" && pwd -P)" = "$root" ]; then
  git -C "$root" describe --always --dirty --abbrev=12 '--exclude=*'
else
  cat "$root/cli/commit.txt" 2>/dev/null
fi
exit 0
