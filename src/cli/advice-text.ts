/** Formats the advice at the end of a training as text and as JSON. */
import type { Advice } from '../index.ts'
import { programName } from './program-name.ts'
import { quote } from './quote.ts'

/** Advice, with the words of the command to type next. */
export interface ShownAdvice extends Advice {
  /** The words of the command, without the name of the program. */
  readonly command: readonly string[]
}

/** Returns the lines of an advice: the sentence and the command to type next. No advice has no lines. */
export function adviceLines(advice: ShownAdvice | undefined): string[] {
  if (advice === undefined) return []
  return ['', advice.sentence, `Next: ${programName()} ${advice.command.map(quote).join(' ')}`]
}

/** Returns the JSON of an advice, or null without advice. */
export function adviceJson(advice: ShownAdvice | undefined) {
  return advice === undefined ? null : { finding: advice.finding, sentence: advice.sentence, command: advice.command }
}
