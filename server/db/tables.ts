/** The row types of our own tables. Layer tables come from their declarations (`layers/layer.ts`). */
export type Tables = Record<string, never>;
