/**
 * The one door from the public API to what needs Node: the folders of runs, and files of weights. All else works without
 * files. A bundle for browsers takes `browser.ts` in the place of this module. `src/data/node.ts` is the same for data
 * sets in files. The caller's name is for the error of browsers.
 */
export const runFiles: (caller: string) => Promise<typeof import('../runs/index.ts')> = () => import('../runs/index.ts')
