/** The command to type next, made from the command line that was given. */
import { type Advice, type NextCommands, withDepth } from '../index.ts'
import { flagName } from './field-options.ts'
import { programName } from './program-name.ts'
import { quote } from './quote.ts'
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
  return changedCommand(words, next)
}

/** Changed options with their new values. An option with a list of values is written once for each value. */
export type Change = Readonly<Record<string, number | string | readonly string[]>>

/** Returns the words of a command line with changed options, without the files that belong to one training. */
export function changedCommand(words: readonly string[], change: Change): readonly string[] {
  const added = Object.entries(change).flatMap(([key, value]) =>
    [value].flat().flatMap((one) => [flagName(key), String(one)]),
  )
  const changed = Object.keys(change)
    .map((key) => flagName(key))
    .flatMap((flag) => [flag, ...(replaced[flag] ?? [])])
  return [...without(words, new Set([...ofOneTraining, ...changed])), ...added]
}

/** Flags of a diagnosis or a prescription that a training does not have, and the given weights of a run, which its diagnosis does not use. */
const ofDiagnoses: ReadonlySet<string> = new Set([
  ...ofOneTraining,
  '--budget',
  '--quick',
  '--thorough',
  '--seeds',
  '--against',
  '--depth',
  '--resume',
  '--init',
])

/**
 * Returns the words of the training with a measured cure. `words` is the command line of the diagnosis, of the diagnosed
 * run, or of the prescription. `file` is the file of the changed network, if the network changes.
 */
export function cureCommand(
  words: readonly string[],
  network: string,
  change: Change,
  file: string | null,
): readonly string[] {
  const [, ...rest] = without(words, ofDiagnoses)
  const isNetwork = (word: string, at: number): boolean => word === network && !(at > 0 && takesValue(rest[at - 1]))
  const own = file === null ? rest : rest.map((word, at) => (isNetwork(word, at) ? file : word))
  return changedCommand(['train', ...own], change)
}

/** Flags of a comparison that a diagnosis does not have. */
const ofComparisons: ReadonlySet<string> = new Set([
  ...ofOneTraining,
  '--depths',
  '--rates',
  '--tune',
  '--early-stopping',
  '--evaluate-every',
  '--log-every',
])

/** The command lines of a comparison, which the report shows. */
export interface ComparisonLines extends NextCommands {
  readonly command: string
}

/** Returns the command line of a comparison and of the commands that may follow. `words`: the words of the comparison. */
export function comparisonLines(words: readonly string[]): ComparisonLines {
  // The folder of --run holds the given comparison, and the files hold its report and its picture.
  const again = without(words, new Set(['--run', '--report', '--figure']))
  const [, ...rest] = without(words, ofComparisons)
  // All words but flags and their values are networks.
  const options = rest.filter((word, at) => word.startsWith('--') || (at > 0 && takesValue(rest[at - 1])))
  return {
    command: lineOf(words),
    tuneCommand: lineOf([...again, '--tune']),
    fallingRateCommand: lineOf([...without(again, new Set(['--schedule'])), '--schedule', 'cosine']),
    diagnoseCommand: (family, depth, ownRate) => {
      const atOwnRate = [...without(options, new Set(['--rate'])), '--rate', String(ownRate)]
      const own = ownRate === undefined ? options : atOwnRate
      return lineOf(['diagnose', withDepth(family, depth), ...own])
    },
  }
}

/** The command line with the given words after the name of the program. */
export const lineOf = (words: readonly string[]): string => `${programName()} ${words.map(quote).join(' ')}`

/** Whether the next word is the value of a word. */
const takesValue = (word: string): boolean => word.startsWith('--') && !word.includes('=') && !switches.has(word)

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
