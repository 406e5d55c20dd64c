import * as v from "valibot";
import { choice } from "../field.ts";
import { operation } from "../operation.ts";

/** What clients are answered is the output: there is no document after it. */
export const mcp = operation({
  input: v.strictObject({
    names: v.optional(
      choice(
        ["id", "model"],
        "KIND",
        "What tools are called: by their ids, or as APIs of models take it (acme_echo), which many clients need",
      ),
      "id",
    ),
  }),
  places: ["skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"],
  examples: ["skills mcp", "skills mcp --names model", "skills mcp --state-root /srv/agent/palyra"],
  notes:
    "Serves the tools of the skills that may run to one client of the Model Context Protocol, over stdin and stdout, until stdin ends. A client starts it: docs/mcp.md shows the configuration of the known ones. palyrad answers the same at /mcp (/mcp?names=model).",
  errors: [
    "PolicyInvalid",
    "SandboxUnavailable",
    "IndexInvalid",
    "JournalUnavailable",
    "VaultUnavailable",
    "UnsafeStateRoot",
    "Io",
  ],
  run: async ({ serving }, { names }, call): Promise<null> => {
    // No client is behind a terminal on stdin.
    if (call.ask !== undefined) call.tell?.(["a client of MCP starts this and speaks JSON-RPC with it here; Ctrl-C ends it"]);
    await serving.mcp(call, names);
    return null;
  },
});
