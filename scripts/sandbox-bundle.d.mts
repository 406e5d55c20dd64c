export const sandboxBundle: { entryPoints: string[]; format: "cjs"; minifySyntax: boolean };
