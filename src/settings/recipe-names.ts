/** The names of the published recipes. `recipes.ts` holds their settings. */
export const recipeNames = ['he-2015', 'he-2016', 'wide-resnet-2016'] as const

export type RecipeName = (typeof recipeNames)[number]
