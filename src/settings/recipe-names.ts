/** The published recipes, by name; `recipes.ts` says what is in them. */
export const recipeNames = ['he-2015', 'he-2016', 'wide-resnet-2016'] as const

export type RecipeName = (typeof recipeNames)[number]
