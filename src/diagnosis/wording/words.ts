/** What sentences about causes are made of. */
import type { Harmless, TwinDepth } from '../causes/assessment.ts'
import type { StagePlace } from '../causes/layer-values.ts'

/** A number behind a finding, and the limit that it is held against. */
export interface EvidenceRow {
  readonly name: string
  readonly value: number | null
  readonly limit: number | null
  readonly words: string
}

/** What is said of a cause. */
export interface Words {
  /** A sentence but for its first capital and its full stop, so that it can also stand in brackets. */
  readonly statement: string
  readonly evidence: readonly EvidenceRow[]
}

export const sentenceOf = (statement: string): string => `${statement.charAt(0).toUpperCase()}${statement.slice(1)}.`

/** JSON has no other number. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** `layer 12 of 60` */
export const placeText = ({ layer, of }: StagePlace): string => `layer ${layer} of ${of}`

export const seedsText = (seeds: number): string => (seeds === 1 ? 'one seed' : `${seeds} seeds`)

/** What the network is measured against. */
export const twinText = (twin: TwinDepth): string =>
  twin === 'given' ? 'the network that it is compared with' : 'the same network with fewer layers'

/** Why nothing is to blame for a network that trains. */
export const harmlessText = ({ twin }: Harmless): string =>
  twin === null ? 'it trains' : `it trains no worse than ${twinText(twin)}, beyond the spread of the seeds`
