import { afterAll } from "vitest";
import "./matchers.ts";
import { endFile } from "./scratch.ts";

afterAll(endFile);
