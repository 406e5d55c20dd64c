import { artifactRule, pass } from "../rule.ts";
import { counted, listed } from "../wording.ts";

export const manifestFilesystemScopes = artifactRule({
  id: "manifest_filesystem_scopes",
  severity: "info",
  asks: "Which folders does the skill ask for?",
  why: "What a skill may read it can leak, and what it may write it can destroy.",
  references: [],
  advice: "Read the list before you install.",
  check: ({ manifest }) => {
    const { read_roots, write_roots } = manifest.capabilities.filesystem;
    const message = `Asks for ${counted(read_roots.length, "read root")} and ${counted(write_roots.length, "write root")}.`;
    return [pass(message, listed({ read_roots, write_roots }))];
  },
});
