#!/usr/bin/env bash
# Makes english.txt again: the pieces that SentencePiece's BPE trainer finds in English text of
# Debian 12's documentation packages, best score first, one a line. Needs apt, dpkg-deb, w3m, perl
# and spm_train (package sentencepiece). The packages are unpacked in a work folder, not installed.
#
#   engine/vocabulary/train.sh [work folder] > english.txt
set -euo pipefail
export LC_ALL=C.UTF-8

work=$(realpath "${1:-$(mktemp -d)}")
packages=(wordnet-base dict-devil dict-foldoc dict-jargon fortunes anarchism debian-handbook
  debian-reference-en developers-reference installation-guide-amd64 gnome-user-docs git-doc
  perl-doc python3.11-doc)
pieces=24000
letters=ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ‘’“”–—…€

mkdir -p "$work/debs" "$work/tree"
cd "$work/debs"
for package in "${packages[@]}"; do
  compgen -G "${package}_*.deb" > /dev/null || apt-get -q download "$package" >&2
  dpkg-deb -x "${package}"_*.deb ../tree
done
cd "$work/tree/usr/share"

html() {  # every page below the folders, one paragraph a line
  find "$@" -name '*.html' | sort | while read -r page; do
    w3m -dump -cols 4000 -T text/html -I UTF-8 -O UTF-8 "$page"
  done
}
marked_up() { perl -pe 's/<[^>]*>/ /g; s/&\w+;/ /g' "$@"; }
pod() { perl -pe '$_ = "" if /^[=\s]/; s/[A-Z]<+ ?([^<>]*?) ?>+/$1/g' "$@"; }

# A line of prose in a European script: four words or more, hardly anything but letters and spaces.
prose() {
  perl -CSD -ne '
    s/\x{ad}//g;
    s/[\t\x{a0}\x{b6}\x{2022}\x{2023}\x{2028}-\x{202f}\x{2500}-\x{25ff}]/ /g;
    s/\S{25,}/ /g; s/\s+/ /g; s/^ | $//g;
    next if tr/ // < 3 || /[^\x20-\x7e\x{a1}-\x{24f}\x{370}-\x{4ff}\x{2010}-\x{203a}\x{20ac}]/;
    my $letters = () = /[\p{L} ]/g;
    print "$_\n" if $letters >= 0.88 * length;'
}

{
  perl -ne 'print "$1\n" if /^\d{8} .*? \| (.*)/' wordnet/data.{adj,adv,noun,verb}
  for dictionary in devil foldoc jargon; do gzip -dc < "dictd/$dictionary.dict.dz"; done
  find games/fortunes -type f ! -name '*.dat' ! -name '*.u8' ! -name ascii-art | sort | xargs cat
  html doc/anarchism/html | awk 'NR % 4 == 0'  # long, and all of one subject
  html doc/debian-handbook/html/en-US debian-reference developers-reference \
    doc/installation-guide-amd64/en doc/git-doc \
    doc/python3.11/html/{tutorial,howto,faq,using,library}
  find help/C -name '*.page' | sort | xargs perl -0pe 's/\n(?!\n)/ /g' | marked_up
  find perl/*/pod -name '*.pod' ! -name 'perl*delta.pod' | sort | xargs cat | pod
} | prose | sort -u > "$work/prose.txt"
sed 's/./& /g' <<< "$letters" >> "$work/prose.txt"  # a required letter must occur

# The options as Gemma's: nothing normalized, digits apart, no space put before or taken away.
spm_train --input="$work/prose.txt" --model_prefix="$work/english" --model_type=bpe \
  --vocab_size=$((pieces + 259)) --character_coverage=0.999999 --required_chars="$letters" \
  --byte_fallback=true \
  --normalization_rule_name=identity --add_dummy_prefix=false --remove_extra_whitespaces=false \
  --split_digits=true --max_sentence_length=65536 --num_threads=1 --minloglevel=1 >&2

# Not the 259 pieces of no text: <unk>, <s>, </s> and the bytes.
awk -F '\t' '$1 !~ /^<(unk|s|\/s|0x..)>$/ { print $1 }' "$work/english.vocab"
