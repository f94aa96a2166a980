/** Words for the cause "useless depth". */
import { counted, number, percent } from '../../format/words.ts'
import type { UselessDepthFacts } from '../causes/useless-depth.ts'
import { type EvidenceRow, placeText, type Words } from './words.ts'

export function uselessDepthWords(facts: UselessDepthFacts): Words {
  switch (facts.outcome) {
    case 'learned nothing':
      return { statement: 'the network has learned nothing for which a layer could be needed', evidence: [] }
    case 'blocks unmeasured':
      return { statement: 'the use of the residual blocks has not been measured', evidence: [] }
    case 'layers unmeasured':
      return { statement: 'the use of the layers has not been measured', evidence: [] }
    case 'no removable blocks':
      return { statement: 'no residual block can be removed', evidence: [] }
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
  const { removable, share, limit } = facts
  const words = withoutBlocksText(facts)
  const row = { name: 'fraction of the residual blocks that can be removed', value: share, limit, words }
  const evidence = [row, ...readableRows(facts)]
  if (facts.outcome === 'useless blocks') return { statement: `much of the depth is useless: ${words}`, evidence }
  return { statement: removable === 0 ? words : `${words}, and rises if more blocks are removed`, evidence }
}

function withoutBlocksText({ removable, blocks, loss, whole }: BlockFacts): string {
  if (removable === 0) return 'the loss on the probe samples rises without the last residual block'
  const removed = removable === 1 ? 'the last' : `the last ${removable}`
  const losses = `${number(loss)} instead of ${number(whole)}`
  return `the loss on the probe samples is ${losses} without ${removed} of ${blocks} residual blocks`
}

function layersWords(facts: LayerFacts): Words {
  const { affine, tried, isPartial, share, limit } = facts
  const layers = `${affine} of ${counted(tried, isPartial ? 'tested hidden layer' : 'hidden layer')}`
  const words = `${layers} ${affine === 1 ? 'is an affine map' : 'are affine maps'} on the probe samples`
  const row = { name: 'fraction of the hidden layers that are affine maps', value: share, limit, words }
  const evidence = [row, ...readableRows(facts)]
  if (facts.outcome === 'useful layers') return { statement: words, evidence }
  const chain = 'a chain of affine maps is a single affine map'
  return { statement: `much of the depth is useless: ${words}, and ${chain}`, evidence }
}

function readableRows({ readable }: BlockFacts | LayerFacts): EvidenceRow[] {
  if (readable === null) return []
  const { place, share, accuracy, lastAccuracy } = readable
  const name =
    'fraction of the hidden layers before the first layer whose linear classifier is about as good as that of the last hidden layer'
  const first = `${percent(accuracy)} on the outputs of ${placeText(place)}`
  const words = `the accuracy of a linear classifier on new samples is ${first} and ${percent(lastAccuracy)} on those of the last hidden layer`
  return [{ name, value: share, limit: null, words }]
}
