/**
 * Loads the functions of the public API that need Node, because they use folders of runs or files of weights. No other
 * module of the API uses files. In a bundle for browsers, `browser.ts` replaces this module and throws an error with
 * the name of the called function. `src/data/node.ts` loads the functions that read data sets from files in the same
 * way.
 */
export const runFiles: (caller: string) => Promise<typeof import('../runs/index.ts')> = () => import('../runs/index.ts')
