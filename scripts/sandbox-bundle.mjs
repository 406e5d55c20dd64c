// The program of the sandbox's process (spec 10.3): one file and nothing beside it, which is all that the process may read. CommonJS, which Node starts
// sooner than a module.
export const sandboxBundle = {
  entryPoints: ["packages/sandbox/src/child.ts"],
  format: "cjs",
  minifySyntax: true,
};
