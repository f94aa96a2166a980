/** The command to type next, made from the command line that was given. */
import type { Advice } from '../index.ts'
import { flagName } from './field-options.ts'
import { switches } from './renamed-flags.ts'

/** Flags that belong to one training only, so that the next command leaves them out. */
const ofOneTraining: ReadonlySet<string> = new Set(['--run', '--json', '--figure', '--report', '--probe-figure'])

/** Flags that a new flag replaces, besides an earlier value of the same flag. */
const replaced: Readonly<Record<string, readonly string[]>> = {
  '--steps': ['--epochs'],
}

/**
 * Returns the words of the next command, without the name of the program. `words` is the command line of the training,
 * and `run` is the folder of the run.
 */
export function nextCommand(words: readonly string[], { next }: Advice, run: string | null): readonly string[] {
  if (next === 'diagnose') {
    const [, ...rest] = words
    return run === null ? ['diagnose', ...without(rest, ofOneTraining)] : ['diagnose', run]
  }
  const added = Object.entries(next).flatMap(([key, value]) => [flagName(key), String(value)])
  const changed = added.flatMap((flag) => [flag, ...(replaced[flag] ?? [])])
  return [...without(words, new Set([...ofOneTraining, ...changed])), ...added]
}

/** The words without the given flags and their values. */
function without(words: readonly string[], flags: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let at = 0; at < words.length; at++) {
    const [flag, value] = words[at].split('=')
    if (!words[at].startsWith('--') || !flags.has(flag)) kept.push(words[at])
    else if (value === undefined && !switches.has(flag)) at++
  }
  return kept
}
