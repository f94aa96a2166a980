/**
 * The one door to data sets in files, which need Node. Generated sets work without. A bundle for browsers takes `browser.ts` in
 * the place of this module, as for `src/api/node.ts`.
 */
export const dataFiles: (caller: string) => Promise<typeof import('./files.ts')> = () => import('./files.ts')
