/**
 * The one door from the public API to what needs Node: the folders of runs, and files of weights. All else works without
 * files. A bundle for browsers puts another module in the place of this one, which says that this needs Node.
 * `src/data/node.ts` is the same for data sets in files.
 */
export const runFiles = (): Promise<typeof import('../runs/index.ts')> => import('../runs/index.ts')
