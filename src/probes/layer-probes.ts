/** The table of all layer probes by name. A layer probe gives one number for each stage. */
import { alwaysOnUnits } from './always-on-units.ts'
import { angularDistance } from './angular-distance.ts'
import { closestPairs } from './closest-pairs.ts'
import { cosine } from './cosine.ts'
import { deadUnits } from './dead-units.ts'
import { distanceFromStart } from './distance-from-start.ts'
import { effectiveRank } from './effective-rank.ts'
import { gradientNorm } from './gradient-norm.ts'
import type { LayerProbe } from './layer-probe.ts'
import { lostUpdates } from './lost-updates.ts'
import { meanSquare } from './mean-square.ts'
import { neighborSimilarity } from './neighbor-similarity.ts'
import { responseDeviation } from './response-deviation.ts'
import { saturatedUnits } from './saturated-units.ts'
import { updateRatio } from './update-ratio.ts'

export const layerProbes = {
  meanSquare,
  gradientNorm,
  cosine,
  closestPairs,
  effectiveRank,
  deadUnits,
  saturatedUnits,
  alwaysOnUnits,
  responseDeviation,
  angularDistance,
  neighborSimilarity,
  updateRatio,
  lostUpdates,
  distanceFromStart,
} as const satisfies Record<string, LayerProbe>

export type LayerProbeName = keyof typeof layerProbes

export const isLayerProbe = (name: string): name is LayerProbeName => Object.hasOwn(layerProbes, name)

/** The names of all layer probes, in the order of the table. */
export const layerProbeNames: readonly LayerProbeName[] = Object.keys(layerProbes).filter(isLayerProbe)

/** The default probes, which cost little at every snapshot and distinguish most causes. */
export const usualProbes: readonly LayerProbeName[] = [
  'meanSquare',
  'gradientNorm',
  'cosine',
  'deadUnits',
  'saturatedUnits',
  'updateRatio',
  'lostUpdates',
  'angularDistance',
]
