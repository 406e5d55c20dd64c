/**
 * Attacks that others found and published, rebuilt as artifacts of ours: what an audit is worth shows in cases that nobody here invented.
 * Each names its source. All of it is data; addresses of attackers are replaced by reserved names.
 */
export interface PublishedCase {
  readonly id: string;
  /** Who published it, and where. */
  readonly source: { readonly by: string; readonly url: string };
  /** What an audit must say of it: at least this, of at least one thing. */
  readonly flags: { readonly check: string; readonly status: "fail" | "warn" };
  readonly skill: SkillParts;
}

/** What differs from a plain skill of one tool. */
export interface SkillParts {
  readonly tool?: { readonly name?: string; readonly description?: string; readonly input_schema?: object };
  /** A second tool beside it. */
  readonly other?: { readonly name: string; readonly description: string };
  /** Text of assets, by path without `assets/`. */
  readonly assets?: Readonly<Record<string, string>>;
  /** The module in its text form, in place of one that does nothing. */
  readonly wat?: string;
  /** The module, where no assembler makes it. */
  readonly bytes?: Uint8Array;
  /** Bytes that are put into the module's data, as a string of Latin-1. */
  readonly data?: string;
  /** TOML at the end of the manifest. */
  readonly capabilities?: string;
  readonly skill_id?: string;
  readonly sbom?: object;
  /** In place of subjects that name the module with its digest. */
  readonly provenance?: object;
  /** OSV records of the feed that is in force. */
  readonly advisories?: readonly object[];
}
