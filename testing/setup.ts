import { afterAll } from "vitest";
import "./matchers.ts";
import { endProcesses } from "./left-over.ts";
import { endFile } from "./scratch.ts";

afterAll(endFile);
afterAll(endProcesses);
