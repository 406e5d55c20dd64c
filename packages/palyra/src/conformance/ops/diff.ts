/** What changed from one artifact to another: op diff. */
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { diffArtifacts } from "palyra-skills/diff";
import type { Fields } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { base64, type Op, Refusal, toJson } from "../protocol.ts";
import { bytesOf } from "./inputs.ts";

export const diffOp = (platform: Platform): Op => ({
  read(request) {
    const [old, next] = [artifactOf(request, "old", platform), artifactOf(request, "new", platform)];
    return async () => {
      const { changes, widening } = diffArtifacts(await old(), await next());
      return { changes: toJson(changes), widening: toJson(widening) };
    };
  },
});

/** Bytes as base64, or an object with `bytes` or `file`. A refusal says which of the two it is of. */
function artifactOf(request: Fields, name: "old" | "new", platform: Platform): () => Promise<VerifiedArtifact> {
  const at = request.required(name);
  const load = at.node?.kind === "string" ? given(base64(at)) : bytesOf(at.object());
  return async () => {
    try {
      return await openArtifact(await load(), platform);
    } catch (error) {
      throw new Refusal(error, { of: name });
    }
  };
}

const given = (bytes: Uint8Array) => async (): Promise<Uint8Array> => bytes;
