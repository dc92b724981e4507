import { ASK_COMPLETIONS } from '../definitions/commands.js';

/** The shells that have a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete our command lines; it runs the program for each completion. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = `_sentinel_audit() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" value
  [[ $current == = ]] && before='=' current=
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ $value == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current")
    else
      [[ $before == = ]] && value="\${value#*=}"
      COMPREPLY+=("$value")
    fi
  done < <(sentinel-audit ${ASK_COMPLETIONS} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _sentinel_audit sentinel-audit
`;

const ZSH = `#compdef sentinel-audit
_sentinel_audit() {
  local line
  local -a values files
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=(yes)
    else
      values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(sentinel-audit ${ASK_COMPLETIONS} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && _describe -V value values
  if (( $#files )); then
    compset -P '--*='
    _files
  fi
}
if [[ $funcstack[1] == _sentinel_audit ]]; then
  _sentinel_audit "$@"
else
  compdef _sentinel_audit sentinel-audit
fi
`;

const FISH = `function __sentinel_audit_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test -n "$current"; or set current ''
    set -l option (string match -r -- '^--[^=]*=' $current)
    for line in (sentinel-audit ${ASK_COMPLETIONS} $words[2..-1] $current 2>/dev/null)
        if test "$line" = :files
            for file in (__fish_complete_path (string replace -- "$option" '' $current))
                printf '%s\\n' "$option$file"
            end
        else
            printf '%s\\n' $line
        end
    end
end
complete -c sentinel-audit -f -a '(__sentinel_audit_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
