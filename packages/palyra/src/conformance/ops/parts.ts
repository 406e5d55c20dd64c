/** Operations on parts of an artifact: manifest, trust, key, payload_hash, archive, ed25519. */

import { SkillError } from "palyra-skills";
import { LAYOUTS, readArchive } from "palyra-skills/archive";
import { capabilityGrants, policyBindings } from "palyra-skills/capability";
import { compareUtf8, encodeUtf8, toHex } from "palyra-skills/encoding";
import { manifestWarnings, parseManifest, requiresReview } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";
import { parseSigningKey, payloadHasher, verifyEd25519 } from "palyra-skills/signature";
import { EMPTY_TRUST_STORE, parseTrustStore } from "palyra-skills/trust";
import { ifThere } from "../../files/index.ts";
import { base64, type Op, toJson } from "../protocol.ts";
import { bytesOf, namedBytes, pathOf, readFileOf, trustDocument } from "./inputs.ts";

export const manifestOp: Op = {
  read(request) {
    // A text that is not UTF-8 can only be given as bytes.
    const text = request.has("toml") ? encodeUtf8(request.required("toml").string()) : undefined;
    const load = text === undefined ? bytesOf(request) : async () => text;
    return async () => {
      const manifest = parseManifest(await load());
      return {
        manifest: toJson(manifest),
        warnings: manifestWarnings(manifest).map(({ code }) => code),
        grants: toJson(capabilityGrants(manifest)),
        bindings: toJson(policyBindings(manifest)),
        review: requiresReview(manifest),
      };
    };
  },
};

export const trustOp: Op = {
  read(request) {
    if (request.has("text")) {
      const text = encodeUtf8(request.required("text").string());
      return async () => ({ trust: trustDocument(parseTrustStore(text, "text")) });
    }
    if (!request.has("file")) {
      const load = bytesOf(request);
      return async () => ({ trust: trustDocument(parseTrustStore(await load(), "bytes")) });
    }
    const file = pathOf(request.required("file"));
    return async () => {
      // A missing file is an empty store (spec 3.1).
      const bytes = await ifThere(() => readFileOf(file));
      return { trust: trustDocument(bytes === undefined ? EMPTY_TRUST_STORE : parseTrustStore(bytes, file)) };
    };
  },
};

export const keyOp: Op = {
  read(request) {
    const load = bytesOf(request);
    return async () => ({ key: toHex(parseSigningKey(await load())) });
  },
};

export const payloadHashOp = (platform: Platform): Op => ({
  read(request) {
    const entries = request.required("entries").array(namedBytes);
    return async () => {
      const sorted = entries.toSorted((a, b) => compareUtf8(a.path, b.path));
      const twice = sorted.find((entry, at) => entry.path === sorted[at + 1]?.path);
      if (twice !== undefined) throw new SkillError("DuplicateArtifactEntry", { path: twice.path });
      const hasher = payloadHasher(platform);
      for (const entry of sorted) if (!SIGNATURE_PATHS.has(entry.path)) hasher.add(entry);
      return { payload_sha256: hasher.hex() };
    };
  },
});

const SIGNATURE_PATHS: ReadonlySet<string> = new Set([LAYOUTS.flat.signature, LAYOUTS.namespaced.signature]);

export const archiveOp = (platform: Platform): Op => ({
  read(request) {
    const load = bytesOf(request);
    return async () => {
      const { entries } = await readArchive(await load(), platform);
      return { entries: entries.map(({ path, sha256, bytes }) => ({ path, sha256, size: bytes.byteLength })) };
    };
  },
});

export const ed25519Op = (platform: Platform): Op => ({
  read(request) {
    const publicKey = base64(request.required("public_key"));
    const message = base64(request.required("message"));
    const signature = base64(request.required("signature"));
    return async () => ({ valid: await verifyEd25519(platform, publicKey, message, signature) });
  },
});
