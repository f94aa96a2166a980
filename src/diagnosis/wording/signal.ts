/** Words for the causes "exploding signal", "vanishing signal" and "chaotic signal". */
import { number } from '../../format/words.ts'
import type { ChaoticSignalFacts, SignalFacts } from '../causes/signal.ts'
import { type EvidenceRow, finite, harmlessText, placeText, twoSentences, type Words } from './words.ts'

export function explodingSignalWords(facts: SignalFacts): Words {
  return signalWords(facts, 'powers of ten by which the signal grows', ['explodes', 'grows'])
}

export function vanishingSignalWords(facts: SignalFacts): Words {
  return signalWords(facts, 'powers of ten by which the signal shrinks', ['vanishes', 'shrinks'])
}

/**
 * Describes a growing or shrinking signal. The argument `verbs` holds a verb for the signal and a verb for its mean
 * square.
 */
function signalWords(facts: SignalFacts, name: string, verbs: readonly [string, string]): Words {
  const { decades, limit, first, last } = facts
  const ends = `${number(first)} after the first layer and ${number(last)} after the last hidden layer`
  const words = `the mean square of the signal is ${ends}`
  const row: EvidenceRow = { name, value: finite(decades), limit, words }
  return { statement: signalStatement(facts, words, verbs), evidence: [row] }
}

function signalStatement(facts: SignalFacts, words: string, [verb, change]: readonly [string, string]): string {
  switch (facts.outcome) {
    case 'within limits':
      return words
    case 'harmless':
      return harmlessText(facts)
    case 'beyond limits': {
      const found = `the mean square ${change} by a factor of 10,000 or more by ${placeText(facts.place)}`
      return twoSentences(`the signal ${verb} before training: ${found}`, words)
    }
  }
}

export function chaoticSignalWords(facts: ChaoticSignalFacts): Words {
  const { fall, leastFall, growth, leastGrowth } = facts
  const [fallen, grown] = [fallText(facts), growthText(facts)]
  const evidence = [
    { name: 'fall of the cosine of the closest pairs', value: fall, limit: leastFall, words: fallen },
    { name: 'powers of ten by which gradients grow toward the input', value: growth, limit: leastGrowth, words: grown },
  ]
  switch (facts.outcome) {
    case 'within limits':
      return { statement: fall >= leastFall ? grown : fallen, evidence }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits': {
      const found = 'the signal is chaotic before training: similar inputs become dissimilar on the way to the output'
      return { statement: twoSentences(found, `${fallen}, and ${grown}`), evidence }
    }
  }
}

function fallText({ highest, last, fall }: ChaoticSignalFacts): string {
  if (Number.isNaN(fall)) return 'the closest pairs of samples have no cosine in the hidden layers'
  return fall > 0
    ? `the cosine of the closest pairs of samples falls from ${number(highest)} to ${number(last)}`
    : `the cosine of the closest pairs of samples ends at ${number(last)}, its highest value`
}

function growthText({ growth }: ChaoticSignalFacts): string {
  if (Number.isNaN(growth)) return 'the last hidden layer has no gradient to compare other layers with'
  const times = growth === Number.POSITIVE_INFINITY ? 'infinitely many times' : `${number(10 ** growth)} times`
  return `gradients are ${times} as large in the first layer as in the last hidden layer`
}
