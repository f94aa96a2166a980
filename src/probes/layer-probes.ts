/** All probes that give a number for each stage, by name. */
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

/** All names, in the table's order. */
export const layerProbeNames: readonly LayerProbeName[] = Object.keys(layerProbes).filter(isLayerProbe)

/** Those that cost little at every look, and tell most causes apart. */
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
