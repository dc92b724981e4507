import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/program.js';
import { cleanEnv, cli, scratch } from '../support/cli.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const isThere = (shell: Shell): boolean => spawnSync(shell, ['--version']).status === 0;

/** A folder with the program on the path, some files, an AWS config, and the script of each shell. */
const world = scratch();
const env = cleanEnv({
  PATH: [join(world, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
  HOME: world,
  XDG_CONFIG_HOME: world,
  XDG_DATA_HOME: world,
  TERM: 'dumb',
});

beforeAll(async () => {
  mkdirSync(join(world, 'bin'));
  const program = join(world, 'bin', 'sentinel-audit');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(world, '.aws'));
  writeFileSync(join(world, '.aws', 'config'), '[default]\n[profile production]\n');
  writeFileSync(join(world, 'my policy.yaml'), '');
  for (const shell of SHELLS) {
    const { code, stdout } = await cli(['completion', shell]);
    expect(code).toBe(0);
    writeFileSync(join(world, `script.${shell}`), stdout);
  }
});

const run = (shell: Shell, script: string): string =>
  execFileSync(shell, ['-c', script], { env, cwd: world, encoding: 'utf8', timeout: 50_000 });

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

/** What a shell offers for a line whose last word is being typed. */
const COMPLETE: Readonly<Record<Shell, (line: string) => string[]>> = {
  bash: (line) => {
    // As readline cuts words: "=" is one of its own.
    const words = line.split(/ |(?<==)|(?==)/);
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `source script.bash
      COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
      _sentinel_audit
      printf '%s\n' "\${COMPREPLY[@]}"`;
    return linesOf(run('bash', script));
  },
  zsh: (line) => {
    // A zsh on a terminal of its own: a Tab shows the list, which is read until the marker after it.
    const script = `
      zmodload zsh/zpty
      zpty -b shell zsh -f -i
      zpty -w shell $'PROMPT=; autoload -U compinit; compinit -u -D; source ./script.zsh'
      zpty -w shell $'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- $found >> $HOME/found; builtin compadd "$@" }'
      zpty -w shell $'_done() { zle complete-word; print ready > $HOME/ready }; zle -N _done; bindkey "^X" _done'
      zpty -w shell 'print started > $HOME/started'
      until [[ -s $HOME/started ]]; do sleep 0.05; done
      zpty -n -w shell ${JSON.stringify(line)}$'\\C-x'
      until [[ -s $HOME/ready ]]; do sleep 0.05; zpty -r -t shell junk; done
      zpty -d shell
      cat $HOME/found; rm -f $HOME/found $HOME/ready $HOME/started`;
    return linesOf(run('zsh', script));
  },
  fish: (line) =>
    linesOf(run('fish', `source script.fish; complete -C '${line}'`)).map(
      (found) => found.split('\t')[0]!,
    ),
};

describe.each(SHELLS)('the completion of %s', (shell) => {
  if (!isThere(shell)) {
    it.skip(`is not tried: there is no ${shell} here`, () => {});
    console.warn(`skipped: the completion of ${shell}, which is not installed`);
    return;
  }
  it.each([
    ['sentinel-audit ser', ['server-sessions']],
    ['sentinel-audit export --max', ['--max-rcu', '--max-session']],
    ['sentinel-audit export --format n', ['ndjson']],
    ['sentinel-audit server-sessions --status r', ['revoked']],
    [
      'sentinel-audit untracked-sessions --fail-on orphaned,non',
      ['orphaned,non_sentinel_format', 'orphaned,none'],
    ],
    ['sentinel-audit export --aws-profile p', ['production']],
    ['sentinel-audit session-compliance --policy my', ['my policy.yaml']],
  ])('%s', (line, words) => {
    const found = COMPLETE[shell](line).map((word) => word.replaceAll('\\ ', ' '));
    expect([...new Set(found)].toSorted()).toEqual(words.toSorted());
  });

  it('completes a value behind =', () => {
    const [found] = COMPLETE[shell]('sentinel-audit export --format=nd');
    expect(found?.replace('--format=', '')).toBe('ndjson');
  });
});
