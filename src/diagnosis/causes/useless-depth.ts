/** The cause "useless depth": layers of the trained network can be removed without a loss of quality. */
import { type Evidence, fails } from '../evidence.ts'
import { type Assessed, type Earlier, holds, open, ruledOut, scoreOf, untested } from './assessment.ts'
import { fitsPoorly } from './control-answers.ts'
import { placeOf, type StagePlace } from './layer-values.ts'

/** Largest relative rise of the loss that still counts as an unchanged loss. */
const harmless = 0.01
/**
 * Removing the last third of the blocks of a good residual network hardly changes the loss. So the limit for the
 * fraction of removable blocks is a half.
 */
const leastShare = 1 / 2
/**
 * Largest fraction of a layer's output variance that its best affine map may leave unexplained for the layer to count
 * as affine.
 */
const mostResidual = 1e-3

interface BlockFacts {
  /** Number of residual blocks that can be removed, counted from the last block. */
  readonly removable: number
  /** Number of all residual blocks. */
  readonly blocks: number
  readonly share: number
  readonly limit: number
  /** Loss on the probe samples without the removable blocks. */
  readonly loss: number
  /** Loss of the whole network on the probe samples. */
  readonly whole: number
  readonly readable: Readable | null
}

interface LayerFacts {
  /** Number of tested hidden layers that are affine maps. */
  readonly affine: number
  /** Number of tested hidden layers. */
  readonly tried: number
  /** Whether some hidden layers of the network were not tested. */
  readonly isPartial: boolean
  readonly share: number
  readonly limit: number
  readonly readable: Readable | null
}

/** The first layer from which a linear classifier reads the classes about as well as from the last hidden layer. */
interface Readable {
  readonly place: StagePlace
  /** Fraction of the hidden layers that come before the readable layer. */
  readonly share: number
  /** Accuracy on new samples of the linear classifier of the readable layer. */
  readonly accuracy: number
  /** Accuracy on new samples of the linear classifier of the last hidden layer. */
  readonly lastAccuracy: number
}

export type UselessDepthFacts =
  | { readonly outcome: 'learned nothing' | 'blocks unmeasured' | 'layers unmeasured' | 'no removable blocks' }
  | ({ readonly outcome: 'useless blocks' | 'useful blocks' } & BlockFacts)
  | ({ readonly outcome: 'useless layers' | 'useful layers' } & LayerFacts)

type Assessment = Assessed<'useless-depth', UselessDepthFacts>

export function uselessDepth(evidence: Evidence, earlier: Earlier = []): Assessment {
  // Layers that learned little are useless too, so a network that fits poorly is judged when no other cause is open.
  if (fitsPoorly(evidence) && earlier.some(({ state }) => state === 'open')) return untested('useless-depth')
  if (fails(evidence, 'network')) {
    return ruledOut('useless-depth', { outcome: 'learned nothing' }, { observation: 'training error' })
  }
  const blocks = evidence.stages.filter(({ skips }) => skips).length
  return blocks >= 2 ? uselessBlocks(evidence, blocks) : uselessLayers(evidence)
}

const isHarmless = (loss: number | null, whole: number, chance: number): boolean =>
  loss !== null && loss - whole <= harmless * Math.max(whole, 0.02 * chance)

function uselessBlocks(evidence: Evidence, blocks: number): Assessment {
  const cause = 'useless-depth'
  const by = { observation: 'removed blocks' } as const
  const { withoutBlocks } = evidence.measured
  if (!withoutBlocks) return open(cause, { outcome: 'blocks unmeasured' }, [{ measurement: 'withoutBlocks' }])
  const { loss: whole, fromTop } = withoutBlocks
  if (fromTop.length === 0) return ruledOut(cause, { outcome: 'no removable blocks' }, by)
  const without = fromTop.filter((one) => isHarmless(one.loss, whole, evidence.chance.loss))
  const most = without.reduce((found, one) => (one.blocks > found.blocks ? one : found), { blocks: 0, loss: whole })
  const share = most.blocks / blocks
  const readable = readableFrom(evidence)
  const facts = { removable: most.blocks, blocks, share, limit: leastShare, loss: most.loss, whole, readable }
  if (share < leastShare) return ruledOut(cause, { ...facts, outcome: 'useful blocks' }, by)
  return holds(cause, { ...facts, outcome: 'useless blocks' }, scoreOf(share, leastShare))
}

function uselessLayers(evidence: Evidence): Assessment {
  const cause = 'useless-depth'
  const { affine } = evidence.measured
  if (!affine) return open(cause, { outcome: 'layers unmeasured' }, [{ measurement: 'affine' }])
  // The read-out is left out because it is an affine map in every network.
  const tried = affine.loss.slice(0, -1).flatMap((loss, stage) => {
    return loss === null || Number.isNaN(loss) ? [] : [{ loss, residual: affine.residual[stage] }]
  })
  // If no hidden layer was tested, all hidden layers are too wide for an affine fit.
  if (tried.length === 0) return untested(cause)
  const maps = tried.filter(
    ({ loss, residual }) => residual <= mostResidual && isHarmless(loss, affine.whole, evidence.chance.loss),
  )
  const share = maps.length / tried.length
  const isPartial = tried.length < affine.loss.length - 1
  const counts = { affine: maps.length, tried: tried.length, isPartial }
  const facts = { ...counts, share, limit: leastShare, readable: readableFrom(evidence) }
  if (share <= leastShare || tried.length < 2) {
    return ruledOut(cause, { ...facts, outcome: 'useful layers' }, { observation: 'affine replacement' })
  }
  return holds(cause, { ...facts, outcome: 'useless layers' }, scoreOf(share, leastShare))
}

/** Largest difference between two accuracies that counts as chance with a few hundred samples. */
const nearly = 0.02

function readableFrom(evidence: Evidence): Readable | null {
  const accuracies = evidence.measured.linearProbe?.test.slice(0, -1) ?? []
  const known = accuracies.flatMap((accuracy, stage) => (Number.isFinite(accuracy) ? [{ accuracy, stage }] : []))
  const last = known.at(-1)
  const first = last && known.find(({ accuracy }) => accuracy >= last.accuracy - nearly)
  if (!last || !first) return null
  const place = placeOf(evidence, first.stage)
  return { place, share: first.stage / accuracies.length, accuracy: first.accuracy, lastAccuracy: last.accuracy }
}
