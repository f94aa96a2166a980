/** The layer that the sentence about a cause names, so that the picture of the cause can mark this layer. */
import type { StagePlace } from './causes/layer-values.ts'
import type { JudgedCause } from './causes/table.ts'
import { placeText } from './wording/words.ts'

export interface LayerMark {
  /** Index of the stage in the profile of the network, counted from 0. */
  readonly stage: number
  readonly label: string
}

/** Returns the layer that the sentence about the cause names, or undefined if the sentence names none. */
export function markedLayer({ facts }: JudgedCause): LayerMark | undefined {
  if ('place' in facts && facts.place !== null) return markAt(facts.place)
  if (!('ends' in facts) || facts.ends === null) return undefined
  const { place } = facts.ends.first
  return place === null ? { stage: 0, label: 'first layer' } : markAt(place)
}

const markAt = (place: StagePlace): LayerMark => ({ stage: place.layer - 1, label: placeText(place) })
