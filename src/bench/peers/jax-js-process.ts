/**
 * The jax-js side of the bench, run as a process. The process answers each JSON request, one line on stdin, with one
 * JSON line on stdout. The first argument of the process is the address of the jax-js package. A training step is
 * written as a user of jax-js would write it: one jitted function of parameters and velocities, with valueAndGrad,
 * cross-entropy, and SGD with momentum 0.9.
 */
import { createInterface } from 'node:readline'

/**
 * A reference-counted array of jax-js. A jax-js function consumes one reference of each argument, and `ref` adds one
 * reference.
 */
interface JaxArray {
  readonly ref: JaxArray
  readonly shape: readonly number[]
  add(other: JaxArray): JaxArray
  sub(other: JaxArray): JaxArray
  mul(other: JaxArray | number): JaxArray
  div(other: number): JaxArray
  neg(): JaxArray
  sum(): JaxArray
  reshape(shape: readonly number[]): JaxArray
  dispose(): void
}

interface Parameters {
  readonly weights: readonly JaxArray[]
  readonly biases: readonly JaxArray[]
}

type JaxStep = (
  parameters: Parameters,
  velocities: Parameters,
  x: JaxArray,
  labels: JaxArray,
) => [Parameters, Parameters, JaxArray]

/** The part of the jax-js package that the bench uses. */
interface Jax {
  init(...devices: string[]): Promise<string[]>
  defaultDevice(device: string): unknown
  jit(step: JaxStep): JaxStep
  valueAndGrad(
    loss: (parameters: Parameters, x: JaxArray, labels: JaxArray) => JaxArray,
  ): (parameters: Parameters, x: JaxArray, labels: JaxArray) => [JaxArray, Parameters]
  blockUntilReady(value: unknown): Promise<unknown>
  readonly numpy: {
    readonly int32: unknown
    array(values: Float32Array | Int32Array, options?: { dtype: unknown }): JaxArray
    zeros(shape: readonly number[]): JaxArray
    tanh(x: JaxArray): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
  }
  readonly nn: { oneHot(labels: JaxArray, classes: number): JaxArray; logSoftmax(x: JaxArray): JaxArray }
  readonly tree: {
    ref(parameters: Parameters): Parameters
    map(visit: (one: JaxArray, other: JaxArray) => JaxArray, tree: Parameters, other?: Parameters): Parameters
  }
}

interface Request {
  readonly command: 'describe' | 'prepare' | 'time'
  readonly network: { readonly depth: number; readonly width: number }
  readonly batch: number
  readonly classes: number
  readonly rate: number
  readonly warmup: number
  readonly steps: number
  readonly alone: boolean
}

type RunStep = () => Promise<void>

/** The number of outputs of each layer, including the read-out. */
const outputsOf = ({ network: { depth, width }, classes }: Request): number[] =>
  Array.from({ length: depth + 1 }, (_, layer) => (layer < depth ? width : classes))

interface Made {
  readonly step: RunStep
  /** Number of trained parameters of the network. */
  readonly parameters: number
}

function createStep(jax: Jax, request: Request): Made {
  const { numpy: np, nn, tree } = jax
  const { network, batch, classes, rate } = request
  const { depth, width } = network
  const uniform = (count: number, limit: number): Float32Array =>
    Float32Array.from({ length: count }, () => (2 * Math.random() - 1) * limit)
  const outputs = outputsOf(request)
  let parameters: Parameters = {
    // Glorot initialization, as in the other programs of the bench.
    weights: outputs.map((size) =>
      np.array(uniform(width * size, Math.sqrt(6 / (width + size)))).reshape([width, size]),
    ),
    biases: outputs.map((size) => np.zeros([size])),
  }
  let velocities: Parameters = {
    weights: outputs.map((size) => np.zeros([width, size])),
    biases: outputs.map((size) => np.zeros([size])),
  }
  const x = np.array(uniform(batch * width, Math.sqrt(3))).reshape([batch, width])
  const numbers = Int32Array.from({ length: batch }, () => Math.floor(Math.random() * classes))
  const labels = nn.oneHot(np.array(numbers, { dtype: np.int32 }), classes)
  const loss = ({ weights, biases }: Parameters, inputs: JaxArray, wanted: JaxArray): JaxArray => {
    const logits = weights.reduce((values, weight, layer) => {
      const sums = np.matmul(values, weight).add(biases[layer])
      return layer < depth ? np.tanh(sums) : sums
    }, inputs)
    return nn.logSoftmax(logits).mul(wanted).sum().neg().div(batch)
  }
  const step = jax.jit((before, velocity, inputs, wanted) => {
    const [value, gradients] = jax.valueAndGrad(loss)(tree.ref(before), inputs, wanted)
    const nextVelocity = tree.map((old, gradient) => old.mul(0.9).add(gradient), velocity, gradients)
    const after = tree.map((old, change) => old.sub(change.mul(rate)), before, tree.ref(nextVelocity))
    return [after, nextVelocity, value]
  })
  const trained = [...parameters.weights, ...parameters.biases]
  const count = trained.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  const run = async (): Promise<void> => {
    const [after, nextVelocities, value] = step(parameters, velocities, x.ref, labels.ref)
    parameters = after
    velocities = nextVelocities
    await jax.blockUntilReady([parameters, velocities])
    value.dispose()
  }
  return { step: run, parameters: count }
}

async function time(step: RunStep, { warmup, steps, alone }: Request): Promise<number[]> {
  for (let index = 0; index < warmup; index++) await step()
  const times: number[] = []
  for (let index = 0; index < steps; index++) {
    const [start, before] = [performance.now(), process.cpuUsage()]
    await step()
    const { user, system } = process.cpuUsage(before)
    times.push(alone ? (user + system) / 1e3 : performance.now() - start)
  }
  return times
}

async function main(address: string): Promise<void> {
  // The jax-js package expects the `navigator` object of a browser, to look for a GPU.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} })
  const jax: Jax = await import(address)
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  let step: RunStep = async () => {}
  const answers = {
    describe: () => ({}),
    prepare: (request: Request) => {
      const made = createStep(jax, request)
      step = made.step
      return { parameters: made.parameters }
    },
    time: async (request: Request) => ({ times: await time(step, request) }),
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const request: Request = JSON.parse(line)
    process.stdout.write(`${JSON.stringify(await answers[request.command](request))}\n`)
  }
}

await main(process.argv[2])
