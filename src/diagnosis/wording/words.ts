/** Building blocks of the sentences about causes. */
import { formatR2 } from '../../format/text.ts'
import { counted, percent } from '../../format/words.ts'
import type { Harmless, TwinDepth } from '../causes/assessment.ts'
import type { StagePlace } from '../causes/layer-values.ts'

/** A measured number behind a finding, with the limit of that number. */
export interface EvidenceRow {
  /** A noun phrase that names the number. */
  readonly name: string
  readonly value: number | null
  readonly limit: number | null
  /**
   * A sentence without the capital at its start and the full stop at its end, so that the sentence can also follow a
   * comma.
   */
  readonly words: string
}

/** Formats an error, which is a fraction of wrong answers, or the unexplained fraction of the variance. */
export type ErrorText = (error: number) => string

/** The unexplained fraction of the variance, followed by the R2 that users of values know: `24.0% (R2 0.760)`. */
export const valueError: ErrorText = (error) =>
  Number.isFinite(error) ? `${percent(error)} (R2 ${formatR2(1 - error)})` : percent(error)

/** The statement about a cause and the numbers behind the statement. */
export interface Words {
  /**
   * A sentence without the capital at its start and the full stop at its end, so that the sentence can also be put in
   * brackets. The statement of a finding may hold two sentences; see `twoSentences`.
   */
  readonly statement: string
  readonly evidence: readonly EvidenceRow[]
}

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

export const sentenceOf = (statement: string): string => `${capitalized(statement)}.`

/**
 * Joins two sentences into one statement: a full stop and a capital letter between the sentences, and no full stop at
 * the end.
 */
export const twoSentences = (first: string, second: string): string => `${first}. ${capitalized(second)}`

/** Returns null for NaN and infinite numbers, which JSON cannot hold. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Names a layer by its place, such as `layer 12 of 60` for a hidden layer. */
export const placeText = ({ layer, of }: StagePlace): string =>
  layer > of ? 'the read-out' : `layer ${layer} of ${of}`

export const seedsText = (seeds: number): string => (seeds === 1 ? 'one seed' : counted(seeds, 'seed'))

/** The network with which the diagnosed network is compared. */
export const twinText = (twin: TwinDepth): string =>
  twin === 'given' ? 'the comparison network' : 'the same network with fewer layers'

/** The reason why no mechanism is blamed for a network that trains. */
export const harmlessText = ({ twin }: Harmless): string =>
  twin === null
    ? 'the network trains'
    : `the network trains and is not worse than ${twinText(twin)} in a way that needs an explanation`

/** Formats a learning rate as users type it, such as `0.0003`. */
export const rateText = (rate: number): string => String(Number(rate.toPrecision(3)))
