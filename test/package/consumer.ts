/** A user's program. The test `package.test.ts` compiles this program against the types of the packed package. */
import { blobs, createMachine, IsobathError, momentum, parseNetwork, predict, train } from 'isobath'

const machine = await createMachine({ threads: 1 })
try {
  const data = blobs({ classes: 3 })
  const run = await train(parseNetwork('mlp:depth=2', { classes: 3, input: data.shape }), {
    data,
    machine,
    optimizer: momentum({ rate: 0.1 }),
    epochs: 2,
    onProgress: (done: number, steps: number) => void [done, steps],
  })
  const error: number | null = run.test.error
  const weights: Float64Array | Float32Array | undefined = run.weights.get('readout.weight')
  const predictions = await predict(run, [[0.5, -1]], { machine })
  if (predictions.task === 'classification') {
    const first: number = predictions.classes[0]
    void [error, weights, first]
  } else {
    const value: number = predictions.values[0]
    void value
  }
} catch (error) {
  if (error instanceof IsobathError && error.code === 'memory') throw new Error(error.message)
  throw error
} finally {
  machine.dispose()
}
