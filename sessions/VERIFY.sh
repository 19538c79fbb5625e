#!/bin/sh
# Checks sealed debrief sessions with nothing but sh, awk, sha256sum and ssh-keygen (OpenSSH 8.1+).
#
#   ./VERIFY.sh FILE      one session file, with the ledger.txt and allowed_signers beside it
#   ./VERIFY.sh FOLDER    the ledger, every session file in it, and whether one is missing
#   ./VERIFY.sh -s MY_SIGNERS FILE|FOLDER     with your own copy of allowed_signers
#
# Prints "OK NAME", or "BAD NAME: CODE WHERE" for each thing that is wrong. Ends with 0 if all is
# well, 1 if something is wrong, 2 if it could not check. The codes are explained in README.md.

LC_ALL=C
export LC_ALL
unset CDPATH
set -u
umask 077

stop() {
    printf '%s\n' "VERIFY.sh: $1" >&2
    exit 2
}

signers=
if [ "${1-}" = -s ]; then
    [ $# -eq 3 ] || stop 'use: VERIFY.sh [-s SIGNERS] FILE|FOLDER'
    signers=$2
    [ -f "$signers" ] || stop 'the signers file is not there'
    shift 2
fi
[ $# -eq 1 ] || stop 'use: VERIFY.sh [-s SIGNERS] FILE|FOLDER'
case $1 in
-*) target=./$1 ;;
*) target=$1 ;;
esac
for tool in awk ssh-keygen cmp tr head tail mktemp; do
    command -v "$tool" >/dev/null 2>&1 || stop "$tool is needed"
done
if command -v sha256sum >/dev/null 2>&1; then
    digest() { sha256sum "$@"; }
elif command -v shasum >/dev/null 2>&1; then
    digest() { shasum -a 256 "$@"; }
else
    stop 'sha256sum is needed'
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/debrief-verify.XXXXXX") || stop 'no temporary folder'
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
printf '%s\n' \
    '# debrief session. Read: less FILE   Check: debrief verify FILE, or ./VERIFY.sh FILE' \
    'format = "debrief-session/1"' '' >"$work/start"
: >"$work/signers"
: >"$work/have"
wrong=0
bad=0

# bad NAME CODE WHERE: one finding; names are shown without anything a terminal could obey.
bad() {
    printf 'BAD %s: %s\n' "$(printf '%s' "$1" | tr -c '\040-\176' '?')" "$2${3:+ $3}"
    bad=1
    wrong=1
}

hash_of() {
    digest <"$1" | cut -c 1-64
}

# check_ledger FILE: the form, number and chain of every line.
check_ledger() {
    bad=0
    torn=
    tr '\000' '\001' <"$1" >"$work/ledger"
    total=$(awk 'END { print NR }' "$work/ledger")
    [ "$total" -eq 0 ] || [ -z "$(tail -c 1 "$work/ledger")" ] || torn=$total
    awk -F '  ' '
    function good(  i, key, seen) {
        if (NF < 5 || $1 !~ /^n:[1-9][0-9]*$/ || $3 !~ /^event:[a-z-]+$/) return 0
        if ($2 !~ /^at:[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z$/)
            return 0
        if ($4 !~ /^session:[a-z0-9-]+$/ || $NF !~ /^prev:[0-9a-f]+$/ || length($NF) != 69) return 0
        for (i = 1; i <= NF; i++) {
            if ($i !~ /^[a-z_]+:[!-~]+$/) return 0
            key = substr($i, 1, index($i, ":"))
            if (index(seen, " " key)) return 0
            seen = seen " " key
        }
        return 1
    }
    !good() { print NR, "form", "-"; next }
    {
        print NR, ($1 == "n:" NR ? "ok" : "number"), substr($NF, 6)
        print >lines
    }' lines="$work/lines" "$work/ledger" >"$work/rows"
    while read -r number state before; do
        if [ "$number" = "$torn" ]; then
            bad ledger.txt torn "$number"
        elif [ "$state" != ok ]; then
            bad ledger.txt "$state" "$number"
        elif [ "$(head -n $((number - 1)) "$1" | digest | cut -c 1-64)" != "$before" ]; then
            bad ledger.txt chain "$number"
        fi
    done <"$work/rows"
    [ "$bad" -eq 1 ] || printf 'OK ledger.txt\n'
}

# layout FILE: prints the code of what keeps the file from being looked at, or leaves its blocks
# in $work/blocks/1, 2, ... with their names in $work/names, and the last block in $work/seal.
layout() {
    if [ "$(($(wc -c <"$1")))" -gt 4194304 ]; then
        echo size
    elif [ "$(($(tr -d -c '\015' <"$1" | wc -c)))" -ne 0 ]; then
        echo line-ends
    elif [ "$(($(tr -d '\011\012\040-\176\200-\377' <"$1" | wc -c)))" -ne 0 ]; then
        echo characters
    elif ! head -n 3 "$1" | cmp -s - "$work/start"; then
        echo start
    elif [ -n "$(tail -c 1 "$1")" ]; then
        echo end
    else
        rm -rf "$work/blocks"
        mkdir "$work/blocks" && : >"$work/names" && (cd "$work/blocks" && awk '
        NR <= 3 { next }
        NR == 4 && !/^\[/ { print "start"; exit }
        /^\[/ {
            if ($0 !~ /^\[[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)?\]$/) { print "header"; exit }
            if (out) close(out)
            out = ++count
            if (count > 2000) { print "size"; exit }
            print substr($0, 2, length($0) - 2) >"../names"
        }
        { print >out }
        END { if (NR == 3) print "start" }' <"../file")
    fi
}

# seal: prints "seal" unless the last block is spelled as debrief writes it; leaves the list, the
# root and the signature in files of their own.
seal() {
    rm -f "$work/list" "$work/root" "$work/signature"
    cp "$work/blocks/$(awk 'END { print NR }' "$work/names")" "$work/seal" &&
        (cd "$work" && awk '
    function fail() { failed = 1; print "seal"; exit }
    NR == 1 { if ($0 != "[seal]") fail(); next }
    NR == 2 { if ($0 != "blocks = \047\047\047") fail(); part = "list"; next }
    part == "list" && $0 == "\047\047\047" { if (NR == 3) fail(); part = "root"; next }
    part == "list" {
        name = substr($0, 67)
        if (substr($0, 1, 64) !~ /^[0-9a-f]+$/ || substr($0, 65, 2) != "  ") fail()
        if (name !~ /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)?$/) fail()
        if (name == "seal" || name in seen) fail()
        seen[name] = 1
        print >"list"
        next
    }
    part == "root" {
        if ($0 !~ /^root = "[0-9a-f]+"$/ || length($0) != 73) fail()
        print substr($0, 9, 64) >"root"
        part = "open"
        next
    }
    part == "open" { if ($0 != "signature = \047\047\047") fail(); part = "begin"; next }
    part == "begin" {
        if ($0 != "-----BEGIN SSH SIGNATURE-----") fail()
        print >"signature"
        part = "body"
        next
    }
    part == "body" && $0 == "-----END SSH SIGNATURE-----" {
        if (!last) fail()
        print >"signature"
        part = "close"
        next
    }
    part == "body" {
        if (last) fail()
        if (length($0) == 70 && $0 ~ /^[A-Za-z0-9+\/]+$/) { print >"signature"; next }
        if ($0 !~ /^[A-Za-z0-9+\/]+=?=?$/) fail()
        bare = $0
        sub(/=+$/, "", bare)
        if (length(bare) > 69) fail()
        last = 1
        print >"signature"
        next
    }
    part == "close" { if ($0 != "\047\047\047") fail(); part = "done"; next }
    { fail() }
    END { if (!failed && part != "done") print "seal" }' seal)
}

# stubs SESSION: for each private block the ledger promises to erase, its name and the digest of
# what must stand in its place.
stubs() {
    : >"$work/stubs"
    awk -F '  ' -v session="session:$1" '
    $3 == "event:erase" && $4 == session {
        key = reason = ""
        for (i = 5; i < NF; i++) {
            if ($i ~ /^key:private\./) key = substr($i, 5)
            if ($i ~ /^reason:/) reason = substr($i, 8)
        }
        if (key != "" && reason != "") print key, substr($2, 4), reason
    }' "$work/lines" >"$work/promised"
    while read -r key at reason; do
        printf '%s %s\n' "$key" "$(printf '[%s]\nerased = %s\nreason = "%s"\n\n' \
            "$key" "$at" "$reason" | digest | cut -c 1-64)" >>"$work/stubs"
    done <"$work/promised"
}

# blocks: prints one line "CODE BLOCK" for each block that is not what was sealed; the code is
# "erased" where the ledger says so, which is as it should be.
blocks() {
    (cd "$work/blocks" && digest [0-9]* | awk '
    FILENAME == ARGV[1] { name[FNR] = $0; total = FNR; next }
    FILENAME == ARGV[2] { sealed[substr($0, 67)] = substr($0, 1, 64); order[FNR] = substr($0, 67); listed = FNR; next }
    FILENAME == ARGV[3] { stub[$1] = $2; next }
    { digest[$2] = $1 }
    END {
        total--
        for (i = 1; i <= total; i++) count[name[i]]++
        for (i = 1; i <= total; i++) {
            block = name[i]
            if (count[block] > 1 && !told[block]++) { print "duplicated", block; odd = 1 }
            if (!(block in sealed)) { if (!alien[block]++) print "added", block; odd = 1 }
            else if (count[block] == 1 && sealed[block] != digest[i])
                print (stub[block] == digest[i] ? "erased" : "changed"), block
        }
        for (i = 1; i <= listed; i++)
            if (!(order[i] in count)) { print "removed", order[i]; odd = 1 }
        for (i = 1; !odd && i <= total; i++)
            if (name[i] != order[i]) { print "order"; exit }
    }' ../names ../list ../stubs -)
}

# signature: prints "good KEY", "signer KEY" or "signature".
signature() {
    if ! awk '
        NR == 5 { if (length($0) == 34 && /[AEIMQUYcgkosw048]=$/) fits = 1 }
        END { exit !(fits && NR == 6) }' "$work/signature"; then
        echo signature
    elif said=$(ssh-keygen -Y verify -f "$work/signers" -I debrief -n debrief-seal \
        -s "$work/signature" <"$work/list" 2>/dev/null); then
        echo "good ${said##* }"
    elif said=$(ssh-keygen -Y check-novalidate -n debrief-seal \
        -s "$work/signature" <"$work/list" 2>/dev/null); then
        echo "signer ${said##* }"
    else
        echo signature
    fi
}

# check_file PATH NAME: everything about one session file; NAME is ID.toml or YYYY/ID.toml.
check_file() {
    bad=0
    base=${2##*/}
    session=${base%.toml}
    if [ "$(($(wc -c <"$1")))" -gt 4194304 ]; then
        bad "$2" size
        return
    fi
    cat <"$1" >"$work/file" || stop 'the file cannot be read'
    code=$(layout "$work/file")
    [ -n "$code" ] || code=$(seal)
    if [ -n "$code" ]; then
        bad "$2" "$code"
        return
    fi
    stubs "$session"
    blocks >"$work/found"
    while read -r code block; do
        [ "$code" = erased ] || bad "$2" "$code" "$block"
    done <"$work/found"
    root=$(cat "$work/root")
    [ "$(hash_of "$work/list")" = "$root" ] || bad "$2" root
    set -- "$1" "$2" $(signature)
    [ "$3" = good ] || bad "$2" "$3"
    named "$2" "$base" "$session" || bad "$2" name
    [ "$ledger" = no ] || listed "$2" "$session" "$root" "${4-}"
    [ "$bad" -eq 1 ] || printf 'OK %s\n' "$2"
    [ "$bad" -eq 1 ] || awk '$1 == "erased" { print "   erased " $2 }' "$work/found"
}

# named NAME BASE SESSION: whether the file is named and placed as the id in it says.
named() {
    case $3 in
    '' | -* | *- | *--* | *[!a-z0-9-]*) return 1 ;;
    esac
    [ "$2" = "$3.toml" ] || return 1
    case $1 in
    */*) case $2 in "${1%%/*}"-*) ;; *) return 1 ;; esac ;;
    esac
    (cd "$work/blocks" && awk -v session="$3" '
    FILENAME == ARGV[1] { name[FNR] = $0; next }
    FNR == 1 { seen = 0 }
    name[FILENAME] ~ /^(session|correction|follow-up|not-held)$/ && !seen && /^id = "[a-z0-9-]+"$/ {
        seen = 1
        if ($0 == "id = \"" session "\"") found = 1
    }
    END { exit !found }' ../names $(awk '{ print NR }' ../names))
}

# listed NAME SESSION ROOT KEY: whether the ledger's last word on the session is this very file.
listed() {
    said=$(session=$2 awk -F '  ' '
    $4 == "session:" ENVIRON["session"] {
        file = root = signer = "-"
        for (i = 5; i < NF; i++) {
            if (index($i, "file:") == 1) file = substr($i, 6)
            if (index($i, "root:") == 1) root = substr($i, 6)
            if (index($i, "signer:") == 1) signer = substr($i, 8)
        }
        if (file != "-") found = file " " root " " signer
    }
    END { print found }' "$work/lines")
    if [ -z "$said" ]; then
        bad "$1" unlisted
    elif [ -n "$4" ]; then
        [ "$said" = "$(hash_of "$work/file") $3 $4" ] || bad "$1" ledger
    else
        [ "${said% *}" = "$(hash_of "$work/file") $3" ] || bad "$1" ledger
    fi
}

# around FOLDER: takes in the ledger and the signers that stand there.
around() {
    [ -n "$signers" ] || signers=$1/allowed_signers
    [ ! -f "$signers" ] || awk '
    /^debrief namespaces="debrief-seal" ssh-ed25519 [A-Za-z0-9+\/=]+( .*)?$/' \
        "$signers" >"$work/signers"
    : >"$work/lines"
    ledger=no
    if [ -f "$1/ledger.txt" ]; then
        ledger=yes
        check_ledger "$1/ledger.txt"
    fi
}

# one PATH NAME: one entry of a folder.
one() {
    [ -e "$1" ] || [ -L "$1" ] || return 0
    any=yes
    case ${2##*/} in
    *[!a-z0-9.-]*) ;;
    *) printf '%s\n' "${2##*/}" >>"$work/have" ;;
    esac
    if [ -L "$1" ] || [ ! -f "$1" ]; then
        bad "$2" name
    else
        check_file "$1" "$2"
    fi
}

if [ -d "$target" ]; then
    around "$target"
    any=no
    for path in "$target"/*.toml; do
        one "$path" "${path##*/}"
    done
    for path in "$target"/[0-9][0-9][0-9][0-9]/*.toml; do
        year=${path%/*}
        one "$path" "${year##*/}/${path##*/}"
    done
    if [ "$ledger" = no ] && [ "$any" = yes ]; then
        bad ledger.txt missing
    fi
    awk -F '  ' '{ last[substr($4, 9)] = $3 }
    END { for (id in last) if (last[id] != "event:expire") print id }' "$work/lines" |
        sort >"$work/ids"
    while read -r id; do
        grep -q -x -F "$id.toml" "$work/have" ||
            bad "$(printf '%s' "$id" | cut -c 1-4)/$id.toml" missing
    done <"$work/ids"
elif [ -f "$target" ]; then
    case $target in
    */*) folder=${target%/*} ;;
    *) folder=. ;;
    esac
    full=$(cd "${folder:-/}" && pwd -P) || stop 'the folder of the file cannot be entered'
    name=${target##*/}
    case ${full##*/} in
    [0-9][0-9][0-9][0-9])
        name=${full##*/}/$name
        full=${full%/*}
        ;;
    esac
    around "${full:-/}"
    check_file "$target" "$name"
else
    stop 'there is no such file or folder'
fi
[ "$wrong" -eq 0 ] || exit 1
