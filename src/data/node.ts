/**
 * Loads the functions for data sets in files, which need Node. Generated data sets don't need `node.ts`. A bundle for
 * browsers replaces `node.ts` with `browser.ts`.
 */
export const dataFiles: (caller: string) => Promise<typeof import('./files.ts')> = () => import('./files.ts')
