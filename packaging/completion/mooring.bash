# Completion of the command `mooring` for bash: source it, or install it as
# /usr/share/bash-completion/completions/mooring.
#
# Commands, options and the kinds of their arguments come from the program; names of switches, ports,
# tables and columns from the database, when it answers within two seconds.

_mooring_ask() {
    mooring --timeout=2 --no-leader-only ${_mooring_db:+"$_mooring_db"} "$@" 2>/dev/null
}

# The names in "UUID (name)" lines.
_mooring_names() {
    _mooring_ask "$@" | sed -n 's/^[0-9a-f-]* (\(..*\))$/\1/p'
}

_mooring_column() {
    _mooring_ask --bare --columns="$2" list "$1" | sed '/^$/d'
}

# The error about a table that isn't there lists those that are.
_mooring_tables() {
    LC_ALL=C mooring --timeout=2 ${_mooring_db:+"$_mooring_db"} list '?' 2>&1 |
        sed -n 's/.*; there are //p' | tr -d ' ' | tr ',' '\n'
}

# The headings of a query that no row satisfies.
_mooring_columns() {
    _mooring_ask --format=csv find "$1" _uuid=00000000-0000-0000-0000-000000000000 |
        tr ',' '\n' | sed '/^_uuid$/d'
}

# The options of one command, or of all.
_mooring_options() {
    mooring --commands 2>/dev/null | sed -n "${1:+/^$1|/}s/.*|//p" | tr ' ' '\n' | sort -u
}

# Candidates for an argument, by the word that stands for it in the command's form.
_mooring_candidates() {
    local kind=$1 table=$2
    case $kind in
        SWITCH) _mooring_names ls-list; _mooring_names ps-list ;;
        ENTITY) _mooring_names ls-list; _mooring_names ps-list; _mooring_column Port_Group name ;;
        GROUP) _mooring_column Port_Group name ;;
        METER) _mooring_column Meter name ;;
        DIRECTION) printf '%s\n' from-lport to-lport ;;
        ACTION) printf '%s\n' allow allow-related allow-stateless drop reject pass ;;
        drop) echo drop ;;
        UNIT) printf '%s\n' kbps pktps ;;
        PORT | PARENT) _mooring_column Logical_Switch_Port name ;;
        PHYSICAL_NETWORK) _mooring_column Physical_Switch physical_network | sort -u ;;
        TABLE) _mooring_tables ;;
        RECORD) _mooring_column "$table" name; _mooring_column "$table" _uuid ;;
        COLUMN*) _mooring_columns "$table" ;;
        STATE) printf '%s\n' enabled disabled ;;
        TYPE) printf '%s\n' router localnet localport l2gateway vtep external virtual remote ;;
        TARGET) printf '%s\n' ptcp: pssl: punix: tcp: ssl: unix: ;;
    esac
}

# The word of a form such as "TABLE [RECORD]..." at a place counted from 0; what is followed by
# "..." stands for all places beyond.
_mooring_kind() {
    local place=$1 repeated='' word
    shift
    for word in "$@"; do
        repeated=''
        [[ $word == *... ]] && repeated=1
        word=${word//\[/}
        word=${word//\]/}
        word=${word%...}
        word=${word%%[:|=]*}
        if ((place-- <= 0)); then break; fi
    done
    ((place < 0)) || [[ -n $repeated ]] && printf '%s' "$word"
}

# Puts the words that begin with $1 among the lines of $2 into COMPREPLY.
_mooring_reply() {
    local IFS=$'\n'
    mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_mooring() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local _mooring_db='' verb='' start=0 first=1 word i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            --) verb='' start=0 first=0 ;;
            # "=" and ":" break words: --db=unix:FILE comes as five of them.
            --db) _mooring_db="--db=${COMP_WORDS[i + 2]}"
                  [[ ${COMP_WORDS[i + 3]} == : ]] && _mooring_db+=":${COMP_WORDS[i + 4]}" ;;
            -* | = | :) ;;
            *) if [[ -z $verb && ${COMP_WORDS[i - 1]} != [=:] ]]; then verb=$word start=$i; fi ;;
        esac
    done
    if [[ -z $verb && ( $before == = || $current == = ) ]]; then
        return
    elif [[ -z $verb && $current == -* ]]; then
        local options
        options=$(_mooring_options)
        ((first)) && options+=$'\n'$(mooring --options 2>/dev/null)
        _mooring_reply "$current" "$options"
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    elif [[ -z $verb ]]; then
        _mooring_reply "$current" "$(mooring --commands 2>/dev/null | cut -d'|' -f1)"
    elif [[ $current == --* ]] && ((COMP_CWORD == start + 1)); then
        _mooring_reply "$current" "$(_mooring_options "$verb")"
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    else
        local form
        form=$(mooring --commands 2>/dev/null | sed -n "s/^$verb|\(.*\)|[^|]*\$/\1/p")
        local -a words
        read -ra words <<< "$form"
        _mooring_reply "$current" "$(_mooring_candidates \
            "$(_mooring_kind $((COMP_CWORD - start - 1)) "${words[@]}")" "${COMP_WORDS[start + 1]}")"
    fi
    return 0
}

complete -F _mooring mooring
