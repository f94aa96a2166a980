import type { Command } from 'commander'
import { grouped } from '../../format/words.ts'
import { type Count, compareCounts, count, createBlueprint, summaryTable } from '../../index.ts'
import { tableText } from '../../internal.ts'
import { addShapeOptions, type ShapeFlags } from '../data-options.ts'
import { networkHelp, readNetwork, shapeFor } from '../network-argument.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText } from '../output.ts'

/** Defines `count NETWORK`, which counts parameters, multiply-adds and memory exactly. */
export function defineCount(command: Command): Command {
  command
    .argument('<network>', networkHelp)
    .option('--against <network>', 'second network, whose figures are shown beside those of the first')
  addCommonOptions(addShapeOptions(command), [])
  return command.action(async (text: string, flags: ShapeFlags & MachineFlags & { against?: string }) => {
    const { against } = flags
    const { input, classes } = await shapeFor(against === undefined ? [text] : [text, against], flags)
    const blueprintOf = (name: string) => createBlueprint(readNetwork(name, { classes, input }), input)
    const blueprint = blueprintOf(text)
    const counted = count(blueprint)
    if (against === undefined) {
      if (flags.json) return printJson({ network: text, input, classes, ...counted })
      return printText(
        [summaryTable(blueprint, { memory: true }), totals(counted), counted.convention.join('\n')].join('\n\n'),
      )
    }
    const other = count(blueprintOf(against))
    const rows = compareCounts(counted, other)
    if (flags.json)
      return printJson({ network: text, input, classes, ...counted, against: { network: against, ...other }, rows })
    const table = tableText({
      columns: [
        { heading: '' },
        { heading: text, numeric: true },
        { heading: against, numeric: true },
        { heading: 'ratio', numeric: true },
      ],
      rows: rows.map(({ figure, one, other: second, ratio }) => [
        figure,
        grouped(one),
        grouped(second),
        ratio === null ? '-' : ratio.toPrecision(4),
      ]),
      notes: [
        `counted for samples of ${input.join(' x ')} and ${grouped(classes)} classes`,
        ...strideNote(text, counted),
        ...strideNote(against, other),
        ...counted.convention,
      ],
    })
    return printText(table)
  })
}

/** Formats the totals that the table of layers does not show. */
function totals({ tensors, strides, flops, trainingBytes, inferenceBytes }: Count): string {
  return [
    ...(strides.length > 0 ? [`strides                   ${stridesText(strides)}`] : []),
    `all tensors               ${grouped(tensors)}`,
    `FLOPs                     ${grouped(flops)}`,
    `activations in training   ${grouped(trainingBytes)} bytes per sample`,
    `activations in inference  ${grouped(inferenceBytes)} bytes per sample`,
  ].join('\n')
}

function strideNote(text: string, { strides }: Count): string[] {
  return strides.length > 0 ? [`strides of ${text}: ${stridesText(strides)}`] : []
}

/**
 * Lists the layers that make the image smaller, with their strides, in the order of the network. A list of more than 12
 * layers is shortened.
 */
function stridesText(strides: Count['strides']): string {
  const shown = strides.slice(0, mostStrides).map(({ path, stride }) => `${path} ${stride}`)
  const rest = strides.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

const mostStrides = 12
