import type { BuildOptions } from "esbuild";

export const sourceBundle: BuildOptions;
