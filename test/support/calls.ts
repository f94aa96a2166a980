/** Calls of single operations on given tensors, with many calls in one program. */
import type { Backend } from '../../src/backends/backend.ts'
import { GraphBuilder } from '../../src/graph/builder.ts'
import type { Attributes, Element, Graph, Shape } from '../../src/graph/graph.ts'
import type { OpName } from '../../src/graph/ops.ts'
import { verifyGraph } from '../../src/graph/verify.ts'
import { downloadAll } from './downloads.ts'

export interface Tensor {
  readonly shape: Shape
  readonly values: ArrayLike<number>
  readonly element?: Element
}

export interface Call {
  readonly op: OpName
  readonly inputs: readonly Tensor[]
  readonly attributes?: Attributes
}

const inputName = (call: number, position: number): string => `call${call}.input${position}`
const outputName = (call: number, position: number): string => `call${call}.output${position}`

/** Builds a graph of all calls. Each call has separate inputs. */
export function graphOfCalls(calls: readonly Call[]): Graph {
  const builder = new GraphBuilder()
  calls.forEach(({ op, inputs, attributes = {} }, call) => {
    const values = inputs.map(({ shape, element }, position) =>
      builder.input(inputName(call, position), 'input', shape, element),
    )
    builder.op(op, values, attributes, op).forEach((output, position) => {
      builder.output(outputName(call, position), output)
    })
  })
  const graph = builder.finish('calls')
  verifyGraph(graph)
  return graph
}

/** Returns the outputs of each call. */
export async function runCalls(backend: Backend, calls: readonly Call[]): Promise<Float64Array[][]> {
  const graph = graphOfCalls(calls)
  const program = await backend.compile(graph)
  calls.forEach(({ inputs }, call) => {
    inputs.forEach(({ values }, position) => {
      program.upload(inputName(call, position), values)
    })
  })
  await program.run(0, 1)
  const results: Float64Array[][] = []
  for (const call of calls.keys()) {
    const names = graph.outputs.map(({ name }) => name).filter((name) => name.startsWith(`call${call}.`))
    results.push([...(await downloadAll(program, names)).values()])
  }
  program.dispose()
  return results
}
