import type { MakeValidator } from "../validation.ts";

export declare const make: MakeValidator;
