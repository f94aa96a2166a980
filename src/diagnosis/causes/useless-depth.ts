/** Whether layers could be left out of the trained network without its noticing. */

import { number, percent } from '../../format/words.ts'
import { type Evidence, fails } from '../evidence.ts'
import { type Assessment, type EvidenceRow, holds, open, placeOf, ruledOut, scoreOf, untested } from './assessment.ts'

/** A loss that is no more than this above the whole network's, relative to it, is the same. */
const harmless = 0.01
/** Where a third of a good residual network's blocks is left out at its top, its loss hardly moves: half is worth a name. */
const leastShare = 1 / 2
/** What an affine map leaves of a layer's variance where the layer is one. */
const mostResidual = 1e-3

export function uselessDepth(evidence: Evidence): Assessment {
  const cause = 'useless-depth'
  if (fails(evidence, 'patient')) {
    const sentence = "it hasn't learned anything that a layer could be needed for."
    return ruledOut(cause, 'the training error', { sentence, evidence: [] })
  }
  const blocks = evidence.stages.filter(({ skips }) => skips).length
  if (blocks >= 2) return uselessBlocks(evidence, blocks)
  return uselessLayers(evidence)
}

const isHarmless = (loss: number | null, whole: number, chance: number): boolean =>
  loss !== null && loss - whole <= harmless * Math.max(whole, 0.02 * chance)

function uselessBlocks(evidence: Evidence, blocks: number): Assessment {
  const cause = 'useless-depth'
  const { withoutBlocks } = evidence.measured
  if (!withoutBlocks) {
    const sentence = 'what its blocks are worth has not been measured.'
    return open(cause, [{ measurement: 'withoutBlocks' }], { sentence, evidence: [] })
  }
  const { loss, fromTop } = withoutBlocks
  if (fromTop.length === 0) {
    return ruledOut(cause, 'removed blocks', {
      sentence: 'none of its residual blocks can be taken out.',
      evidence: [],
    })
  }
  const without = fromTop.filter((one) => isHarmless(one.loss, loss, evidence.chance.loss))
  const most = without.reduce((found, one) => (one.blocks > found.blocks ? one : found), { blocks: 0, loss })
  const share = most.blocks / blocks
  const words = `without its last ${most.blocks} of ${blocks} residual blocks the loss on the probe samples is ${number(most.loss)} instead of ${number(loss)}`
  const rows: EvidenceRow[] = [
    { name: 'share of the residual blocks that can be left out', value: share, limit: leastShare, words },
    ...readableRows(evidence),
  ]
  if (share < leastShare) {
    const sentence =
      most.blocks === 0 ? 'without its last residual block the loss rises.' : `${words}, and rises without more.`
    return ruledOut(cause, 'removed blocks', { sentence, evidence: rows })
  }
  const sentence = `Much of its depth is useless: ${words}.`
  return holds(cause, scoreOf(share, leastShare), { sentence, evidence: rows })
}

function uselessLayers(evidence: Evidence): Assessment {
  const cause = 'useless-depth'
  const { affine } = evidence.measured
  if (!affine) {
    const sentence = 'what its layers are worth has not been measured.'
    return open(cause, [{ measurement: 'affine' }], { sentence, evidence: [] })
  }
  // The read-out is an affine map in any network.
  const tried = affine.loss.slice(0, -1).flatMap((loss, stage) => {
    return loss === null || Number.isNaN(loss) ? [] : [{ loss, residual: affine.residual[stage] }]
  })
  if (tried.length === 0) {
    return untested(cause, 'it has no hidden layers of a size that affine maps are tried for.')
  }
  const isAffine = ({ loss, residual }: (typeof tried)[number]): boolean =>
    residual <= mostResidual && isHarmless(loss, affine.whole, evidence.chance.loss)
  const share = tried.filter(isAffine).length / tried.length
  const words = `${tried.filter(isAffine).length} of ${tried.length} hidden layers${tried.length < affine.loss.length - 1 ? ' that were tried' : ''} are affine maps, by what they do to the probe samples`
  const rows: EvidenceRow[] = [
    { name: 'share of the hidden layers that are affine maps', value: share, limit: leastShare, words },
    ...readableRows(evidence),
  ]
  if (share <= leastShare || tried.length < 2) {
    return ruledOut(cause, 'affine replacement', { sentence: `${words}.`, evidence: rows })
  }
  const sentence = `Much of its depth is useless: ${words}, and one after the other is one.`
  return holds(cause, scoreOf(share, leastShare), { sentence, evidence: rows })
}

/** Of a few hundred samples, one or two percent are chance. */
const nearly = 0.02

/** From which layer on the classes can be read off about as well as from the last. */
function readableRows(evidence: Evidence): EvidenceRow[] {
  const accuracies = evidence.measured.linearProbe?.test.slice(0, -1) ?? []
  const known = accuracies.flatMap((accuracy, stage) => (Number.isFinite(accuracy) ? [{ accuracy, stage }] : []))
  const last = known.at(-1)
  const first = last && known.find(({ accuracy }) => accuracy >= last.accuracy - nearly)
  if (!last || !first) return []
  return [
    {
      name: 'layers before the first whose linear classifier is as good as the last one’s, as a share',
      value: first.stage / accuracies.length,
      limit: null,
      words: `a linear classifier on the outputs of ${placeOf(evidence, first.stage)} is right for ${percent(first.accuracy)} of new samples, on those of the last for ${percent(last.accuracy)}`,
    },
  ]
}
