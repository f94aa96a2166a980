/** The advice at the end of a comparison: sentences about single networks, and the commands to type next. */
import { taskOf } from '../data/dataset.ts'
import type { NextStep } from '../report/page.ts'
import type { Comparison } from './carry-out-comparison.ts'
import type { CompareOptions, NetworkFamily } from './compare.ts'
import { deepestUntrained, stuckSentences } from './stuck-networks.ts'
import { type WeakNetwork, weakNetworks, weakSentences } from './weak-networks.ts'

/** Command lines that may follow a comparison. */
export interface NextCommands {
  /** Command line that repeats the comparison with a search for the best rate of each network. */
  readonly tuneCommand?: string
  /** Command line that repeats the comparison with a rate that falls to 0. */
  readonly fallingRateCommand?: string
  /** Returns the command line that diagnoses one network, at the shared rate or at the network's own best rate. */
  readonly diagnoseCommand?: (family: string, depth: number, ownRate?: number) => string
}

interface Facts extends NextCommands, Pick<CompareOptions, 'data' | 'depths'> {
  readonly families: readonly Pick<NetworkFamily, 'name' | 'label'>[]
}

interface ComparisonAdvice {
  readonly advice: readonly string[]
  readonly next: readonly NextStep[]
}

/** A step that may follow: its purpose, its command line, and words for programs, which have no command line. */
interface Step {
  readonly purpose: string
  readonly command: string | undefined
  readonly inCode: string
}

/**
 * Describes rates that look wrong and networks that are stuck, and what to do. A step without a command line becomes a
 * sentence.
 */
export function comparisonAdvice(comparison: Comparison, facts: Facts): ComparisonAdvice {
  // A comparison that an older version returned has no list of stuck networks.
  const { suspectRates, stuckNetworks = [], settings, baselines } = comparison
  const { families, depths, data } = facts
  const areValues = taskOf(data) !== 'classification'
  // Networks that learned nothing, or whose rate looks wrong, are told already.
  const told = [...suspectRates, ...stuckNetworks.filter(({ finding }) => finding === 'learned nothing')]
  const weak = weakNetworks(comparison.rows, families, baselines).filter(
    ({ family, depth }) => !told.some((one) => one.family === family && one.depth === depth),
  )
  const sentences = [
    suspectRates.map(({ sentence }) => sentence).join(' '),
    stuckSentences(stuckNetworks, { families, depths, data, settings }).join(' '),
    baselines === undefined ? '' : weakSentences(weak, families, baselines, areValues).join(' '),
  ]
  const steps = stepsAfter({ ...comparison, stuckNetworks }, weak, facts)
  const bare = steps.flatMap(({ purpose, command, inCode }) =>
    command === undefined ? [`${purpose}, ${inCode}.`] : [],
  )
  return {
    advice: [...sentences, ...bare].filter((sentence) => sentence !== ''),
    next: steps.flatMap(({ purpose, command }) => (command === undefined ? [] : [{ text: `${purpose}:`, command }])),
  }
}

function stepsAfter(
  { suspectRates, stuckNetworks, settings }: Comparison,
  weak: readonly WeakNetwork[],
  facts: Facts,
): Step[] {
  const { tuneCommand, fallingRateCommand, diagnoseCommand } = facts
  const tune = {
    purpose: 'To compare each network at its own best rate',
    command: tuneCommand,
    inCode: 'compare again with the option tune',
  }
  const falling = {
    purpose: 'To let the rate fall to 0',
    command: fallingRateCommand,
    inCode: 'compare again with a cosine schedule',
  }
  const deepest = deepestUntrained(stuckNetworks) ?? weak.toSorted((one, other) => other.depth - one.depth)[0]
  const ownRate = deepest?.rate === settings.optimizer.rate ? undefined : deepest?.rate
  const cause = {
    purpose: 'To find the cause',
    command: deepest && diagnoseCommand?.(deepest.family, deepest.depth, ownRate),
    inCode: 'diagnose the network',
  }
  const isFlat = stuckNetworks.some(({ finding }) => finding === 'stopped improving')
  return [
    ...(suspectRates.length > 0 ? [tune] : []),
    ...(deepest === undefined ? [] : [cause]),
    ...(isFlat ? [falling] : []),
  ]
}
