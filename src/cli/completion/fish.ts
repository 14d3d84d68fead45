import type {CompletionModel} from './model.ts'
import {tablesOf, type Table} from './tables.ts'

/** A completion script for fish 3.0 and newer. */
export function fishScript(model: CompletionModel): string {
  return `# Completion of metis-seq for fish: metis-seq completion fish | source

${tablesOf(model, '\t').map(tableText).join('\n\n')}

# Values of a kind, with what stands before them in the same word.
function __metis_seq_values --argument-names program kind before typed
    set -l parts (string split ' ' -- $kind)
    switch "$parts[1]"
        case file
            __fish_complete_path $typed
        case folder
            __fish_complete_directories $typed
        case options
            printf "$before%s\\n" $parts[2..-1]
        case names
            set -l names ($program completion names $parts[2] 2>/dev/null)
            if test (count $names) -gt 0
                printf "$before%s\\n" $names
            end
    end
end

function __metis_seq_complete
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l program $tokens[1]
    set -l said ''
    set -l flag ''
    set -l position 1
    for word in $tokens[2..-1]
        if test -n "$flag"
            set flag ''
        else if string match -q -- '-*' $word
            if not string match -q -- '*=*' $word; and __metis_seq_kind "$said $word" >/dev/null
                set flag $word
            end
        else if test $position = 1; and __metis_seq_next (string trim -- "$said $word") >/dev/null
            set said (string trim -- "$said $word")
        else
            set position (math $position + 1)
        end
    end
    if test -n "$flag"
        __metis_seq_values $program (__metis_seq_kind "$said $flag") '' $typed
        return
    end
    if string match -q -- '--*=*' $typed
        set -l named (string split -m 1 = -- $typed)
        __metis_seq_values $program (__metis_seq_kind "$said $named[1]") "$named[1]=" $named[2]
        return
    end
    if string match -q -- '-*' $typed
        __metis_seq_shared ''
        __metis_seq_flags $said
        return
    end
    if test $position = 1
        __metis_seq_next $said
    end
    if set -l kind (__metis_seq_kind "$said $position")
        __metis_seq_values $program $kind '' $typed
    end
end

complete -c metis-seq -e
complete -c metis-seq -f -k -a '(__metis_seq_complete)'`
}

function tableText({name, comment, rows}: Table): string {
  const cases = rows.flatMap(({key, lines}) => [
    `        case ${quote(key)}`,
    ...(lines.length > 0
      ? [`            printf '%s\\n' ${lines.map(quote).join(' ')}`]
      : ['            true']),
  ])
  return [
    `# ${comment}`,
    `function __metis_seq_${name} --argument-names asked`,
    '    switch "$asked"',
    ...cases,
    "        case '*'",
    '            return 1',
    '    end',
    'end',
  ].join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
