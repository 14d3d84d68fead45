import type {CompletionModel} from './model.ts'
import {posixTables} from './posix.ts'

/** A completion script for bash 3.2 and newer. Needs no bash-completion. */
export function bashScript(model: CompletionModel): string {
  return `# Completion of metis-seq for bash. In ~/.bashrc: eval "$(metis-seq completion bash)"

${posixTables(model)}

# Values of a kind, into COMPREPLY.
__metis_seq_values() {
  local kind=$1 cur=$2 words
  local IFS=$'\\n'
  case $kind in
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
    folder) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")) ;;
    options*) words=\${kind#options }; COMPREPLY=($(compgen -W "\${words// /$IFS}" -- "$cur")) ;;
    names*)
      words=$("\${COMP_WORDS[0]/#\\~/$HOME}" completion names "\${kind#names }" 2>/dev/null)
      COMPREPLY=($(compgen -W "$words" -- "$cur"))
      ;;
  esac
}

_metis_seq() {
  local cur=\${COMP_WORDS[COMP_CWORD]} words='' flag='' position=1 word i list
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash splits --flag=value at the sign.
    if [[ $word == = ]]; then continue; fi
    if [[ -n $flag ]]; then flag=''; continue; fi
    if [[ $word == -* ]]; then
      if __metis_seq_kind "$words $word" >/dev/null; then flag=$word; fi
    elif [[ $position == 1 ]] && __metis_seq_next "\${words:+$words }$word" >/dev/null; then
      words="\${words:+$words }$word"
    else
      position=$((position + 1))
    fi
  done
  if [[ $cur == = ]]; then cur=''; fi
  if [[ -n $flag ]]; then
    __metis_seq_values "$(__metis_seq_kind "$words $flag")" "$cur"
    return
  fi
  local IFS=$'\\n'
  if [[ $cur == -* ]]; then
    list=$(__metis_seq_shared ''; __metis_seq_flags "$words")
  else
    if [[ $position == 1 ]]; then list=$(__metis_seq_next "$words"); fi
    if [[ -z $list ]]; then
      __metis_seq_values "$(__metis_seq_kind "$words $position")" "$cur"
      return
    fi
  fi
  local IFS=$'\\n' line
  for line in $list; do
    word=\${line%%:*}
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
  # A command with words after it can take an argument as well.
  if [[ $cur != -* ]]; then
    local found=("\${COMPREPLY[@]}")
    COMPREPLY=()
    __metis_seq_values "$(__metis_seq_kind "$words $position")" "$cur"
    COMPREPLY=("\${found[@]}" "\${COMPREPLY[@]}")
  fi
}

complete -F _metis_seq metis-seq`
}
