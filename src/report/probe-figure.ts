/**
 * Pictures of the probes of a training: one heat map of layers by steps for each probe, or all heat maps in one file.
 */
import { isDrawable } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { type HeatMap, heatMap, heatNotes } from './heat-map.ts'
import { fitted } from './labels.ts'
import { element, figure, label } from './svg.ts'

export interface ProbedQuantity {
  readonly name: string
  readonly title: string
  readonly unit?: string
  readonly scale: 'log' | 'linear'
  /** The range of values that the colors span. By default, the colors span the range of all values. */
  readonly domain?: readonly [number, number]
}

export interface ProbedData {
  readonly network: string
  readonly dataset: string
  /** The names of the layers, from the first layer to the last. */
  readonly layers: readonly string[]
  /** The snapshots of the training, in ascending order of their steps. */
  readonly snapshots: readonly {
    readonly step: number
    readonly probes: { readonly [name: string]: readonly (number | null)[] }
  }[]
  /** The probes to draw. A probe without a value in any layer is left out. */
  readonly quantities: readonly ProbedQuantity[]
}

const panel = { width: 440, height: 340 }
const gap = 24
const heading = 34

/** Draws one picture for each probe as an SVG file, named after the probe. */
export function probePictures(data: ProbedData): { readonly name: string; readonly svg: string }[] {
  return mapsOf(data).map(({ name, map }) => ({ name, svg: heatMap(map) }))
}

/** Draws the pictures of all probes in one SVG file, two pictures in a row. */
export function probePicture(data: ProbedData): string {
  const maps = mapsOf(data).map(({ map }) => map)
  const columns = Math.max(1, Math.min(2, maps.length))
  const rows = Math.ceil(maps.length / columns)
  const width = columns * panel.width + (columns - 1) * gap
  const height = heading + rows * panel.height + Math.max(0, rows - 1) * gap
  const title = `${data.network} on ${data.dataset}`
  const words = { title, description: `${title}: ${maps.map((map) => map.description).join(' ')}` }
  const panels = maps.map((map, index) => {
    const x = (index % columns) * (panel.width + gap)
    const y = heading + Math.floor(index / columns) * (panel.height + gap)
    return element('g', { transform: `translate(${x} ${y})` }, heatMap(map))
  })
  return figure(
    { width, height },
    words,
    label(fitted(title, width, 15, true), { class: 'iso-heading', x: 0, y: 16 }),
    ...panels,
  )
}

function mapsOf({ network, dataset, layers, snapshots, quantities }: ProbedData): { name: string; map: HeatMap }[] {
  return quantities.flatMap(({ name, title, unit, scale, domain }) => {
    const seen = snapshots.filter(({ probes }) => probes[name] !== undefined)
    if (!seen.some(({ probes }) => probes[name].some(isDrawable))) return []
    const about = `${title}${unit === undefined ? '' : ` (${unit})`}`
    const [first, last] = [seen[0].step, seen[seen.length - 1].step]
    const when = first === last ? `at step ${first}` : `from step ${first} to step ${last}`
    const map: HeatMap = {
      title: about,
      description: `${about} for ${counted(layers.length, 'layer')} of ${network} on ${dataset}, ${when}.`,
      scale,
      domain,
      steps: seen.map(({ step }) => step),
      layers,
      values: seen.map(({ probes }) => probes[name]),
      ...panel,
    }
    return [{ name, map: { ...map, description: [map.description, ...heatNotes(map)].join(' ') } }]
  })
}
