import * as v from "valibot";
import { operation } from "../operation.ts";

/** What clients are answered is the output: there is no document after it. */
export const mcp = operation({
  input: v.strictObject({}),
  places: ["skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"],
  examples: ["skills mcp", "skills mcp --state-root /srv/agent/palyra"],
  notes:
    "Serves the tools of the skills that may run to one client of the Model Context Protocol, over stdin and stdout, until stdin ends. A client starts it: docs/mcp.md shows the configuration of the known ones. palyrad answers the same at /mcp.",
  errors: [
    "PolicyInvalid",
    "SandboxUnavailable",
    "IndexInvalid",
    "JournalUnavailable",
    "VaultUnavailable",
    "UnsafeStateRoot",
    "Io",
  ],
  run: async ({ serving }, _input, call): Promise<null> => {
    await serving.mcp(call);
    return null;
  },
});
