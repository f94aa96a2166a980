/** Whether layers could be left out of the trained network without its noticing. */
import { type Evidence, fails } from '../evidence.ts'
import { type Assessed, holds, open, ruledOut, scoreOf, untested } from './assessment.ts'
import { placeOf, type StagePlace } from './layer-values.ts'

/** A loss that is no more than this above the whole network's, relative to it, is the same. */
const harmless = 0.01
/** Where a third of a good residual network's blocks is left out at its top, its loss hardly moves: half is worth a name. */
const leastShare = 1 / 2
/** What an affine map leaves of a layer's variance where the layer is one. */
const mostResidual = 1e-3

interface BlockFacts {
  /** Residual blocks that can be left out, from the top, of so many. */
  readonly removable: number
  readonly blocks: number
  readonly share: number
  readonly limit: number
  /** On the probe samples: without these blocks, and of the whole network. */
  readonly loss: number
  readonly whole: number
  readonly readable: Readable | null
}

interface LayerFacts {
  /** Hidden layers that are affine maps, of those that were tried. */
  readonly affine: number
  readonly tried: number
  /** Whether these are fewer than there are. */
  readonly isPartial: boolean
  readonly share: number
  readonly limit: number
  readonly readable: Readable | null
}

/** The first layer from which the classes can be read off about as well as from the last. */
interface Readable {
  readonly place: StagePlace
  /** The layers before it, as a share. */
  readonly share: number
  /** Accuracies of linear classifiers on new samples. */
  readonly accuracy: number
  readonly lastAccuracy: number
}

export type UselessDepthFacts =
  | { readonly outcome: 'learned nothing' | 'blocks unmeasured' | 'layers unmeasured' | 'no removable blocks' }
  | ({ readonly outcome: 'useless blocks' | 'useful blocks' } & BlockFacts)
  | ({ readonly outcome: 'useless layers' | 'useful layers' } & LayerFacts)

type Assessment = Assessed<'useless-depth', UselessDepthFacts>

export function uselessDepth(evidence: Evidence): Assessment {
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
  // The read-out is an affine map in any network.
  const tried = affine.loss.slice(0, -1).flatMap((loss, stage) => {
    return loss === null || Number.isNaN(loss) ? [] : [{ loss, residual: affine.residual[stage] }]
  })
  // No hidden layer has a size that affine maps are tried for.
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

/** Of a few hundred samples, one or two percent are chance. */
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
