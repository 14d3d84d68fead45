import type {CompletionModel} from './model.ts'
import {posixTables} from './posix.ts'

/** A completion script for zsh: to be evaluated, or a file _metis-seq on fpath. */
export function zshScript(model: CompletionModel): string {
  return `#compdef metis-seq
# Completion of metis-seq for zsh. In ~/.zshrc: eval "$(metis-seq completion zsh)"

${posixTables(model)}

__metis_seq_values() {
  local kind=$1
  local -a list
  case $kind in
    file) _files ;;
    folder) _files -/ ;;
    options*) list=(\${(s: :)\${kind#options }}); compadd -a list ;;
    names*)
      list=(\${(f)"$("\${(Q)words[1]/#\\~/$HOME}" completion names "\${kind#names }" 2>/dev/null)"})
      compadd -a list
      ;;
    *) return 1 ;;
  esac
}

_metis_seq() {
  local said='' flag='' position=1 word i
  local -a list
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $flag ]]; then flag=''; continue; fi
    if [[ $word == -* ]]; then
      if [[ $word != *=* ]] && __metis_seq_kind "$said $word" >/dev/null; then flag=$word; fi
    elif [[ $position == 1 ]] && __metis_seq_next "\${said:+$said }$word" >/dev/null; then
      said="\${said:+$said }$word"
    else
      position=$((position + 1))
    fi
  done
  if [[ -z $flag && $PREFIX == --*=* ]]; then
    flag=\${PREFIX%%=*}
    compset -P '*='
  fi
  if [[ -n $flag ]]; then
    __metis_seq_values "$(__metis_seq_kind "$said $flag")"
    return
  fi
  if [[ $PREFIX == -* ]]; then
    list=(\${(f)"$(__metis_seq_shared ''; __metis_seq_flags "$said")"})
    _describe -o flag list
    return
  fi
  if [[ $position == 1 ]]; then
    list=(\${(f)"$(__metis_seq_next "$said")"})
    if (( \${#list} )); then _describe command list; fi
  fi
  __metis_seq_values "$(__metis_seq_kind "$said $position")"
}

if [[ \${funcstack[1]} == _metis_seq || \${funcstack[1]} == _metis-seq ]]; then
  _metis_seq "$@"
else
  if (( ! \${+functions[compdef]} )); then autoload -Uz compinit && compinit; fi
  compdef _metis_seq metis-seq
fi`
}
