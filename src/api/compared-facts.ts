/** Facts about the networks of a comparison and their data. */
import type { Fact } from '../facts/fact.ts'
import { dataFactsOf, networkFactsOf } from '../facts/facts.ts'
import type { TrainingOptions } from '../settings/training.ts'
import type { ComparedNetwork, ComparisonGrid } from './comparison-trials.ts'

/** A fact about a comparison. */
export interface ComparedFact extends Fact {
  /** Name of the network family that has the fault, absent if the data or the settings have the fault. */
  readonly family?: string
  /** The depths at which the networks of the family have the fault. */
  readonly depths?: readonly number[]
}

/** Returns the facts about all networks of a comparison: first about the data, then about each family. */
export function comparedFacts(
  networks: readonly ComparedNetwork[],
  { data, settings }: Pick<ComparisonGrid, 'data' | 'settings'>,
  asked?: Pick<TrainingOptions, 'batch' | 'steps'>,
): readonly ComparedFact[] {
  if (networks.length === 0) return []
  const [{ blueprint }] = networks
  const facts: ComparedFact[] = [...dataFactsOf({ blueprint, data, settings, asked })]
  for (const { family, depth, blueprint } of networks) {
    for (const fact of networkFactsOf({ blueprint, data, settings })) {
      const same = facts.findIndex((one) => one.family === family && one.fact === fact.fact)
      if (same < 0) facts.push({ ...fact, family, depths: [depth] })
      else facts[same] = { ...facts[same], depths: [...(facts[same].depths ?? []), depth] }
    }
  }
  return facts
}
