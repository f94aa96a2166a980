/** Formats the facts about a training as text and as JSON, with the command to type next. */
import type { Fact, FactChange } from '../index.ts'
import { isLinearPreset } from '../internal.ts'
import { withFlags } from './field-options.ts'
import { changedCommand, lineOf } from './next-command.ts'

/** Leaves out the fact that a network has no nonlinearity if the user named a preset that is linear by its name. */
export const unexpected = (facts: readonly Fact[], network: string): readonly Fact[] =>
  isLinearPreset(network) ? facts.filter(({ fact }) => fact !== 'no-nonlinearity') : facts

/**
 * Returns the lines of each fact: what is wrong, and the remedy with the command to type next. `words` is the command
 * line of the user.
 */
export function factLines(facts: readonly Fact[], words: readonly string[]): string[] {
  const changes = facts.flatMap(({ change }) => (change === undefined ? [] : [change]))
  const all: FactChange = Object.assign({}, ...changes)
  const last = changes.length > 1 ? [`All changes together: ${lineOf(changedCommand(words, all))}`] : []
  return [...facts.flatMap((fact) => linesOf(fact, words)), ...last]
}

function linesOf({ fact, sentence, remedy, change }: Fact, words: readonly string[]): string[] {
  const command = change === undefined ? '' : ` Next: ${lineOf(changedCommand(words, change))}`
  return [`${fact}: ${sentence}`, `  ${withFlags(remedy)}${command}`]
}

/** Returns the facts as JSON. The command has no name of the program. A resumed run has no command line to change. */
export const factsJson = (facts: readonly Fact[], words?: readonly string[]) =>
  facts.map(({ fact, sentence, remedy, change }) => ({
    fact,
    sentence,
    fix: withFlags(remedy),
    change,
    command: words && change && changedCommand(words, change),
  }))
