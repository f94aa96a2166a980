/** Words for exploding, vanishing and chaotic signals. */
import { number } from '../../format/words.ts'
import type { ChaoticSignalFacts, SignalFacts } from '../causes/signal.ts'
import { type EvidenceRow, finite, harmlessText, placeText, type Words } from './words.ts'

export function explodingSignalWords(facts: SignalFacts): Words {
  const row = signalRow('powers of ten that the signal grows by', facts)
  return {
    statement:
      facts.outcome === 'beyond limits'
        ? `The signal explodes before any training: ${row.words}, 10,000 times the first's by ${placeText(facts.place)}`
        : signalStatement(facts, row),
    evidence: [row],
  }
}

export function vanishingSignalWords(facts: SignalFacts): Words {
  const row = signalRow('powers of ten that the signal shrinks by', facts)
  return {
    statement:
      facts.outcome === 'beyond limits'
        ? `The signal vanishes before any training: ${row.words}, a 10,000th of the first's by ${placeText(facts.place)}`
        : signalStatement(facts, row),
    evidence: [row],
  }
}

function signalRow(name: string, { decades, limit, first, last }: SignalFacts): EvidenceRow {
  const words = `mean square ${number(first)} after the first layer, ${number(last)} after the last hidden one`
  return { name, value: finite(decades), limit, words }
}

const signalStatement = (facts: Exclude<SignalFacts, { outcome: 'beyond limits' }>, { words }: EvidenceRow): string =>
  facts.outcome === 'harmless' ? harmlessText(facts) : words

export function chaoticSignalWords(facts: ChaoticSignalFacts): Words {
  const { highest, last, fall, leastFall, growth, leastGrowth } = facts
  const fallen = `the cosine of the closest pairs of samples falls from ${number(highest)} to ${number(last)}`
  const grown = Number.isNaN(growth)
    ? 'the last hidden layer has no gradient to compare others with'
    : `gradients are ${number(10 ** growth)} times as large in the first layer as in the last hidden one`
  const evidence = [
    { name: 'fall of the cosine of the closest pairs', value: fall, limit: leastFall, words: fallen },
    { name: 'powers of ten that gradients grow by toward the input', value: growth, limit: leastGrowth, words: grown },
  ]
  switch (facts.outcome) {
    case 'within limits': {
      if (fall >= leastFall) return { statement: grown, evidence }
      const risen = `the cosine of the closest pairs of samples ends at ${number(last)}, its highest`
      return { statement: fall > 0 ? fallen : risen, evidence }
    }
    case 'harmless':
      return { statement: harmlessText(facts), evidence }
    case 'beyond limits':
      return {
        statement: `The signal is chaotic before any training: ${fallen}, so that like inputs end up unlike, and ${grown}`,
        evidence,
      }
  }
}
