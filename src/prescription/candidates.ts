/** The candidates of a prescription: the network itself, and the network with each remedy that applies to it. */
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { RemedySize, Treatment } from '../remedies/remedy.ts'
import { remedies, remedyNames } from '../remedies/table.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { canonicalJson } from '../trials/spec.ts'
import { byPromise } from './promise.ts'

/** Name of the candidate that is the unchanged network. Only its rate may differ from the given rate. */
export const NETWORK = 'network'

export interface Candidate {
  /** Name of the remedy, or `network` for the unchanged network. */
  readonly name: string
  readonly size: RemedySize
  readonly network: Network
  /** Settings of the training. The race sets the rate, the number of steps and the seed. */
  readonly settings: TrainingSettings
  /** The change as a request, without the rate. Empty for the unchanged network. */
  readonly words: string
  /** Whether the candidate is tried only if no other candidate helps. */
  readonly isLastResort: boolean
}

/** Sizes of changes that give up what the user asked for: this depth and this width. */
const lastResorts: ReadonlySet<RemedySize> = new Set(['depth', 'width'])

/** The training for which a prescription seeks a change. */
export interface PrescribedTraining {
  readonly network: Network
  readonly data: Dataset
  readonly settings: TrainingSettings
}

/**
 * Lists the candidates: the unchanged network first, then the remedies in the order in which they should be tried.
 * Remedies that do not apply are left out, and so are remedies with the same result as an earlier one. `fits` says
 * whether a changed training can be run.
 */
export function candidatesOf(training: PrescribedTraining, fits: (treatment: Treatment) => boolean): Candidate[] {
  const { network, settings } = training
  const seen = new Set([textOf(training)])
  const changed = remedyNames.flatMap((name): Candidate[] => {
    const { size, apply } = remedies[name]
    const treatment = apply(training)
    if (treatment === undefined || seen.has(textOf(treatment)) || !fits(treatment)) return []
    seen.add(textOf(treatment))
    return [{ name, size, ...treatment, isLastResort: lastResorts.has(size) }]
  })
  const unchanged: Candidate = { name: NETWORK, size: 'rate', network, settings, words: '', isLastResort: false }
  return [unchanged, ...byPromise(changed, network)]
}

const textOf = ({ network, settings }: Pick<Treatment, 'network' | 'settings'>): string =>
  canonicalJson({ network, settings }, 'candidate')
