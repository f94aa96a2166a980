/**
 * Flipping of a convolution's weights: from panels [O/8][kernel^2 * C][8] to panels [C/8][kernel^2 * O][8], with the
 * kernel's positions in reverse order. The gradient of a convolution's input is a product with the flipped weights.
 */
import { type I32, i32 } from '../assembler.ts'
import { panelWidth } from '../plan/layout.ts'
import { emitTransposition } from './dense.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf } from './operands.ts'

export function emitFlipKernel(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const w = operandOf(context, node.inputs[0])
  const flipped = operandOf(context, node.outputs[0])
  const { outputs, panelStride: fromPanel } = layoutAs(w.layout, 'panels')
  const { outputs: channels, panelStride: toPanel } = layoutAs(flipped.layout, 'panels')
  const positions = Number(node.attributes.kernel) ** 2
  const rowBytes = panelWidth * lanes.bytes
  const source = builder.local('i32')
  const target = builder.local('i32')
  /**
   * Sets the source and target addresses for the weights at one position of the kernel. The addressed weights belong to
   * 8 outputs and 8 channels, or to one output and one channel.
   */
  const placeAt = (position: I32, output: I32, channel: I32): void => {
    const fromTerm = i32.add(i32.mul(position, i32.const(channels)), channel)
    const last = i32.sub(i32.const(positions - 1), position)
    const toTerm = i32.add(i32.mul(last, i32.const(outputs)), output)
    const within = (pointer: I32, row: I32, panel: number, term: I32): I32 => {
      const first = at(pointer, i32.divU(row, i32.const(panelWidth)), panel * lanes.bytes)
      return i32.add(at(first, term, rowBytes), i32.mul(i32.and(row, i32.const(7)), i32.const(lanes.bytes)))
    }
    builder.set(source, within(w.pointer, output, fromPanel, fromTerm))
    builder.set(target, within(flipped.pointer, channel, toPanel, toTerm))
  }
  const isWhole = outputs % panelWidth === 0 && channels % panelWidth === 0
  const step = isWhole ? panelWidth : 1
  const first = builder.local('i32', i32.mul(start, i32.const(panelWidth)))
  const last = builder.local('i32', i32.mul(end, i32.const(panelWidth)))
  builder.set(last, i32.select(i32.ltU(last, i32.const(channels)), last, i32.const(channels)))
  forRange(builder, first, last, step, (channel) => {
    forRange(builder, i32.const(0), i32.const(positions), 1, (position) => {
      forRange(builder, i32.const(0), i32.const(outputs), step, (output) => {
        placeAt(position, output, channel)
        if (isWhole) {
          emitTransposition(context, {
            rows: panelWidth,
            columns: panelWidth,
            source: { address: source, rowBytes },
            target: { address: target, rowBytes },
          })
        } else lanes.storeScalar(builder, target, lanes.loadScalar(source))
      })
    })
  })
}
