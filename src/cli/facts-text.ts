/** Formats the facts about a training as text and as JSON, with the command to type next. */
import { listed } from '../format/words.ts'
import type { ComparedFact, Fact, FactName } from '../index.ts'
import { isLinearPreset, isPreset } from '../internal.ts'
import { withFlags } from './field-options.ts'
import { changedCommand, lineOf } from './next-command.ts'

/** Leaves out the fact that a network has no nonlinearity if the user named a preset that is linear by its name. */
export const unexpected = <F extends Fact>(facts: readonly F[], network: string): readonly F[] =>
  isLinearPreset(network) ? facts.filter(({ fact }) => fact !== 'no-nonlinearity') : facts

/**
 * Leaves out the fact that a network has no nonlinearity for the families of a comparison that are linear by their
 * names.
 */
export const unexpectedInComparison = (facts: readonly ComparedFact[]): readonly ComparedFact[] =>
  facts.filter((one) => unexpected([one], one.family ?? '').length > 0)

/** The facts about a last layer that a preset has only because of its option `output`. */
const ofLastLayer: ReadonlySet<FactName> = new Set([
  'softmax-twice',
  'output-range',
  'single-output-for-classes',
] satisfies FactName[])

/**
 * Returns the words of the command line without the fault, or undefined if no option of the command line removes the
 * fault. If the option `output` of a preset makes the last layer that the fact is about, this option is left out.
 */
function mended(words: readonly string[], { fact, change }: Fact): readonly string[] | undefined {
  const plain = ofLastLayer.has(fact) ? words.map((word) => (isPreset(word) ? withoutOutput(word) : word)) : words
  if (plain.some((word, at) => word !== words[at])) return changedCommand(plain, {})
  return change === undefined ? undefined : changedCommand(words, change)
}

/** The text of a preset without its option `output`. */
const withoutOutput = (preset: string): string =>
  preset
    .replace(/,\s*output=[^,]*/, '')
    .replace(/:\s*output=[^,]*,?/, ':')
    .replace(/:$/, '')

/**
 * Returns the lines of each fact: what is wrong, and the remedy with the command to type next. `words` is the command
 * line of the user. A resumed training or comparison has no command line to change.
 */
export function factLines(facts: readonly ComparedFact[], words?: readonly string[]): string[] {
  const lines = facts.flatMap((one) => {
    const { fact, sentence, remedy, family, depths = [] } = one
    const where = family === undefined ? '' : `${family}, depth ${listed(depths.map(String))}: `
    const command = words && mended(words, one)
    return [`${where}${fact}: ${sentence}`, `  ${withFlags(remedy)}${command ? ` Next: ${lineOf(command)}` : ''}`]
  })
  if (words === undefined || facts.filter((one) => mended(words, one)).length < 2) return lines
  const all = facts.reduce<readonly string[]>((line, one) => mended(line, one) ?? line, words)
  return [...lines, `Next, with all changes: ${lineOf(all)}`]
}

/** Returns the facts as JSON. The words of a command have no name of the program. */
export const factsJson = (facts: readonly Fact[], words?: readonly string[]) =>
  facts.map((one) => {
    const { fact, sentence, remedy, change } = one
    return { fact, sentence, fix: withFlags(remedy), change, command: words && mended(words, one) }
  })

/** Returns the facts about a comparison as JSON, with the family and the depths of the networks that have the fault. */
export const comparedFactsJson = (facts: readonly ComparedFact[], words?: readonly string[]) =>
  facts.map(({ family, depths, ...fact }) => ({ ...factsJson([fact], words)[0], family, depths }))
