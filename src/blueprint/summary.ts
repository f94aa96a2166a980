/** The network as a text table with one line for each layer. A layer in a loop has one line for all iterations. */
import { grouped } from '../format/words.ts'
import type { Layer } from '../network/network.ts'
import type { Blueprint, LayerBlueprint, Shape } from './blueprint.ts'
import { count, type LayerCount } from './count.ts'

const header = ['layer', 'kind', 'output', 'parameters', 'MACs']
const memoryHeader = ['kept', 'alive']
const leftAligned = 3

export interface SummaryOptions {
  /**
   * Adds two columns with the size of one sample's activations, in bytes: `kept` for training, and `alive` for
   * inference.
   */
  readonly memory?: boolean
}

/**
 * The network as a table with aligned columns: path, kind, output shape, parameters, MACs, and a total at the end.
 * Layers inside a loop are indented under the loop's line, which shows the number of iterations, such as `x 9,999`. The
 * counts of layers inside a loop include all iterations, so that each column adds up to its total. Only the column
 * `alive` doesn't add up, because its total is the maximum over the layers. Throws a `network` error if the argument is
 * no blueprint.
 */
export function summaryTable(blueprint: Blueprint, { memory = false }: SummaryOptions = {}): string {
  const counts = count(blueprint)
  const byLayer = new Map(counts.layers.map((layer) => [`${layer.kind} ${layer.path}`, layer]))
  const inputBytes = counts.trainingBytes - counts.layers.reduce((sum, { trainingBytes }) => sum + trainingBytes, 0)
  const rows: string[][] = [
    [...header, ...memoryHeader],
    ['input', '', shapeCell(blueprint.input), '', '', grouped(inputBytes), ''],
  ]
  addRows(blueprint.root, 0, byLayer, rows)
  const besides = [
    ...(counts.untrained > 0 ? [`${grouped(counts.untrained)} that are not trained`] : []),
    ...(counts.runningStatistics > 0 ? [`${grouped(counts.runningStatistics)} running statistics`] : []),
  ]
  const { parameters, macs, trainingBytes, inferenceBytes } = counts
  rows.push(['total', '', '', ...[parameters, macs, trainingBytes, inferenceBytes].map(grouped)])
  const columns = header.length + (memory ? memoryHeader.length : 0)
  const table = align(rows.map((row) => row.slice(0, columns)))
  return `${table}${besides.length > 0 ? ` (and ${besides.join(' and ')})` : ''}`
}

function addRows(blueprint: LayerBlueprint, indent: number, counts: Map<string, LayerCount>, rows: string[][]): void {
  const { layer, path, output, children } = blueprint
  const counted = counts.get(`${layer.kind} ${path}`)
  const label = `${'  '.repeat(indent)}${path}`
  if (layer.kind === 'repeat') rows.push([label, `x ${grouped(layer.times)}`, shapeCell(output), '', '', '', ''])
  const deeper = layer.kind === 'repeat' ? indent + 1 : indent
  for (const child of children) addRows(child, deeper, counts, rows)
  if (counted === undefined) return
  const { parameters, macs, trainingBytes, inferenceBytes } = counted
  rows.push([
    label,
    kindText(layer),
    shapeCell(output),
    ...[parameters, macs, trainingBytes, inferenceBytes].map(grouped),
  ])
}

function kindText(layer: Layer): string {
  if (layer.kind === 'activation') return layer.function
  if (layer.kind === 'residual') return 'residual sum'
  const side = 'kernel' in layer ? ` ${layer.kernel}x${layer.kernel}` : ''
  const stride = 'stride' in layer && layer.stride > 1 ? `, stride ${layer.stride}` : ''
  return `${layer.kind}${side}${stride}`
}

function shapeCell(shape: Shape): string {
  return shape.join(' x ')
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => rows.reduce((most, row) => Math.max(most, row[column].length), 0))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < leftAligned ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n')
}
