/** Words for useless depth. */
import { number, percent } from '../../format/words.ts'
import type { UselessDepthFacts } from '../causes/useless-depth.ts'
import { type EvidenceRow, placeText, type Words } from './words.ts'

export function uselessDepthWords(facts: UselessDepthFacts): Words {
  switch (facts.outcome) {
    case 'learned nothing':
      return { statement: "it hasn't learned anything that a layer could be needed for", evidence: [] }
    case 'blocks unmeasured':
      return { statement: 'what its blocks are worth has not been measured', evidence: [] }
    case 'layers unmeasured':
      return { statement: 'what its layers are worth has not been measured', evidence: [] }
    case 'no removable blocks':
      return { statement: 'none of its residual blocks can be taken out', evidence: [] }
    case 'useful blocks':
    case 'useless blocks':
      return blocksWords(facts)
    case 'useful layers':
    case 'useless layers':
      return layersWords(facts)
  }
}

type BlockFacts = Extract<UselessDepthFacts, { outcome: 'useful blocks' | 'useless blocks' }>
type LayerFacts = Extract<UselessDepthFacts, { outcome: 'useful layers' | 'useless layers' }>

function blocksWords(facts: BlockFacts): Words {
  const { removable, blocks, share, limit, loss, whole } = facts
  const words = `without its last ${removable} of ${blocks} residual blocks the loss on the probe samples is ${number(loss)} instead of ${number(whole)}`
  const row = { name: 'share of the residual blocks that can be left out', value: share, limit, words }
  const evidence = [row, ...readableRows(facts)]
  if (facts.outcome === 'useless blocks') return { statement: `Much of its depth is useless: ${words}`, evidence }
  const needed = 'without its last residual block the loss rises'
  return { statement: removable === 0 ? needed : `${words}, and rises without more`, evidence }
}

function layersWords(facts: LayerFacts): Words {
  const { affine, tried, isPartial, share, limit } = facts
  const words = `${affine} of ${tried} hidden layers${isPartial ? ' that were tried' : ''} are affine maps, by what they do to the probe samples`
  const row = { name: 'share of the hidden layers that are affine maps', value: share, limit, words }
  const evidence = [row, ...readableRows(facts)]
  if (facts.outcome === 'useful layers') return { statement: words, evidence }
  return { statement: `Much of its depth is useless: ${words}, and one after the other is one`, evidence }
}

function readableRows({ readable }: BlockFacts | LayerFacts): EvidenceRow[] {
  if (readable === null) return []
  const { place, share, accuracy, lastAccuracy } = readable
  const name = 'layers before the first whose linear classifier is as good as the last one’s, as a share'
  const words = `a linear classifier on the outputs of ${placeText(place)} is right for ${percent(accuracy)} of new samples, on those of the last for ${percent(lastAccuracy)}`
  return [{ name, value: share, limit: null, words }]
}
