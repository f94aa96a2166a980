/** Two trainings that give the same bits on every machine, in Node and in browsers. */
type Library = Pick<typeof import('../../src/index.ts'), 'glyphs' | 'parseNetwork' | 'tiles' | 'train'>

export async function trainBoth({ glyphs, parseNetwork, tiles, train }: Library) {
  const options = { exact: true, threads: 2, steps: 4, batch: 16 }
  const dense = parseNetwork('mlp:depth=3,width=32', { classes: 10 })
  const convolutional = parseNetwork('cifar-resnet-8', { classes: 10, input: [3, 32, 32] })
  const runs = [
    await train(dense, { ...options, data: glyphs({ train: 200, test: 50 }) }),
    await train(convolutional, { ...options, data: tiles({ train: 64, test: 32 }) }),
  ]
  return runs.map(({ weightsSha256, train, test }) => ({ weightsSha256, train, test }))
}
